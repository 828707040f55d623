"""When a ticket has been silent for so long that whose turn it is should hear so: in business time, by its priority."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from agent.calendar.opening import Calendar, add
from agent.desk import Desk
from agent.duration import in_words
from agent.language import of_ticket
from agent.sla.policy import calendar_for, read_span
from agent.status_words import words
from prompts.words import fixed, say, speaking, spoken
from storage import calendars, reminders, settings_kv
from storage.deadlines import Standing
from storage.reminders import Reminder, Step
from storage.sla import BUSINESS
from storage.tickets import LOUD, OPEN, Ticket

STALE, AGAIN, MANAGERS = "stale", "nudge", "nudge managers"
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
    return await habit_of_team(desk, ticket.team_id)


async def habit_of_team(desk: Desk, team_id: int | None) -> Habit:
    """How a team wants to be nudged; as usual where there is none."""
    if team_id is None:
        return Habit()
    scope = calendars.of_team(team_id)
    found = await settings_kv.of_scopes(desk.tx, [scope], (ON, EVERY, WHERE))
    return habit_of({key: value for (_, key), value in found.items()})


def silent_since(ticket: Ticket | Standing) -> datetime:
    """Since when nobody has done anything with it; not to be nudged about is no silence."""
    touched = ticket.touched_at or ticket.created_at
    return max(touched, ticket.snoozed_until) if ticket.snoozed_until else touched


async def plan_nudges(desk: Desk, ticket: Ticket) -> None:
    """Plan anew what comes if nobody does anything with the ticket from now on."""
    wanted = planned(desk, ticket, await nudges(desk, ticket))
    await reminders.replan(desk.tx, ticket.id, kinds=[STALE], wanted=wanted)


async def nudges(desk: Desk, ticket: Ticket) -> list[Step]:
    """What comes of its silence, by its team's habit and hours."""
    if desk.is_silent:
        return []
    calendar = await calendar_for(desk.tx, desk.settings, ticket.team_id, clock=BUSINESS)
    with speaking(await of_ticket(desk, ticket)):
        return nudges_of(ticket, await habit(desk, ticket), calendar)


def nudges_of(ticket: Ticket | Standing, team: Habit, calendar: Calendar) -> list[Step]:
    """What comes of its silence, if anything, with reasons in the language that is spoken here."""
    priority = ticket.priority or ""
    is_nudged = team.is_on and (priority in LOUD or (priority in SILENCE and team.is_in_thread))
    if ticket.status not in OPEN or not is_nudged:
        return []
    since, silence = silent_since(ticket), team.silence(priority)
    key, language = f"{STALE}:{ticket.id}:{since.isoformat()}", spoken()
    return [
        Step(
            STALE,
            AGAIN if number <= MOST else MANAGERS,
            number,
            add(calendar, since, silence * number),
            _about(language, priority, silence * number),
            f"{key}:{number}",
        )
        for number in range(1, MOST + 2)
    ]


@lru_cache(maxsize=1000)  # four for each priority, habit and language
def _about(language: str, priority: str, silence: timedelta) -> str:
    about = fixed("{priority}: nobody does anything for {span} of business time")
    with speaking(language):
        return say(about, priority=words(priority), span=in_words(silence))


def planned(desk: Desk, ticket: Ticket, steps: Sequence[Step]) -> list[Reminder]:
    """These steps as rows."""
    about: dict[str, Any] = {"workspace_id": desk.workspace_id, "ticket_id": ticket.id, "created_at": desk.now}
    return [Reminder(**about, **step._asdict()) for step in steps]
