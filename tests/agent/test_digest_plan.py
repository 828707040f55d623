"""A digest is due once on each working day, by the clock on the wall, also where that clock changes."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from agent.calendar.opening import Calendar
from agent.calendar.week import read_week
from agent.digest.plan import AT_START, OFF, last_working_day, next_after, plan_key
from bot.settings.kinds import time_of_day

BERLIN = Calendar(zone=ZoneInfo("Europe/Berlin"), week=read_week("Mon-Fri 9-18"))
WITH_MONDAY_OFF = Calendar(
    zone=ZoneInfo("Europe/Berlin"), week=read_week("Mon-Fri 9-18"), off=frozenset({(date(2026, 3, 30), "Fair")})
)
AROUND_THE_CLOCK = Calendar(zone=ZoneInfo("Europe/Berlin"), week=read_week("Mon-Sun 0-24"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("calendar", "time", "now", "day", "due"),
    [
        (BERLIN, AT_START, "2026-03-27T07:59", date(2026, 3, 27), "2026-03-27T08:00"),
        (BERLIN, AT_START, "2026-03-27T08:00", date(2026, 3, 30), "2026-03-30T07:00"),  # summer time has begun
        (WITH_MONDAY_OFF, AT_START, "2026-03-27T08:00", date(2026, 3, 31), "2026-03-31T07:00"),
        (BERLIN, "07:30", "2026-03-27T17:00", date(2026, 3, 30), "2026-03-30T05:30"),
        (AROUND_THE_CLOCK, "02:30", "2026-03-28T12:00", date(2026, 3, 29), "2026-03-29T01:30"),  # there is no 02:30
        (AROUND_THE_CLOCK, "02:30", "2026-10-24T12:00", date(2026, 10, 25), "2026-10-25T00:30"),  # and here two
    ],
)
def test_the_next_one_is_on_the_next_working_day(calendar: Calendar, time: str, now: str, day: date, due: str) -> None:
    assert next_after(calendar, time, at(now)) == (day, at(due))


def test_who_switched_it_off_has_no_next_one() -> None:
    assert next_after(BERLIN, OFF, at("2026-03-27T07:59")) is None


def test_one_date_has_one_key_wherever_one_is() -> None:
    assert plan_key(7, date(2026, 3, 30)) == "digest:7:2026-03-30"


def test_new_is_what_came_since_the_last_working_day_began() -> None:
    assert last_working_day(BERLIN, at("2026-03-30T07:00")) == at("2026-03-27T08:00")


@pytest.mark.parametrize(("text", "time"), [("8:30", "08:30"), ("23:59", "23:59"), ("off", "off"), ("", "")])
def test_a_time_of_day_has_one_form(text: str, time: str) -> None:
    assert time_of_day(text) == time


@pytest.mark.parametrize("text", ["24:00", "8", "8:5", "noon", "08:30:00", "-1:00"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no time of day; example: 08:30, or off"):
        time_of_day(text)
