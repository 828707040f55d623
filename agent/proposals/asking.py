"""Who decides a proposal hears of it once, with two buttons; when it is decided each of those messages says so."""

from dataclasses import replace

from agent.desk import Desk
from agent.language import of_person, of_place, of_ticket
from agent.notices import notify
from agent.notices.attention import ASKS, DECIDED
from agent.notices.standing import called
from agent.reply import Reply, text_reply
from bot.messages import Button, Message, by_name, escape, moment
from prompts.words import Phrase, fixed, say, speaking
from storage import notices, outbox, people, tickets
from storage.people import Person
from storage.proposals import Proposal
from storage.tickets import Ticket

ASKED = "proposal"  # names the message in the thread
NOBODY = fixed(" Nobody here can decide that yet: an admin can (CHARGEHAND_ADMINS names the first).")


async def _deciders(desk: Desk, proposal: Proposal) -> list[Person]:
    """Who is asked: the one who is named, else the managers of the team, else the admins; never who asks."""
    if proposal.approver_id:
        return [await people.get(desk.tx, proposal.approver_id)]
    if proposal.ticket_id:
        ticket = await tickets.get(desk.tx, proposal.ticket_id)
        could = await notify.managers_of(desk, ticket)
    else:
        could = await people.in_charge(
            desk.tx, proposal.team_id, may=lambda one: is_insider(desk, proposal, one.slack_id)
        )
    return [one for one in could if one.id != proposal.asker_id]


def is_insider(desk: Desk, proposal: Proposal, slack_id: str) -> bool:
    """What was said in a private channel is for its members alone."""
    return proposal.hidden_in is None or slack_id in desk.insiders.get(proposal.hidden_in, frozenset())


def is_asked_directly(proposal: Proposal, slack_id: str) -> bool:
    """Whether somebody was asked in a direct message, and so knows of it wherever it was asked for."""
    return any(channel_id == slack_id for _, channel_id in proposal.told)


async def names_of_deciders(desk: Desk, proposal: Proposal) -> str:
    """Who decides, for the one who asked."""
    asked = await _deciders(desk, proposal)
    return by_name((one.name for one in asked), between=say(" or "))


async def ask(desk: Desk, proposal: Proposal) -> None:
    """About a ticket in its thread; by name, or about none, each in a direct message."""
    ticket = await tickets.get(desk.tx, proposal.ticket_id) if proposal.ticket_id else None
    asked = await _deciders(desk, proposal)
    if ticket and proposal.approver_id is None:
        proposal.told = [[notify.thread_key(desk.key, ticket, ASKED), ticket.channel_id]]
        with speaking(await of_ticket(desk, ticket)):
            who = say(" or ").join([await called(desk, one) for one in asked])
            can = say(" {who} can decide.", who=who) if who else say(NOBODY)
            text = await _request(desk, proposal) + can + _until(proposal)
            await notify.say_in_thread(desk, ticket, text, name=ASKED, buttons=_buttons(proposal))
        return
    told = []
    for one in asked:
        with speaking(await of_person(desk, one.id)):
            text = await _request(desk, proposal) + _until(proposal)
            told.append(await ask_directly(desk, proposal, one, text, buttons=_buttons(proposal)))
    proposal.told = told


async def ask_directly(
    desk: Desk, proposal: Proposal, one: Person, text: str, *, buttons: tuple[Button, ...]
) -> list[str]:
    """Ask somebody in a direct message, when it suits them; its key and channel."""
    ticket = await tickets.get(desk.tx, proposal.ticket_id) if proposal.ticket_id else None
    key = f"{ASKED}:{proposal.id}:{one.id}"
    await notify.tell(desk, ticket, one, text, key=key, sort=ASKS, buttons=buttons)
    await notices.reword(desk.tx, key, text + how_to_decide(proposal))
    return [key, one.slack_id]


def how_to_decide(proposal: Proposal) -> str:
    """How to decide what is read where its buttons are not: among other things that were held back."""
    return say(" `approve {proposal}` or `deny {proposal} …` with a reason decides it.", proposal=proposal.name)


def _until(proposal: Proposal) -> str:
    return say(" It waits until {until}.", until=moment(proposal.expires_at))


async def reword(desk: Desk, proposal: Proposal) -> None:
    """The direct messages that ask say it in its new words."""
    for key, channel_id in proposal.told:
        with speaking(await of_place(desk, channel_id)):
            text = await _request(desk, proposal) + _until(proposal)
            payload = Message(text=text, buttons=_buttons(proposal)).model_dump_json()
            await notices.reword(desk.tx, key, text + how_to_decide(proposal))
        await notify.edit(desk, None, key, channel_id=channel_id, payload=payload)


async def _request(desk: Desk, proposal: Proposal) -> str:
    asker = escape((await people.get(desk.tx, proposal.asker_id)).name)
    return say("*{proposal}*: @{asker} asks to {said}.", proposal=proposal.name, asker=asker, said=proposal.said)


async def _outcome(desk: Desk, proposal: Proposal, how: Phrase | str) -> str:
    asker = escape((await people.get(desk.tx, proposal.asker_id)).name)
    was = fixed("*{proposal}*: @{asker} asked to {said}: {how}.")
    return say(was, proposal=proposal.name, asker=asker, said=proposal.said, how=how)


def _buttons(proposal: Proposal) -> tuple[Button, ...]:
    yes, no = (say("Accept"), say("Decline…")) if proposal.approver_id else (say("Approve"), say("Deny…"))
    return (
        Button(label=yes, action="approve", value=proposal.name, style="primary"),
        Button(label=no, action="form:deny", value=proposal.name),
    )


async def asked(desk: Desk, proposal: Proposal, ticket: Ticket) -> Reply:
    """The answer to who may only ask; in the ticket's own thread the message that asks says it, unless it is a direct
    one."""
    who = await names_of_deciders(desk, proposal)
    text = say(
        "{proposal} asks to {said}: {who} decides, until {until}. `deny {proposal} …` takes it back.",
        proposal=proposal.name,
        said=proposal.said,
        who=who or say("an admin"),
        until=moment(proposal.expires_at),
    )
    is_said = proposal.created_at == desk.now and proposal.approver_id is None
    return text_reply(text, seen_in=ticket if is_said else None)


async def show_decided(desk: Desk, proposal: Proposal, how: Phrase | str) -> str:
    """Every message that asked says what came of it, without buttons, and who asked hears it; the words, in a line."""
    ticket = await tickets.get(desk.tx, proposal.ticket_id) if proposal.ticket_id else None
    for key, channel_id in proposal.told:
        await notices.drop(desk.tx, key, reason=f"it was {how}")
        if not await is_pressed(desk, key):  # that one becomes the answer
            await _rewrite(desk, ticket, proposal, how, key=key, channel_id=channel_id)
    asker = await people.get(desk.tx, proposal.asker_id)
    if asker.is_active:
        with speaking(await of_person(desk, asker.id)):
            text = await _outcome(desk, proposal, how)
            await notify.tell(desk, ticket, asker, text, key=f"{ASKED}:{proposal.id}:decided", sort=DECIDED)
    return await _outcome(desk, proposal, how)


async def rewrite(desk: Desk, proposal: Proposal, how: Phrase | str) -> None:
    """Every message that asked, or said that it was decided, says how it stands now, without buttons."""
    ticket = await tickets.get(desk.tx, proposal.ticket_id) if proposal.ticket_id else None
    for key, channel_id in proposal.told:
        await notices.drop(desk.tx, key, reason=f"it was {how}")
        await _rewrite(desk, ticket, proposal, how, key=key, channel_id=channel_id)


async def _rewrite(
    desk: Desk, ticket: Ticket | None, proposal: Proposal, how: Phrase | str, *, key: str, channel_id: str
) -> None:
    """One of its messages; after what a press on it has made of it, if somebody pressed there."""
    with speaking(await of_place(desk, channel_id)):
        payload = Message(text=await _outcome(desk, proposal, how)).model_dump_json()
    at = replace(desk, key=f"{desk.key}:{desk.now.timestamp()}")
    posted = await outbox.receipt(desk.tx, key)
    if proposal.turn_id is None or posted is None or posted.ts is None:
        await notify.edit(desk if proposal.turn_id is None else at, ticket, key, channel_id=channel_id, payload=payload)
        return
    row = notify.outgoing(
        at,
        key=f"{key}:{at.key}",
        kind="edit",
        lane=f"edit:{posted.channel_id}:{posted.ts}",
        channel_id=posted.channel_id,
        payload=payload,
    )
    row.anchor, row.ticket_id = key, ticket.id if ticket else None
    await outbox.edit(desk.tx, row)


async def is_pressed(desk: Desk, key: str) -> bool:
    """Whether a button of the message under this key was pressed."""
    receipt = await outbox.receipt(desk.tx, key)
    return (
        desk.surface == "button"
        and desk.place is not None
        and receipt is not None
        and (receipt.ts == desk.place.message_ts)
    )
