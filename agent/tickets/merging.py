"""A duplicate follows the ticket that it is one of: across several, never in a circle, and without telling too much."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from agent.desk import Desk
from agent.language import of_ticket
from agent.notices import notify
from agent.notices.standing import called
from agent.reply import Reply
from agent.status_words import words
from bot.errors import UserError
from bot.messages import Message, by_name, escape
from prompts.words import Phrase, fixed, say, speaking
from storage import duplicates, outbox, people, tickets, undo_steps
from storage.database import Tx
from storage.people import Person
from storage.tickets import OPEN, Ticket
from storage.undo_steps import UndoStep

HIDDEN = fixed("a private ticket")
TOLD = "merged"


async def chain(tx: Tx, ticket: Ticket) -> list[Ticket]:
    """The ticket, what it is a duplicate of, and so on to the one that is none."""
    found = [ticket]
    while found[-1].duplicate_of:
        found.append(await tickets.get(tx, found[-1].duplicate_of))
    return found


async def refuse_circle(tx: Tx, ticket: Ticket, duplicate_of: int | None) -> None:
    """Let pass what leads on to another ticket.

    Raises:
        UserError: it would lead back to this one.
    """
    if duplicate_of and ticket in (found := await chain(tx, await tickets.get(tx, duplicate_of))):
        way = say(" of ").join(named(one, beside=ticket) for one in found)
        raise UserError(
            say("{ticket} cannot be a duplicate of itself: {way} is one already.", ticket=ticket.name, way=way)
        )


def _is_hidden(other: Ticket, *, channel_id: str) -> bool:
    """Whether people in a channel may not read of another ticket."""
    return other.is_private and other.channel_id != channel_id


def _is_hidden_beside(other: Ticket, ticket: Ticket) -> bool:
    return _is_hidden(other, channel_id=ticket.channel_id)


def named(other: Ticket, *, beside: Ticket) -> str:
    """Another ticket as the card and the thread of this one may name it."""
    return say(HIDDEN) if _is_hidden_beside(other, beside) else other.name


async def meant(desk: Desk, own: Ticket) -> Ticket:
    """The ticket that is meant in the thread of this one; the asker has to be able to see it."""
    *_, end = await chain(desk.tx, own)
    return end if end is own or await desk.sees(end) else own


def is_read_by_more(own: Ticket, end: Ticket) -> bool:
    """Whether who may read of the one ticket, but not of the other, would read there what was said of this one."""
    return _is_hidden_beside(own, end)


async def keeper(desk: Desk, own: Ticket) -> Ticket:
    """The ticket that keeps what people say in the thread of this one: words of a private channel stay in it."""
    end = await meant(desk, own)
    return own if is_read_by_more(own, end) else end


def said_so(desk: Desk, reply: Reply, own: Ticket, ticket: Ticket) -> Reply:
    """An answer in a duplicate's thread says first which ticket it is about."""
    if ticket is own or desk.place is None:
        return reply
    about = say("{own} is a duplicate of {other}, so this is about {other}.", own=own.name, other=ticket.name)
    text = f"{about}\n{reply.message.text}"
    return replace(
        reply,
        message=reply.message.model_copy(update={"text": text}),
        is_private=reply.is_private or _is_hidden(ticket, channel_id=desk.place.channel_id),
        seen_in=None,
        shown_by=None,
    )


async def follow(
    desk: Desk, ticket: Ticket, action: str, *, before: Mapping[str, Any], changed: Collection[str]
) -> None:
    """What a change of a ticket means to those that it is a duplicate of, and to its own duplicates.

    Args:
        action: as it stands in the audit record; what an undo leads back to was told before.
    """
    for other_id in {before["duplicate_of"], ticket.duplicate_of} - {None} if "duplicate_of" in changed else ():
        await notify.show_card(desk, await tickets.get(desk.tx, other_id))
    is_done = "status" in changed and before["status"] in OPEN and ticket.status not in OPEN
    if is_done and ticket.duplicate_of is None:
        for duplicate in await all_of(desk.tx, ticket):
            await (_say_again if action == "undo" else tell_end)(desk, duplicate, ticket)


async def correct(desk: Desk, ticket: Ticket, step: UndoStep, *, how: Phrase | str) -> None:
    """What the threads of its duplicates were told of a change says that it was undone."""
    for duplicate in await all_of(desk.tx, ticket):
        key = notify.thread_key(_work_key(ticket, step.version), duplicate, TOLD)
        if not await outbox.is_post(desk.tx, key):
            continue
        with speaking(await of_ticket(desk, duplicate)):
            change = str(how) if _is_hidden_beside(ticket, duplicate) else f"{step.said}, {how}"
            payload = Message(text=_became(ticket, change, beside=duplicate)).model_dump_json()
        await notify.edit(desk, duplicate, key, channel_id=duplicate.channel_id, payload=payload)


def _work_key(ticket: Ticket, version: int) -> str:
    return f"{TOLD}:{ticket.id}:{version}"


async def all_of(tx: Tx, ticket: Ticket) -> list[Ticket]:
    """Those of its duplicates too."""
    found = await duplicates.of(tx, ticket.id)
    return [*found, *[further for one in found for further in await all_of(tx, one)]]


async def tell_end(desk: Desk, duplicate: Ticket, ticket: Ticket) -> None:
    """The duplicate's thread hears once that it is done, and so does whoever reported it there."""
    reporter = await people.get(desk.tx, duplicate.reporter_id) if duplicate.reporter_id else None
    is_told = reporter and reporter.is_active and (desk.actor is None or desk.actor.person_id != reporter.id)
    who = f"{await _called(desk, ticket, reporter)} " if reporter and is_told else ""
    with speaking(await of_ticket(desk, duplicate)):
        text = who + _ended(ticket, beside=duplicate)
    step = await undo_steps.last_that_set(desk.tx, ticket.id, "resolved_at")
    once = replace(desk, key=_work_key(ticket, step.version if step else ticket.version))
    await notify.say_in_thread(once, duplicate, text, name=TOLD)


async def _say_again(desk: Desk, duplicate: Ticket, ticket: Ticket) -> None:
    """The last that the duplicate's thread was told of an end holds again; nobody is called anew."""
    for step in reversed(await undo_steps.after(desk.tx, ticket.id, 0)):
        key = notify.thread_key(_work_key(ticket, step.version), duplicate, TOLD)
        if await outbox.is_post(desk.tx, key):
            with speaking(await of_ticket(desk, duplicate)):
                payload = Message(text=_ended(ticket, beside=duplicate)).model_dump_json()
            await notify.edit(desk, duplicate, key, channel_id=duplicate.channel_id, payload=payload)
            return


async def _called(desk: Desk, ticket: Ticket, reporter: Person) -> str:
    """By name alone where the other ticket is theirs, too: its thread calls them."""
    is_called_there = ticket.status == "resolved" and ticket.reporter_id == reporter.id
    return by_name([reporter.name]) if is_called_there else await called(desk, reporter)


def _ended(ticket: Ticket, *, beside: Ticket) -> str:
    """How it ended; why is said to those alone who may read of it."""
    how = "" if _is_hidden_beside(ticket, beside) or not ticket.resolution else f": {escape(ticket.resolution)}"
    return _became(ticket, f"{words(ticket.status)}{how}", beside=beside)


def _became(ticket: Ticket, change: str, *, beside: Ticket) -> str:
    """What happened to the ticket, for the thread of its duplicate."""
    text = say(
        "{ticket}, which this is a duplicate of, was {change}.", ticket=named(ticket, beside=beside), change=change
    )
    return text[:1].upper() + text[1:]
