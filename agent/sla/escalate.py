"""Somebody does not want to wait for the clock: the next step of a ticket's ladder is taken now."""

from agent import notify
from agent.desk import Desk
from agent.sla.clocks import DEEDS
from agent.sla.ladder import tell_step
from bot.errors import UserError
from bot.messages import escape
from storage import reminders, tickets
from storage.reminders import Reminder
from storage.tickets import Ticket

MANAGERS = "managers"
TOLD = {MANAGERS: "its managers", "channel": "its team's channel", "admins": "the admins"}


async def run_next_step(desk: Desk, ticket: Ticket, *, reason: str) -> tuple[str, str]:
    """Take it, and count it as taken; its name and who was told. Without a ladder it is the managers.

    Raises:
        UserError: there is nobody to tell.
    """
    live = [one for kind in DEEDS for one in await reminders.live(desk.tx, ticket.id, kind=kind) if one.step in TOLD]
    planned = min(live, key=lambda one: one.due_at, default=None)
    step = planned.step if planned else MANAGERS
    names = ", ".join(f"@{escape(person.name)}" for person in await tickets.assignees(desk.tx, ticket.id))
    text = (
        f"{notify.headline(ticket)} is escalated by @{escape(desk.asker.name)}: {escape(reason)}."
        f" {names or 'Nobody'} has it. `assign {ticket.name} @someone` gives it to somebody else."
    )
    if not await tell_step(desk, ticket, step, text, key=f"escalate:{desk.key}"):
        raise UserError(f"There is nobody to escalate {ticket.name} to: an admin can give its team a manager.")
    if planned:
        await _count(desk, planned)
    return step, TOLD[step]


async def _count(desk: Desk, planned: Reminder) -> None:
    await reminders.send(desk.tx, planned, now=desk.now, is_late=False)
    planned.reason = f"escalated by @{desk.asker.name}"
