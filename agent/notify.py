"""Who is told what: the live card, direct messages, the thread, the reaction. Everything goes through the outbox."""

from agent.card import card
from agent.desk import Desk
from bot.events import Place
from bot.messages import Button, Message, escape, link, moment
from storage import outbox, people
from storage.outbox import Outgoing
from storage.people import Person
from storage.tickets import Ticket

LOUD = {"critical", "high"}
SEEN = "eyes"
# By these the messages of one piece of work are told apart.
ANSWER, CHANGE, ASSIGNED, WAITED = "answer", "change", "assigned", "waited"


def card_key(ticket: Ticket) -> str:
    """The idempotency key of a ticket's one card."""
    return f"card:{ticket.id}"


def edit_lane(key: str) -> str:
    """The lane in which the message under a key changes."""
    return f"edit:{key}"


def outgoing(desk: Desk, *, key: str, kind: str, lane: str, channel_id: str, payload: str) -> Outgoing:
    """A row of the outbox with what all rows of this desk share."""
    return Outgoing(
        workspace_id=desk.workspace_id,
        key=key,
        kind=kind,
        lane=lane,
        channel_id=channel_id,
        payload=payload,
        due_at=desk.now,
        created_at=desk.now,
        correlation_id=desk.correlation_id,
    )


async def show_card(desk: Desk, ticket: Ticket, *, change: str = "") -> None:
    """Post the ticket's card, or bring the posted one up to date.

    Args:
        change: what was done in words, "claimed by @x"; the card says it until the next change.
    """
    if change:
        ticket.last_change, ticket.last_change_at = change, desk.now
    key = card_key(ticket)
    payload = (await card(desk, ticket)).model_dump_json()
    if await edit(desk, ticket, key, channel_id=ticket.channel_id, payload=payload):
        return
    row = outgoing(desk, key=key, kind="post", lane=_lane(ticket), channel_id=ticket.channel_id, payload=payload)
    row.thread_ts, row.ticket_id, row.opens_thread = ticket.thread_ts, ticket.id, ticket.thread_ts is None
    await outbox.add(desk.tx, row)


async def edit(desk: Desk, ticket: Ticket | None, key: str, *, channel_id: str, payload: str) -> bool:
    """Change what was, or is about to be, posted under a key; False when nothing ever was."""
    if not await outbox.exists_for(desk.tx, key):
        return False
    row = outgoing(
        desk, key=f"{key}:{desk.key}", kind="edit", lane=edit_lane(key), channel_id=channel_id, payload=payload
    )
    row.anchor, row.ticket_id = key, ticket.id if ticket else None
    await outbox.edit(desk.tx, row)
    return True


async def say_in_thread(desk: Desk, ticket: Ticket, text: str, *, name: str, buttons: tuple[Button, ...] = ()) -> None:
    """One message in the ticket's thread; `name` tells it from others of the same work."""
    if desk.is_silent:
        return
    message = Message(text=text, buttons=buttons)
    row = outgoing(
        desk,
        key=thread_key(desk.key, ticket, name),
        kind="post",
        lane=_lane(ticket),
        channel_id=ticket.channel_id,
        payload=message.model_dump_json(),
    )
    row.thread_ts, row.ticket_id = ticket.thread_ts, ticket.id
    row.anchor = None if ticket.thread_ts else card_key(ticket)
    await outbox.add(desk.tx, row)


def thread_key(work_key: str, ticket: Ticket, name: str) -> str:
    return f"{work_key}:thread:{ticket.id}:{name}"


def direct_key(name: str, work_key: str, ticket: Ticket, person_id: int) -> str:
    """The idempotency key of what one piece of work tells one person."""
    return f"{name}:{ticket.id}:{person_id}:{work_key}"


def _lane(ticket: Ticket) -> str:
    return f"thread:{ticket.channel_id}:{ticket.thread_ts or card_key(ticket)}"


async def tell_assignee(desk: Desk, ticket: Ticket, person: Person) -> None:
    """One direct message for one assignment; nobody is told of what they did themselves."""
    team = await people.get_team(desk.tx, ticket.team_id) if ticket.team_id else None
    why = f" Why you: {escape(ticket.assign_reason)}." if ticket.assign_reason else ""
    text = f"{headline(ticket)} is yours{f' (team {escape(team.name)})' if team else ''}.{why}"
    await tell(desk, ticket, person, text, key=direct_key(ASSIGNED, desk.key, ticket, person.id))


async def tell_managers(desk: Desk, ticket: Ticket, *, assigned: list[Person]) -> None:
    """Managers hear of critical, high and unassigned tickets: once each, and not as assignee or reporter too.

    Where there is no manager admins hear of them; while no team is found, of the loud ones.
    """
    is_loud = ticket.priority in LOUD
    if not is_loud and (assigned or ticket.team_id is None):
        return
    who = ", ".join(f"@{escape(person.name)}" for person in assigned)
    state = f"assigned to {who}" if who else f"*unassigned*: {escape(ticket.assign_reason or 'no team yet')}"
    told = {person.id for person in assigned} | ({ticket.reporter_id} if assigned else set())
    claim = () if assigned else (Button(label="Claim", action="claim", value=ticket.named_version),)
    for manager in await managers_of(desk, ticket):
        if manager.id in told or not desk.may_see(manager.slack_id, ticket):
            continue
        text = f"{headline(ticket)} ({ticket.priority or 'no priority yet'}) is {state}."
        key = f"manager:{ticket.id}:{manager.id}:loud" if assigned else _call_key(ticket, manager.id)
        await tell(desk, ticket, manager, text, key=key, buttons=claim)


async def managers_of(desk: Desk, ticket: Ticket) -> list[Person]:
    """Who manages its team; admins where nobody does."""
    team_id = ticket.team_id
    managers = await people.members(desk.tx, team_id, "manager") if team_id else []
    return managers or await people.admins(desk.tx)


def _call_key(ticket: Ticket, person_id: int) -> str:
    """The idempotency key of the message that calls on a manager to claim an unassigned ticket."""
    return f"manager:{ticket.id}:{person_id}:unassigned"


async def settle_calls(desk: Desk, ticket: Ticket, change: str) -> None:
    """Managers called on to claim it read what came of it, and their button goes.

    Args:
        change: in words, "claimed by @x".
    """
    text = f"{headline(ticket)} was {change} {moment(desk.now)}.{_see(ticket)}"
    payload = Message(text=text).model_dump_json()
    for manager in await managers_of(desk, ticket):
        if not desk.may_see(manager.slack_id, ticket):
            continue
        await edit(desk, ticket, _call_key(ticket, manager.id), channel_id=manager.slack_id, payload=payload)


async def is_call(desk: Desk, ticket: Ticket, ts: str | None) -> bool:
    """Whether a message is the one that called on the asker to claim this ticket."""
    receipt = await outbox.receipt(desk.tx, _call_key(ticket, desk.asker.person_id))
    return receipt is not None and receipt.ts == ts


async def tell(
    desk: Desk, ticket: Ticket, person: Person, text: str, *, key: str, buttons: tuple[Button, ...] = ()
) -> None:
    """One direct message about a ticket, unless they did it themselves."""
    if desk.actor is None or desk.actor.person_id != person.id:
        await tell_channel(desk, ticket, person.slack_id, text, key=key, buttons=buttons)


async def tell_channel(
    desk: Desk, ticket: Ticket, channel_id: str, text: str, *, key: str, buttons: tuple[Button, ...] = ()
) -> None:
    """One message about a ticket outside of its thread."""
    if desk.is_silent:
        return
    payload = Message(text=text + _see(ticket), buttons=buttons).model_dump_json()
    row = outgoing(desk, key=key, kind="post", lane=f"dm:{channel_id}", channel_id=channel_id, payload=payload)
    row.ticket_id = ticket.id
    await outbox.add(desk.tx, row)


def _see(ticket: Ticket) -> str:
    where = f"<#{ticket.channel_id}>" if ticket.channel_id.startswith(("C", "G")) else ""
    place = link(ticket.permalink, "the report") if ticket.permalink else where
    return f" See {place}." if place else ""


def headline(ticket: Ticket) -> str:
    """The ticket in a line: number and title."""
    return f"*{ticket.name}* {escape(ticket.title)}"


async def show_status(desk: Desk, ticket: Ticket, *, before: str) -> None:
    """Swap the reaction on the report, wherever it was said: eyes, then one emoji for the status."""
    if ticket.said_at is None or ticket.is_out_of_reach:
        return
    channel_id, ts = ticket.said_at
    emoji = desk.settings.emoji
    was = SEEN if before == SEEN else emoji[before]
    if was == emoji[ticket.status]:
        return
    for kind, name in (("unreact", was), ("react", emoji[ticket.status])):
        row = outgoing(
            desk,
            key=f"{desk.key}:{kind}:{ticket.id}:{name}",
            kind=kind,
            lane=f"react:{channel_id}:{ts}",
            channel_id=channel_id,
            payload=name,
        )
        row.target_ts, row.ticket_id = ts, ticket.id
        await outbox.add(desk.tx, row)


async def settle(desk: Desk, message: Message) -> None:
    """Put something else in the place of the message whose button was pressed, also where one person alone sees it."""
    place = desk.place
    assert place is not None  # a button was pressed somewhere
    row = outgoing(
        desk,
        key=f"{desk.key}:settle",
        kind="edit" if place.message_ts else "replace",
        lane=f"edit:{place.channel_id}:{place.message_ts or desk.key}",
        channel_id=place.channel_id,
        payload=message.model_dump_json(),
    )
    row.target_ts, row.reply_url, row.user_id = place.message_ts or None, place.reply_url, desk.asker.slack_id
    await outbox.add(desk.tx, row)


async def answer(desk: Desk, message: Message, *, is_private: bool, name: str = ANSWER) -> None:
    """Answer the person at the desk where they asked: slash and buttons by response_url, else in the thread.

    Args:
        is_private: only the asker may see it.
    """
    place = desk.place or Place(channel_id=desk.asker.slack_id)
    payload = message.model_dump_json()
    kind = "respond" if place.reply_url else "whisper" if is_private and not place.is_dm else "post"
    if not place.channel_id and not place.reply_url:  # a form opened from nowhere in particular
        kind, place = "post", Place(channel_id=desk.asker.slack_id)
    lane = f"thread:{place.channel_id}:{place.thread_ts}" if kind == "post" else f"{desk.key}:{name}"
    row = outgoing(desk, key=f"{desk.key}:{name}", kind=kind, lane=lane, channel_id=place.channel_id, payload=payload)
    # Slack shows an ephemeral in a thread only to those who have it open: none has one that does not exist yet.
    is_top_level = kind == "whisper" and place.thread_ts == place.message_ts
    row.thread_ts = None if is_top_level else place.thread_ts
    row.reply_url, row.user_id = place.reply_url, desk.asker.slack_id
    await outbox.add(desk.tx, row)
