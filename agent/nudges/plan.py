"""When a ticket has been silent for so long that whose turn it is should hear so: in business time, by its priority."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.calendar.opening import Calendar, add
from agent.desk import Desk
from agent.sla.policy import calendar_for, read_span
from storage import calendars, reminders, settings_kv
from storage.reminders import Reminder
from storage.sla import BUSINESS
from storage.tickets import OPEN, Ticket

STALE, AGAIN, MANAGERS = "stale", "nudge", "nudge managers"
LOUD = {"critical", "high"}
MOST = 3  # nudges without a person doing anything; then the managers hear once, and after that digests alone show it
BASE = timedelta(hours=4)
SILENCE = {
    "critical": timedelta(hours=1),
    "high": BASE,
    "medium": timedelta(hours=8),
    "low": timedelta(hours=24),
}
# Keys of settings_kv in the scope team:<id>: on or off; the silence of a high ticket, as in 2h; digest or thread.
ON, EVERY, WHERE = "nudge.on", "nudge.every", "nudge.where"
OFF, IN_THREAD = "off", "thread"


@dataclass(frozen=True, kw_only=True)
class Habit:
    """How a team wants to be nudged. `every` is for a high ticket; the others scale with it."""

    is_on: bool = True
    every: timedelta = BASE
    is_in_thread: bool = False  # also for medium and low tickets

    def silence(self, priority: str) -> timedelta:
        """Open time without anybody doing anything after which a ticket is stale."""
        return SILENCE[priority] * (self.every / BASE)


def habit_of(said: Mapping[str, str]) -> Habit:
    """The habit by what a team has set, key by key."""
    every = timedelta(minutes=read_span(said[EVERY], clock=BUSINESS)) if EVERY in said else BASE
    return Habit(is_on=said.get(ON) != OFF, every=every, is_in_thread=said.get(WHERE) == IN_THREAD)


async def habit(desk: Desk, ticket: Ticket) -> Habit:
    """How the ticket's team wants to be nudged."""
    if ticket.team_id is None:
        return Habit()
    scope = calendars.of_team(ticket.team_id)
    found = await settings_kv.of_scopes(desk.tx, [scope], (ON, EVERY, WHERE))
    return habit_of({key: value for (_, key), value in found.items()})


def silent_since(ticket: Ticket) -> datetime:
    """Since when nobody has done anything with it; not to be nudged about is no silence."""
    touched = ticket.touched_at or ticket.created_at
    return max(touched, ticket.snoozed_until) if ticket.snoozed_until else touched


async def plan_nudges(desk: Desk, ticket: Ticket) -> None:
    """Plan anew what comes if nobody does anything with the ticket from now on."""
    team = await habit(desk, ticket)
    priority = ticket.priority or ""
    is_nudged = team.is_on and (priority in LOUD or (priority in SILENCE and team.is_in_thread))
    if ticket.status not in OPEN or not is_nudged or desk.is_silent:
        await reminders.cancel(desk.tx, ticket.id, kind=STALE)
        return
    calendar = await calendar_for(desk.tx, desk.settings, ticket.team_id, clock=BUSINESS)
    wanted = [_nudge(desk, ticket, calendar, team.silence(priority), number=number) for number in range(1, MOST + 2)]
    await reminders.replan(desk.tx, ticket.id, kind=STALE, wanted=wanted)


def _nudge(desk: Desk, ticket: Ticket, calendar: Calendar, silence: timedelta, *, number: int) -> Reminder:
    since = silent_since(ticket)
    return Reminder(
        workspace_id=desk.workspace_id,
        kind=STALE,
        step=AGAIN if number <= MOST else MANAGERS,
        ticket_id=ticket.id,
        due_at=add(calendar, since, silence * number),
        reason=f"{ticket.priority}: nobody does anything for {silence * number} of business time",
        generation=number,
        plan_key=f"{STALE}:{ticket.id}:{since.isoformat()}:{number}",
        created_at=desk.now,
    )
