"""Business time the slow way, a minute at a time: what agent/calendar is measured against and must agree with."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from agent.calendar.opening import Calendar, Shift

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
AROUND = 3 * DAY  # a shift over midnight begins the day before, and Samoa once left a whole day out


def open_minutes(calendar: Calendar, start: datetime, end: datetime) -> list[datetime]:
    """Every minute between the two that is open, by looking at the clock on the wall in each."""
    moments = [start - AROUND + n * MINUTE for n in range((end - start + 2 * AROUND) // MINUTE)]
    clocks = [moment.astimezone(calendar.zone).replace(tzinfo=None) for moment in moments]
    is_open = [False] * len(moments)
    for first, last in _shifts(calendar, clocks):
        begin = next((n for n, clock in enumerate(clocks) if clock >= first), len(clocks))
        until = max((n + (clock < last) for n, clock in enumerate(clocks) if clock <= last), default=0)
        is_open[begin:until] = [True] * max(0, until - begin)
    return [moment for moment, found in zip(moments, is_open, strict=True) if found and start <= moment < end]


def _shifts(calendar: Calendar, clocks: list[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """When the shifts of these days begin and end by the clock on the wall."""
    day, last = min(clocks).date(), max(clocks).date()
    while day <= last:
        for weekday, start, end in map(Shift._make, calendar.week):
            if weekday == day.weekday() and calendar.day_off(day) is None:
                midnight = datetime.combine(day, time())
                yield midnight + start * MINUTE, midnight + end * MINUTE
        day += DAY


def add(calendar: Calendar, start: datetime, minutes: int, *, within: timedelta) -> datetime | None:
    """The minute at which so many have passed; None when it does not come within a time."""
    found = open_minutes(calendar, start.astimezone(UTC), start.astimezone(UTC) + within)
    return found[minutes] if minutes < len(found) else None
