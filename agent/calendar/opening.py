"""Business time: when a calendar is open, when it opens next, what a deadline is and how much open time has passed.

Every function is pure: moments and spans in, moments and spans out. A day's openings are worked out once, so nothing
steps through minutes. The wall clock decides: a day may have 23 or 25 hours. A start or end that the clocks skip is the
moment after the gap; an opening that begins in an hour which comes twice begins in the first, one that ends there ends
in the second.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from agent.calendar.country import Region, holidays_of
from bot.errors import UserError
from prompts.words import say

FARTHEST = timedelta(days=400)  # a calendar that stays shut for longer is a mistake
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


class Shift(NamedTuple):
    """Open hours that begin on a weekday (0 is Monday), in minutes since its midnight; the next day's are > 1440."""

    weekday: int
    start: int
    end: int


class Opening(NamedTuple):
    """A stretch of open time, in UTC; the end is shut."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Where it is, which hours of the week are open, and which days are not.

    A shift belongs to the day on which it begins: the night before a holiday runs to its end, the holiday's own night
    is off. `off` are own days off, with their names; `worked` are holidays on which work goes on.
    """

    zone: ZoneInfo
    week: tuple[Shift, ...]
    region: Region | None = None
    off: frozenset[tuple[date, str]] = frozenset()
    worked: frozenset[date] = frozenset()

    def day_off(self, day: date) -> str | None:
        """Why a day is off; None when it is not."""
        own = dict(self.off)
        if day in own or day in self.worked:
            return own.get(day)
        return holidays_of(self.region, day.year).get(day) if self.region else None


class Day(NamedTuple):
    """One date of a calendar. `length` is 23 or 25 hours where the clocks change; `holiday` says why nothing opens."""

    date: date
    length: timedelta
    openings: tuple[Opening, ...]
    holiday: str | None


def is_open(calendar: Calendar, now: datetime) -> bool:
    """Whether this moment is in business time."""
    return next_open(calendar, now) == now


def next_open(calendar: Calendar, now: datetime) -> datetime:
    """This moment if it is open, else the next one that is.

    Raises:
        UserError: nothing opens for 400 days.
    """
    return next(_openings(calendar, now)).start


def next_shut(calendar: Calendar, now: datetime) -> datetime:
    """This moment if it is not open, else the next one that is not.

    Raises:
        UserError: it is open for 400 days on end.
    """
    reached = now
    for opening in _openings(calendar, now):
        if opening.start > reached:
            return reached
        reached = opening.end
        if reached - now > FARTHEST:
            raise UserError(say("By these hours it would never end: leave at least one hour out."))
    raise AssertionError("openings never end")


def add(calendar: Calendar, start: datetime, span: timedelta) -> datetime:
    """When this much open time has passed: always an open moment, so an hour from Friday 17:00 may be Monday 09:00.

    Raises:
        UserError: nothing opens for 400 days.
    """
    for opening in _openings(calendar, start):
        length = opening.end - opening.start
        if span < length:
            return opening.start + span
        span -= length
    raise AssertionError("openings never end")


def between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How much open time lies between two moments; none when the second is not later."""
    passed = timedelta()
    if end > start:
        for opening in _openings(calendar, start):
            if opening.start >= end:
                break
            passed += min(opening.end, end) - opening.start
    return passed


def day_of(calendar: Calendar, day: date) -> Day:
    """What one date looks like."""
    midnight, next_midnight = (_moment(calendar.zone, datetime.combine(d, time()), fold=0) for d in (day, day + DAY))
    return Day(day, next_midnight - midnight, _of_day(calendar, day), calendar.day_off(day))


def wall_moment(zone: ZoneInfo, wall: datetime) -> datetime:
    """When the clocks show it, the first time; what they skip as soon as they have."""
    return _moment(zone, wall, fold=0)


def _openings(calendar: Calendar, after: datetime) -> Iterator[Opening]:
    """What is open from a moment on, in order; what overlaps is open once."""
    reached, day = after.astimezone(UTC), after.astimezone(calendar.zone).date() - DAY  # last night's may still be open
    while True:
        for opening in _of_day(calendar, day):
            if opening.end > reached:
                yield Opening(max(opening.start, reached), opening.end)
                reached = opening.end
        day += DAY
        if day - reached.date() > FARTHEST:
            raise UserError(
                say("By these hours and days off nothing opens within 400 days: give at least one open hour.")
            )


@lru_cache(maxsize=20_000)  # some years of some dozen calendars, at about 400 bytes a day
def _of_day(calendar: Calendar, day: date) -> tuple[Opening, ...]:
    """What begins on a day, in order; a shift that the clocks skip is left out."""
    shifts = [shift for shift in calendar.week if shift.weekday == day.weekday()]
    if not shifts or calendar.day_off(day) is not None:
        return ()
    midnight = datetime.combine(day, time())
    both = (
        Opening(
            _moment(calendar.zone, midnight + timedelta(minutes=shift.start), fold=0),
            _moment(calendar.zone, midnight + timedelta(minutes=shift.end), fold=1),
        )
        for shift in sorted(shifts)
    )
    return tuple(opening for opening in both if opening.start < opening.end)


def _moment(zone: ZoneInfo, wall: datetime, *, fold: int) -> datetime:
    """When the clocks show it: the first or the second time (`fold`), and what they skip as soon as they have."""
    moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # In a gap the second reading lies before the change and the first one after it.
    before, after = (wall.replace(tzinfo=zone, fold=reading).astimezone(UTC) for reading in (1, 0))
    offset = before.astimezone(zone).utcoffset()
    seconds = range((after - before) // SECOND)
    jump = bisect_left(seconds, True, key=lambda n: (before + n * SECOND).astimezone(zone).utcoffset() != offset)
    return before + jump * SECOND
