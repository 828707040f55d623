"""Words for a moment mean one moment, in the hours of who says them, or are refused."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agent.calendar.opening import Calendar
from agent.calendar.week import USUAL, read_week
from agent.calendar.when import read_when
from bot.errors import UserError

BERLIN = Calendar(
    zone=ZoneInfo("Europe/Berlin"),
    week=read_week(USUAL),
    off=frozenset({(date(2026, 3, 30), "day off")}),
)
FRIDAY = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)  # 16:00 in Berlin; summer time begins on Sunday


@pytest.mark.parametrize(
    ("words", "local"),
    [
        ("1h", "2026-03-27 17:00"),
        ("for 90 min", "2026-03-27 17:30"),
        ("2h", "2026-03-27 18:00"),
        ("1d", "2026-03-31 09:00"),
        ("tomorrow", "2026-03-31 09:00"),
        ("next Monday", "2026-03-31 09:00"),
        ("wed", "2026-04-01 09:00"),
        ("next friday", "2026-04-03 09:00"),
        ("friday", "2026-04-03 09:00"),
        ("until 2026-04-01", "2026-04-01 09:00"),
    ],
)
def test_a_day_begins_with_its_hours_and_a_span_is_exact(words: str, local: str) -> None:
    when = read_when(words, BERLIN, now=FRIDAY)
    assert (f"{when.at.astimezone(BERLIN.zone):%Y-%m-%d %H:%M}", when.rest) == (local, "")


def test_what_follows_is_the_reason() -> None:
    assert read_when("1h until the  deploy is out", BERLIN, now=FRIDAY).rest == "until the  deploy is out"


@pytest.mark.parametrize(
    "words", ["", "0h", "soon", "400d", "2026-03-27", "2026-02-30", "next day", "1h30", "0d", "9999-12-31"]
)
def test_what_is_vague_past_or_far_is_refused(words: str) -> None:
    with pytest.raises(UserError):
        read_when(words, BERLIN, now=FRIDAY)


def test_a_week_of_the_calendar_is_not_stretched_by_the_clocks() -> None:
    assert read_when("tomorrow", BERLIN, now=FRIDAY - timedelta(days=1)).at == FRIDAY.replace(hour=8)
