"""Business time agrees with stepping through it a minute at a time, in every zone and when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.calendar.country import Region
from agent.calendar.opening import Calendar, Opening, Shift, add, between, day_of, is_open, next_open
from agent.calendar.week import USUAL, read_week
from bench import minute_steps
from bot.errors import UserError

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Zones, and days on which (or on whose eve) their clocks change.
CHANGES = (
    ("Africa/Cairo", date(2024, 4, 26)),  # at midnight
    ("Africa/Cairo", date(2024, 11, 1)),
    ("America/Havana", date(2024, 3, 10)),
    ("America/Havana", date(2024, 11, 3)),  # midnight comes twice
    ("America/New_York", date(2024, 3, 10)),
    ("America/New_York", date(2024, 11, 3)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight was left out
    ("Asia/Kathmandu", date(2026, 3, 29)),  # 5 h 45 min, and never a change
    ("Australia/Lord_Howe", date(2024, 4, 7)),  # half an hour
    ("Australia/Lord_Howe", date(2024, 10, 6)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Pacific/Apia", date(2011, 12, 30)),  # this day was left out
    ("UTC", date(2026, 3, 29)),
)
SPANS = st.integers(0, 2_000)
quickly, often = settings(max_examples=40, deadline=None), settings(max_examples=120, deadline=None)
Scene = tuple[Calendar, list[datetime]]


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """A calendar whose shifts may overlap or go over midnight, and three minutes in order near a change of clocks."""
    zone, change = draw(st.sampled_from(CHANGES))
    shifts = st.builds(
        lambda day, start, length: Shift((change.weekday() + day) % 7, start, start + length),
        st.integers(-2, 3),
        st.one_of(st.integers(0, 200), st.integers(0, 1_439)),
        st.sampled_from((1, 30, 59, 60, 150, 540, 1_440)),
    )
    week = draw(st.one_of(st.lists(shifts, min_size=1, max_size=8), st.just(list(read_week("Mon-Sun 0-24")))))
    off = draw(st.sampled_from((frozenset[tuple[date, str]](), frozenset({(change, "off")}))))
    midnight = datetime.combine(change, time(), ZoneInfo(zone)).astimezone(UTC)
    minutes = draw(st.lists(st.integers(-2_000, 2_000), min_size=3, max_size=3))
    calendar = Calendar(zone=ZoneInfo(zone), week=tuple(sorted(set(week))), off=off)
    return calendar, [midnight + minute * MINUTE for minute in sorted(minutes)]


def berlin(week: str = USUAL, region: Region | None = None) -> Calendar:
    return Calendar(zone=ZoneInfo("Europe/Berlin"), week=read_week(week), region=region)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@quickly
@given(scenes(), SPANS)
def test_add_is_what_stepping_finds(scene: Scene, minutes: int) -> None:
    calendar, [start, *_] = scene
    expected = minute_steps.add(calendar, start, minutes, within=timedelta(days=3))
    found = add(calendar, start, minutes * MINUTE)
    assert found == expected or (expected is None and found >= start + timedelta(days=3))


@quickly
@given(scenes())
def test_between_is_what_stepping_counts(scene: Scene) -> None:
    calendar, [start, end, _] = scene
    found = minute_steps.open_minutes(calendar, start, end)
    assert between(calendar, start, end) == len(found) * MINUTE
    assert start == end or is_open(calendar, start) == (found[:1] == [start])


@often
@given(scenes())
def test_between_adds_up(scene: Scene) -> None:
    calendar, [first, second, third] = scene
    whole = between(calendar, first, third)
    assert between(calendar, first, second) + between(calendar, second, third) == whole


@often
@given(scenes(), SPANS)
def test_what_is_added_has_passed_and_ends_in_open_time(scene: Scene, minutes: int) -> None:
    calendar, [start, *_] = scene
    end = add(calendar, start, minutes * MINUTE)
    assert is_open(calendar, end)
    assert between(calendar, start, end) == minutes * MINUTE


@often
@given(scenes())
def test_what_has_passed_leads_back_to_the_moment(scene: Scene) -> None:
    calendar, [start, later, _] = scene
    end = next_open(calendar, later)
    assert add(calendar, start, between(calendar, start, end)) == end


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-03-27T17:59:00+01:00", 1 * MINUTE, "2026-03-30T09:00:00+02:00"),  # a deadline is never in shut time
        ("2026-03-27T17:00:00+01:00", 2 * HOUR, "2026-03-30T10:00:00+02:00"),
        ("2026-10-23T17:00:00+02:00", 2 * HOUR, "2026-10-26T10:00:00+01:00"),
        ("2026-04-02T17:00:00+02:00", 2 * HOUR, "2026-04-07T10:00:00+02:00"),  # Good Friday, Easter Monday
        ("2026-03-28T12:00:00+01:00", timedelta(), "2026-03-30T09:00:00+02:00"),
    ],
)
def test_a_working_week_in_berlin(start: str, span: timedelta, end: str) -> None:
    assert add(berlin(region=Region("DE", "BE")), at(start), span) == at(end)


@pytest.mark.parametrize(
    ("day", "week", "length", "opening"),
    [
        ("2026-03-29", "Sun 9-18", 23, ("09:00+02:00", "18:00+02:00")),
        ("2026-10-25", "Sun 9-18", 25, ("09:00+01:00", "18:00+01:00")),
        ("2026-03-29", "Sun 2:30-6", 23, ("03:00+02:00", "06:00+02:00")),  # begins in the gap
        ("2026-03-29", "Sun 0-2:30", 23, ("00:00+01:00", "03:00+02:00")),  # ends in the gap
        ("2026-10-25", "Sun 2:30-6", 25, ("02:30+02:00", "06:00+01:00")),  # the hour counts twice
        ("2026-10-25", "Sun 0-2:30", 25, ("00:00+02:00", "02:30+01:00")),  # ends when it comes again
    ],
)
def test_days_on_which_the_clocks_change(day: str, week: str, length: int, opening: tuple[str, str]) -> None:
    found = day_of(berlin(week), date.fromisoformat(day))
    assert found.length == length * HOUR
    assert found.openings == (Opening(*(at(f"{day}T{clock}") for clock in opening)),)


def test_a_day_that_was_left_out_has_no_hour() -> None:
    apia = Calendar(zone=ZoneInfo("Pacific/Apia"), week=read_week("Mon-Sun 0-24"))
    assert day_of(apia, date(2011, 12, 30))[1:] == (timedelta(), (), None)


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    nights = Calendar(
        zone=ZoneInfo("UTC"), week=read_week("Mon-Fri 22-6"), off=frozenset({(date(2026, 3, 3), "inventory")})
    )
    assert is_open(nights, at("2026-03-03T05:00:00+00:00"))  # Monday's
    assert next_open(nights, at("2026-03-03T06:00:00+00:00")) == at("2026-03-04T22:00:00+00:00")


def test_what_never_opens_is_refused() -> None:
    mondays = frozenset((date(2026, 3, 2) + timedelta(days=7 * n), "off") for n in range(60))
    closed = Calendar(zone=ZoneInfo("UTC"), week=read_week("Mon 9-18"), off=mondays)
    with pytest.raises(UserError, match="within 400 days: give at least one open hour"):
        next_open(closed, at("2026-03-02T00:00:00+00:00"))
