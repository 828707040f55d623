"""The one way a ticket changes its status: checked, recorded, shown on the card and as a reaction."""

from agent import notify
from agent.card import words
from agent.desk import Desk
from agent.sla.clocks import follow_status
from bot.errors import UserError
from bot.messages import escape
from storage.tickets import OPEN, Ticket

ALLOWED = {
    "open": {"in_progress", "resolved", "closed"},
    "in_progress": {"open", "resolved", "closed"},
    "resolved": {"open", "closed"},
    "closed": {"open"},
}


async def change_status(desk: Desk, ticket: Ticket, status: str, *, reason: str | None, said: str) -> None:
    """Move a ticket to a status.

    Args:
        reason: goes on record; the card shows it while the ticket is resolved or closed. None: none was given.
        said: the change in words, for the card ("resolved by @x").

    Raises:
        UserError: there is no way from the present status to this one.
    """
    before = ticket.status
    if status not in ALLOWED[before]:
        way = ", ".join(f"`{words(other)}`" for other in sorted(ALLOWED[before]))
        raise UserError(f"{ticket.name} is {words(before)}; from there it can become {way}.")
    ticket.status = status
    ticket.resolution = reason if status not in OPEN else None
    ticket.resolved_at = desk.now if status not in OPEN else None
    await follow_status(desk, ticket, before=before)
    desk.audit("status", "ticket", ticket.id, before={"status": before}, after={"status": status, "reason": reason})
    await notify.show_card(desk, ticket, change=said)
    if status not in OPEN:
        await notify.settle_calls(desk, ticket, said)
    await notify.show_status(desk, ticket, before=before)


def by(desk: Desk) -> str:
    """Who did it, for the card and the thread; a name, not a ping."""
    return f"@{escape(desk.asker.name)}"
