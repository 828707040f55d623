"""Who is told what: the live card, direct messages, the thread, the reaction. Everything goes through the outbox."""

from agent.cards.briefing import brief, first_steps, hears_of_all, see, take_or_give, why_in_digest
from agent.cards.card import card
from agent.desk import Desk
from agent.language import of_person, of_ticket
from agent.notices.attention import CALL, GIVEN, NEWS, Sort
from agent.notices.holding import keep
from agent.notices.standing import judge
from agent.status_words import words
from bot.events import Place
from bot.messages import Button, Message, by_name, escape
from prompts.words import Phrase, fixed, say, speaking
from storage import outbox, people, tickets
from storage.outbox import Outgoing
from storage.people import Person
from storage.tickets import LOUD, Ticket

# By these the messages of one piece of work are told apart.
ANSWER, CHANGE, ASSIGNED, WAITED = "answer", "change", "assigned", "waited"
MANAGER = "manager"  # so do keys begin of what those who manage its team are told once


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


async def show_card(desk: Desk, ticket: Ticket, *, change: Phrase | str = "") -> None:
    """Post the ticket's card, or bring the posted one up to date.

    Args:
        change: what was done in words, "claimed by @x"; the card says it until the next change.
    """
    key = card_key(ticket)
    with speaking(await of_ticket(desk, ticket)):
        if change:
            ticket.last_change, ticket.last_change_at = str(change), desk.now
        payload = (await card(desk, ticket)).model_dump_json()
    if await edit(desk, ticket, key, channel_id=ticket.channel_id, payload=payload):
        return
    row = outgoing(desk, key=key, kind="post", lane=lane(ticket), channel_id=ticket.channel_id, payload=payload)
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


async def say_in_thread(
    desk: Desk, ticket: Ticket, text: Phrase | str, *, name: str, buttons: tuple[Button, ...] = ()
) -> None:
    """One message in the ticket's thread; `name` tells it from others of the same work."""
    if desk.is_silent:
        return
    with speaking(await of_ticket(desk, ticket)):
        message = Message(text=str(text), buttons=buttons)
    row = outgoing(
        desk,
        key=thread_key(desk.key, ticket, name),
        kind="post",
        lane=lane(ticket),
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


def lane(ticket: Ticket) -> str:
    """What is said in a ticket's thread goes out in order."""
    return f"thread:{ticket.channel_id}:{ticket.thread_ts or card_key(ticket)}"


async def tell_assignee(desk: Desk, ticket: Ticket, person: Person) -> None:
    """One direct message for one assignment, with what it takes to begin; nobody hears of what they did themselves."""
    team = await people.get_team(desk.tx, ticket.team_id) if ticket.team_id else None
    yours = fixed("{ticket} is yours (team {team}).") if team else fixed("{ticket} is yours.")
    key = direct_key(ASSIGNED, desk.key, ticket, person.id)
    with speaking(await of_person(desk, person.id)):
        why = say(" Why you: {reason}.", reason=escape(ticket.assign_reason)) if ticket.assign_reason else ""
        text = say(yours, ticket=headline(ticket), team=escape(team.name) if team else "") + why
        text = f"{text} {await brief(desk, ticket)}"
        await tell(desk, ticket, person, text, key=key, sort=GIVEN, buttons=first_steps(ticket))


async def tell_managers(
    desk: Desk, ticket: Ticket, *, assigned: list[Person], gave_back: Phrase | str = "", is_told: bool = False
) -> None:
    """Managers hear of what is important at once, and of the rest in their digest, or as their team set it.

    Important are critical, high and unassigned tickets, and one that was given back. Each team is told once of each
    such priority and each time that nobody has it, and nobody as assignee or reporter too. Where there is no manager
    who may see it admins hear of them; while no team is found, of the loud ones.

    Args:
        is_told: it comes of a change, of which those have heard who hear of all (agent/tickets/overseen.py).
    """
    is_loud = ticket.priority in LOUD
    if (ticket.team_id is None and not is_loud) or (is_told and assigned and await hears_of_all(desk, ticket)):
        return
    told = {person.id for person in assigned} | ({ticket.reporter_id} if assigned else set())
    digest = await why_in_digest(desk, ticket, is_important=is_loud or not assigned or gave_back != "")
    times = 0 if assigned else await tickets.times_given(desk.tx, ticket.id)
    for manager in await managers_of(desk, ticket):
        if manager.id in told:
            continue
        news = f"given back:{desk.key}" if gave_back else ticket.priority if is_loud else "news"
        told_of = f"{MANAGER}:{ticket.id}:{manager.id}:{ticket.team_id}:{news}"
        key, sort = (told_of, NEWS) if assigned else (f"{call_key(ticket, manager.id)}:{times}", CALL)
        with speaking(await of_person(desk, manager.id)):
            text = _how_it_stands(ticket, assigned) + str(gave_back)
            buttons = () if assigned else take_or_give(ticket)
            await tell(desk, ticket, manager, text, key=key, sort=sort, buttons=buttons, digest=digest)


def _how_it_stands(ticket: Ticket, assigned: list[Person]) -> str:
    priority = words(ticket.priority) if ticket.priority else say("no priority yet")
    slots = {"ticket": headline(ticket), "priority": priority}
    if assigned:
        who = by_name(person.name for person in assigned)
        return say("{ticket} ({priority}) is assigned to {who}.", who=who, **slots)
    reason = escape(ticket.assign_reason or say("no team yet"))
    return say("{ticket} ({priority}) is *unassigned*: {reason}.", reason=reason, **slots)


async def managers_of(desk: Desk, ticket: Ticket) -> list[Person]:
    """Who manages its team and may see it; admins where nobody does."""
    return await people.in_charge(desk.tx, ticket.team_id, may=lambda one: desk.may_see(one.slack_id, ticket))


def call_key(ticket: Ticket, person_id: int) -> str:
    """How the keys begin of what calls on a manager to claim a ticket: one call each time that nobody has it."""
    return f"{MANAGER}:{ticket.id}:{person_id}:unassigned"


async def tell(
    desk: Desk,
    ticket: Ticket | None,
    person: Person,
    text: Phrase | str,
    *,
    key: str,
    sort: Sort,
    buttons: tuple[Button, ...] = (),
    digest: str = "",
) -> None:
    """One direct message, about a ticket or about none, now or when it suits them, unless they did it themselves.

    Args:
        digest: why it is to wait for their daily digest.
    """
    if desk.is_silent or (desk.actor is not None and desk.actor.person_id == person.id):
        return
    verdict = await judge(desk, ticket, person, sort, digest=digest)
    with speaking(await of_person(desk, person.id)):
        said = str(text)
        about = see(ticket) if ticket else ""
        if await keep(desk, ticket, person, verdict, key=key, sort=sort, text=said + about):
            await tell_channel(desk, ticket, person.slack_id, said, key=key, buttons=buttons)


async def tell_channel(
    desk: Desk, ticket: Ticket | None, channel_id: str, text: str, *, key: str, buttons: tuple[Button, ...] = ()
) -> None:
    """One message outside of a thread, about a ticket or about none."""
    if desk.is_silent:
        return
    about = see(ticket) if ticket else ""
    payload = Message(text=text + about, buttons=buttons).model_dump_json()
    row = outgoing(desk, key=key, kind="post", lane=f"dm:{channel_id}", channel_id=channel_id, payload=payload)
    row.ticket_id = ticket.id if ticket else None
    await outbox.add(desk.tx, row)


def headline(ticket: Ticket) -> str:
    """The ticket in a line: number and title."""
    return f"*{ticket.name}* {escape(ticket.title)}"


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
