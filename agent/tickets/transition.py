"""The ways from one status of a ticket to another, and what goes with each."""

from datetime import datetime

from agent.desk import Desk
from agent.status_words import words
from agent.tickets.change import changing
from bot.errors import UserError
from bot.events import Surface
from bot.messages import escape, moment
from prompts.words import Phrase, fixed, phrase, say
from storage import audit, people
from storage.tickets import OPEN, Ticket

BY: dict[Surface, str] = {"cli": fixed("@{name} at the command line"), "github": fixed("@{name} on GitHub")}
ALLOWED = {
    "open": {"in_progress", "resolved", "closed"},
    "in_progress": {"open", "resolved", "closed"},
    "resolved": {"open", "closed"},
    "closed": {"open"},
}


async def change_status(
    desk: Desk, ticket: Ticket, status: str, *, reason: str | None, said: Phrase | str, told: Phrase | str = ""
) -> None:
    """Move a ticket to a status.

    Args:
        reason: goes on record; the card shows it while the ticket is resolved or closed. None: none was given.
        said: the change in words, for the card ("resolved by @x").
        told: what the thread is told, if anything.

    Raises:
        UserError: there is no way from the present status to this one.
    """
    if status not in ALLOWED[ticket.status]:
        way = ", ".join(f"`{words(other)}`" for other in sorted(ALLOWED[ticket.status]))
        so = say("{ticket} is {status}", ticket=ticket.name, status=words(ticket.status)) + await _since(desk, ticket)
        raise UserError(say("{so}; from there it can become {way}.", so=so, way=way))
    needs = "close" if ticket.status == "closed" else "status"
    async with changing(desk, ticket, "status", said=said, needs=needs, told=told, note={"reason": reason}):
        set_status(ticket, status, reason=reason, now=desk.now)


def set_status(ticket: Ticket, status: str, *, reason: str | None, now: datetime) -> None:
    """Set it, and what follows from it: times, the reason shown, the time it rested."""
    was_over, is_over = ticket.status not in OPEN, status not in OPEN
    if was_over and not is_over:
        ticket.rests = [*ticket.rests, [(ticket.resolved_at or now).isoformat(), now.isoformat()]]
    ticket.status = status
    ticket.resolution = reason if is_over else None
    ticket.resolved_at = (ticket.resolved_at or now) if is_over else None
    ticket.duplicate_of = ticket.duplicate_of if is_over else None  # what is open is a ticket of its own
    if is_over:
        ticket.waiting_on = ticket.waiting_for = ticket.waiting_since = ticket.snoozed_until = None
        ticket.snooze_kind = None
    if status != "open" and ticket.acknowledged_at is None:
        ticket.acknowledged_at = now


def require_open(ticket: Ticket) -> Ticket:
    """The ticket, if there is still something to do about it.

    Raises:
        UserError: it is resolved or closed, and how to open it again.
    """
    if ticket.status not in OPEN:
        over = fixed("{ticket} is {status}; `reopen {ticket} …` with a reason opens it again.")
        raise UserError(say(over, ticket=ticket.name, status=words(ticket.status)))
    return ticket


async def _since(desk: Desk, ticket: Ticket) -> str:
    """Who set the present status and when, as " (by @x, …)"; nothing while it has the one it began with."""
    events = await audit.of(desk.tx, "ticket", str(ticket.id))
    last = next((event for event in reversed(events) if "status" in event.after), None)
    if last is None:
        return ""
    kind, _, number = last.actor.partition(":")
    who = f"@{escape((await people.get(desk.tx, int(number))).name)}" if kind == "person" else last.surface
    return say(" (by {who}, {at})", who=who, at=moment(last.at))


def by(desk: Desk) -> Phrase:
    """Who did it, for the card and the thread, and where, when that was not in Slack; a name, not a ping."""
    return phrase(BY.get(desk.surface, "@{name}"), name=escape(desk.asker.name))
