"""When a clock warns and is missed, and who is to hear of it when: values in, values out."""

from datetime import datetime, timedelta
from functools import lru_cache

from agent.calendar.opening import Calendar, add, between
from agent.sla.policy import LADDERS, Policy, show_span
from agent.status_words import words
from prompts.words import fixed, say, speaking, spoken
from storage.deadlines import Standing
from storage.reminders import Step
from storage.sla import ALWAYS, BUSINESS, Course
from storage.tickets import Ticket

CLOCKS = {BUSINESS: fixed("business"), ALWAYS: fixed("always")}
DEEDS: dict[str, str] = {  # what each clock waits for, as the reason of its reminders
    "ack": fixed("{priority}: acknowledge within {span} ({clock})"),
    "resolve": fixed("{priority}: resolve within {span} ({clock})"),
}
HELD = ("warn", "breach")  # what only the assignee is told: not while the ticket is snoozed


def timed(
    course: Course, policy: Policy, calendar: Calendar, *, minutes: int, warn_percent: int, now: datetime
) -> Course:
    """A clock with its times by this policy. A deadline that turns out to have passed is a breach from now on.

    Args:
        minutes: the target; `warn_percent` of it is when its assignee is warned.
    """
    target = timedelta(minutes=minutes)
    new = course._replace(
        target_minutes=minutes,
        clock=policy.clock,
        warn_at=_moment_at(course, calendar, target * warn_percent / 100),
        due_at=_moment_at(course, calendar, target),
    )
    if new.breached_at is None and new.is_running and course.due_at != new.due_at <= now:
        return new._replace(breached_at=now)
    return new


def _moment_at(course: Course, calendar: Calendar, span: timedelta) -> datetime:
    """When a clock has run for so long, by the time that counts and without its pauses."""
    if course.pauses:
        for start, end in course.stretches:
            passed = between(calendar, start, end)
            if span < passed:
                return add(calendar, start, span)
            span -= passed
    return add(calendar, course.resumed_at, span)


def steps_of(ticket: Ticket | Standing, course: Course, calendar: Calendar) -> list[Step]:
    """What is to come of a clock as it stands: each step once per generation, as long as it runs.

    Reasons are in the language that is spoken here.
    """
    if not course.is_running:
        return []
    about = _about(spoken(), course.kind, ticket.priority, course.target_minutes, course.clock)
    key = f"{course.kind}:{ticket.id}:{course.generation}"
    return [
        Step(course.kind, step, course.generation, at, about, f"{key}:{step}")
        for step, at in _steps(ticket, course, calendar)
    ]


@lru_cache(maxsize=1000)  # a dozen for each policy and language
def _about(language: str, kind: str, priority: str | None, minutes: int, clock: str) -> str:
    with speaking(language):
        return say(DEEDS[kind], priority=words(priority), span=show_span(minutes), clock=say(CLOCKS[clock]))


def _steps(ticket: Ticket | Standing, course: Course, calendar: Calendar) -> list[tuple[str, datetime]]:
    """When each step of the ladder comes."""
    breach = max(course.due_at, course.breached_at or course.due_at)
    early = [] if course.breached_at else [("warn", course.warn_at)]
    rungs = [(step, add(calendar, breach, after)) for step, after in LADDERS[ticket.priority or ""]]
    steps = [*early, ("breach", breach), *rungs]
    until = ticket.snoozed_until
    return [(step, max(at, until) if until and step in HELD else at) for step, at in steps]
