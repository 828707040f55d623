"""A week in figures: what was opened again counts twice, and spreads are in business time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agent.calendar.opening import Calendar
from agent.calendar.week import read_week
from agent.review_requests.plan import days_later
from agent.summary.figures import Figures, Spread, Week, reckon
from agent.summary.plan import moment_in, next_after, week_before
from storage.summaries import Ended, Moved

OFFICE = Calendar(zone=ZoneInfo("UTC"), week=read_week("Mon-Fri 9-18"))
BERLIN = Calendar(zone=ZoneInfo("Europe/Berlin"), week=read_week("Mon-Fri 9-18"))
MONDAY = date(2026, 3, 9)
WEEK = week_before(OFFICE, MONDAY)
HOUR = timedelta(hours=1)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


REPORTED = at(3, 10)


def moved(*edges: datetime, created: datetime = REPORTED, acknowledged: datetime | None = None) -> Moved:
    """A ticket that was done, opened again, done again and so on at these times."""
    times = [edge.isoformat() for edge in edges]
    is_open = len(edges) % 2 == 0
    rests = [times[start : start + 2] for start in range(0, len(times) - 1, 2)]
    return Moved(
        is_open=is_open,
        created_at=created,
        acknowledged_at=acknowledged,
        resolved_at=None if is_open else edges[-1],
        rests=rests,
    )


def figures(*those: Moved, backlog: int = 0, ended: tuple[Ended, ...] = ()) -> Figures:
    return reckon(WEEK, OFFICE, moved=those, ended=ended, backlog=backlog)


def test_each_end_and_each_reopening_counts() -> None:
    found = figures(moved(at(3, 12), at(4, 10), at(4, 11)), moved(at(5, 12), at(6, 12)), moved(), backlog=2)
    assert (found.opened, found.resolved, found.reopened) == (3, 3, 2)
    assert found.resolving == Spread(median=3 * HOUR, p90=20 * HOUR)  # 2 h; 3 h without the rest; 20 h


def test_the_backlog_of_then_follows_from_that_of_now() -> None:
    old = at(2, 0) - timedelta(days=9)
    left = moved(at(4, 12), created=old)  # was open, is done
    back = moved(old + HOUR, at(4, 12), created=old)  # was done, is open
    found = figures(left, back, moved(), backlog=7)  # five that did not move
    assert (found.backlog, found.backlog_before) == (7, 6)


def test_a_deadline_counts_in_the_week_in_which_it_ended() -> None:
    met = Ended(met_at=at(4, 10), due_at=at(4, 12), breached_at=None, paused_since=None)
    late = Ended(met_at=at(5, 10), due_at=at(4, 12), breached_at=at(4, 12), paused_since=None)
    unseen = Ended(met_at=None, due_at=at(5, 12), breached_at=None, paused_since=None)
    paused = Ended(met_at=None, due_at=at(5, 12), breached_at=None, paused_since=at(5, 9))
    before = Ended(met_at=at(4, 10), due_at=at(1, 12), breached_at=at(1, 12), paused_since=None)
    found = figures(ended=(met, late, unseen, paused, before))
    assert (found.met, found.breached) == (1, 2)


def test_nine_of_ten_is_the_ninth_of_ten() -> None:
    seen = [moved(acknowledged=at(3, 10) + number * timedelta(minutes=6)) for number in range(1, 11)]
    assert figures(*seen).acknowledging == Spread(median=timedelta(minutes=33), p90=timedelta(minutes=54))
    assert figures(moved()).acknowledging is None


def test_days_are_those_of_the_teams_zone() -> None:
    week = week_before(BERLIN, date(2026, 3, 30))  # summer time began on the Sunday
    assert week == Week(since=at(22, 23), until=at(29, 22))
    late = moved(created=datetime(2026, 3, 28, 23, 30, tzinfo=UTC))
    found = reckon(week, BERLIN, moved=[late], ended=(), backlog=1)
    assert [came for _, came, _ in found.days] == [0, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("calendar", "due"),
    [
        (OFFICE, datetime(2026, 3, 30, 9, tzinfo=UTC)),
        (BERLIN, datetime(2026, 3, 30, 7, tzinfo=UTC)),
        (Calendar(zone=ZoneInfo("UTC"), week=read_week("Wed 12-18")), datetime(2026, 4, 1, 9, tzinfo=UTC)),
    ],
)
def test_it_is_due_at_nine_of_the_first_working_day(calendar: Calendar, due: datetime) -> None:
    assert moment_in(calendar, date(2026, 3, 30)) == due
    found = next_after(calendar, due - HOUR)
    assert found == (date(2026, 3, 30), due)


def test_a_working_day_later_is_the_same_time_of_day() -> None:
    friday = datetime(2026, 3, 27, 16, 30, tzinfo=UTC)  # 17:30 in Berlin
    assert days_later(BERLIN, friday, 1) == datetime(2026, 3, 30, 15, 30, tzinfo=UTC)
    assert days_later(BERLIN, friday, 2) == datetime(2026, 3, 31, 15, 30, tzinfo=UTC)
    sunday = datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert days_later(BERLIN, sunday, 1) == datetime(2026, 3, 31, 7, tzinfo=UTC)
