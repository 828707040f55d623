"""A team's week in figures: what came, what was done and how fast, and what is left; pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import ceil
from statistics import median

from agent.calendar.opening import DAY, Calendar, between
from storage.summaries import Ended, Moved


@dataclass(frozen=True, kw_only=True)
class Week:
    """The stretch that is counted; its end is not part of it."""

    since: datetime
    until: datetime

    def holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.since <= moment < self.until


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Of some times in business time: half are no longer than the median, nine of ten no longer than `p90`."""

    median: timedelta
    p90: timedelta


@dataclass(frozen=True, kw_only=True)
class Figures:
    """`met` and `breached` are deadlines that ended in the week; `days` hold what came and what was done on each."""

    opened: int
    resolved: int
    reopened: int
    backlog: int
    backlog_before: int
    acknowledging: Spread | None
    resolving: Spread | None
    met: int
    breached: int
    days: tuple[tuple[date, int, int], ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        moved = self.opened + self.resolved + self.reopened + self.met + self.breached
        return moved + self.backlog + self.backlog_before == 0


def reckon(week: Week, calendar: Calendar, *, moved: Sequence[Moved], ended: Sequence[Ended], backlog: int) -> Figures:
    """The figures of a week.

    Args:
        backlog: how many tickets are open now; those that did not move were open when the week began, too.
    """
    came = [one.created_at for one in moved if week.holds(one.created_at)]
    done = [(one, at) for one in moved for at in ends(one) if week.holds(at)]
    seen = [one for one in moved if week.holds(one.acknowledged_at)]
    breached = [one for one in ended if week.holds(_missed_at(one, week))]
    met = [one for one in ended if week.holds(one.met_at) and _missed_at(one, week) is None]
    unmoved = backlog - sum(one.is_open for one in moved)
    return Figures(
        opened=len(came),
        resolved=len(done),
        reopened=sum(week.holds(at) for one in moved for at in _reopenings(one)),
        backlog=backlog,
        backlog_before=unmoved + sum(_is_open_at(one, week.since) for one in moved),
        acknowledging=_spread(between(calendar, one.created_at, one.acknowledged_at or week.until) for one in seen),
        resolving=_spread(_open_for(one, at, calendar) for one, at in done),
        met=len(met),
        breached=len(breached),
        days=_by_day(week, calendar, came, [at for _, at in done]),
    )


def _edges(one: Moved) -> list[datetime]:
    """Done, open again, done again and so on."""
    turns = [datetime.fromisoformat(moment) for rest in one.rests for moment in rest]
    return [*turns, *([] if one.is_open or one.resolved_at is None else [one.resolved_at])]


def ends(one: Moved) -> list[datetime]:
    """Each time it was resolved or closed, unless that was taken back."""
    return _edges(one)[::2]


def _reopenings(one: Moved) -> list[datetime]:
    """Each time it was opened again."""
    return _edges(one)[1::2]


def _is_open_at(one: Moved, moment: datetime) -> bool:
    """Whether it was there and not done."""
    return one.created_at <= moment and sum(edge <= moment for edge in _edges(one)) % 2 == 0


def _open_for(one: Moved, until: datetime, calendar: Calendar) -> timedelta:
    """Open time from its report to one of its ends, without the times for which it was over."""
    edges = [one.created_at, *(edge for edge in _edges(one) if edge <= until)]
    return sum((between(calendar, start, end) for start, end in [*pairwise(edges)][::2]), timedelta())


def _missed_at(one: Ended, week: Week) -> datetime | None:
    """When its deadline passed; a clock that still runs may not have been looked at yet."""
    is_running = one.met_at is None and one.paused_since is None
    return one.breached_at or (one.due_at if is_running and one.due_at < week.until else None)


def _spread(spans: Iterable[timedelta]) -> Spread | None:
    found = sorted(spans)
    if not found:
        return None
    return Spread(
        median=timedelta(seconds=median(span.total_seconds() for span in found)), p90=found[ceil(0.9 * len(found)) - 1]
    )


def _by_day(
    week: Week, calendar: Calendar, came: Sequence[datetime], done: Sequence[datetime]
) -> tuple[tuple[date, int, int], ...]:
    def day_of(moment: datetime) -> date:
        return moment.astimezone(calendar.zone).date()

    first, last = day_of(week.since), day_of(week.until - timedelta(microseconds=1))
    dates = [first + number * DAY for number in range((last - first) // DAY + 1)]
    came_on, done_on = Counter(map(day_of, came)), Counter(map(day_of, done))
    return tuple((day, came_on[day], done_on[day]) for day in dates)
