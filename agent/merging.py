"""A duplicate follows the ticket that it is one of: across several, never in a circle, and without telling too much."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from agent import notify
from agent.commands.verb import Reply
from agent.desk import Desk
from bot.errors import UserError
from bot.messages import escape, mention
from storage import duplicates, people, tickets
from storage.database import Tx
from storage.tickets import OPEN, Ticket

HIDDEN = "a private ticket"
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
        way = " of ".join(named(one, beside=ticket) for one in found)
        raise UserError(f"{ticket.name} cannot be a duplicate of itself: {way} is one already.")


def is_hidden(other: Ticket, *, channel_id: str) -> bool:
    """Whether people in a channel may not read of another ticket."""
    return other.is_private and other.channel_id != channel_id


def named(other: Ticket, *, beside: Ticket) -> str:
    """Another ticket as the card and the thread of this one may name it."""
    return HIDDEN if is_hidden(other, channel_id=beside.channel_id) else other.name


async def meant(desk: Desk, own: Ticket) -> Ticket:
    """The ticket that is meant in the thread of this one; the asker has to be able to see it."""
    *_, end = await chain(desk.tx, own)
    return end if end is own or await desk.sees(end) else own


def said_so(desk: Desk, reply: Reply, own: Ticket, ticket: Ticket) -> Reply:
    """An answer in a duplicate's thread says first which ticket it is about."""
    if ticket is own or desk.place is None:
        return reply
    text = f"{own.name} is a duplicate of {ticket.name}, so this is about {ticket.name}.\n{reply.message.text}"
    return replace(
        reply,
        message=reply.message.model_copy(update={"text": text}),
        is_private=reply.is_private or is_hidden(ticket, channel_id=desk.place.channel_id),
        seen_in=None,
        shown_by=None,
    )


async def follow(desk: Desk, ticket: Ticket, *, before: Mapping[str, Any], changed: Collection[str]) -> None:
    """What a change of a ticket means to those that it is a duplicate of, and to its own duplicates."""
    for other_id in {before["duplicate_of"], ticket.duplicate_of} - {None} if "duplicate_of" in changed else ():
        await notify.show_card(desk, await tickets.get(desk.tx, other_id))
    is_done = "status" in changed and before["status"] in OPEN and ticket.status not in OPEN
    if is_done and ticket.duplicate_of is None:
        for duplicate in await _all_duplicates(desk.tx, ticket):
            await _tell(desk, duplicate, ticket)


async def _all_duplicates(tx: Tx, ticket: Ticket) -> list[Ticket]:
    """Those of its duplicates too."""
    found = await duplicates.of(tx, ticket.id)
    return [*found, *[further for one in found for further in await _all_duplicates(tx, one)]]


async def _tell(desk: Desk, duplicate: Ticket, ticket: Ticket) -> None:
    """The duplicate's thread hears once that it is done, and so does whoever reported it there."""
    reporter = await people.get(desk.tx, duplicate.reporter_id) if duplicate.reporter_id else None
    is_told = reporter and reporter.is_active and (desk.actor is None or desk.actor.person_id != reporter.id)
    who = f"{mention(reporter.slack_id)} " if reporter and is_told else ""
    name = named(ticket, beside=duplicate)
    how = "" if name == HIDDEN or not ticket.resolution else f": {escape(ticket.resolution)}"
    text = f"{who}{name[:1].upper()}{name[1:]}, which this is a duplicate of, was {ticket.status}{how}."
    once = replace(desk, key=f"{TOLD}:{ticket.id}:{len(ticket.rests)}")
    await notify.say_in_thread(once, duplicate, text, name=TOLD)
