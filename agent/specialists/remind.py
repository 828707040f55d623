"""Somebody wants to be reminded, to have another reminded, or to have a ticket put off."""

from agent.specialists.specialist import Specialist
from agent.tools import reads, writes

SPECIALIST = Specialist(
    name="remind",
    purpose="set, list and cancel reminders; snooze tickets",
    tools=(reads.list_reminders, reads.find_people, writes.set_reminder, writes.snooze, writes.cancel_reminder),
    calls=4,
)
