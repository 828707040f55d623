"""Somebody did something with a ticket: it is not stale, and a snooze that lasts until then is over."""

from agent.desk import Desk
from agent.nudges.plan import plan_nudges
from agent.sla.clocks import SNOOZE
from agent.tickets.snooze import ACTIVITY, wake
from storage import reminders
from storage.tickets import Ticket


async def touched(desk: Desk, ticket: Ticket, *, is_snooze: bool = False) -> None:
    """What follows when a person, here or on GitHub, has changed or said something; our own work is no activity."""
    if desk.surface != "system":
        ticket.touched_at = desk.now
    await plan_nudges(desk, ticket)
    if ticket.snooze_kind != ACTIVITY or is_snooze:
        return
    for waking in await reminders.live(desk.tx, ticket.id, kind=SNOOZE):
        await wake(desk, waking, ticket, late="")
        await reminders.send(desk.tx, waking, now=desk.now, is_late=False)
