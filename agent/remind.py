"""What happens when something is due: the one who must act hears of it, once, unless it no longer applies."""

from datetime import datetime, timedelta

from agent.desk import Desk
from agent.proposals import EXPIRES, expire
from agent.sla.clocks import SNOOZE
from agent.sla.ladder import climb
from agent.snooze import wake
from agent.taken_back import fade
from bot.messages import moment
from storage import reminders, tickets
from storage.reminders import LIVE, UNDO, Reminder

LATE = timedelta(minutes=5)
ACTS = {SNOOZE: wake, UNDO: fade}  # all others are steps of a clock's ladder


async def remind(desk: Desk, reminder: Reminder, *, fire_at: datetime) -> None:
    """Act on a reminder that was due at this time; one that was moved, cancelled or sent since is left alone."""
    if reminder.state not in LIVE or reminder.due_at != fire_at:
        return
    is_late = desk.now - fire_at > LATE
    late = f"(Late: this was due {moment(fire_at)}.) " if is_late else ""
    if why_not := await _act(desk, reminder, late=late):
        reminder.state, reminder.reason = "dropped", why_not
    else:
        await reminders.send(desk.tx, reminder, now=desk.now, is_late=is_late)


async def _act(desk: Desk, reminder: Reminder, *, late: str) -> str:
    """Do what is due; why not, if it no longer applies."""
    if reminder.kind == EXPIRES:
        return await expire(desk, reminder, late=late)
    if reminder.ticket_id is None:
        return "it is about no ticket"
    act = ACTS.get(reminder.kind, climb)
    return await act(desk, reminder, await tickets.get(desk.tx, reminder.ticket_id), late=late)
