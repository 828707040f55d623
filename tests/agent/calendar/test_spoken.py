"""Words for a moment or a repetition mean what the corpus says, at each of its moments, or are refused."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.alarms.timing import not_understood, whole
from agent.alarms.wish import read_wish
from agent.calendar.opening import Calendar
from agent.calendar.spoken.moment import moment_of
from agent.calendar.spoken.read import read_last
from agent.calendar.spoken.series import Series, next_of, series_of
from agent.calendar.spoken.spoken import Unclear
from agent.calendar.week import USUAL, read_week
from bot.errors import UserError

BERLIN = Calendar(zone=ZoneInfo("Europe/Berlin"), week=read_week(USUAL))
CORPUS: dict[str, Any] = tomllib.loads((Path(__file__).parents[2] / "data/moments/moments.toml").read_text("utf-8"))
BASES: list[str] = CORPUS["bases"]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN.zone).astimezone(UTC)


def shown(moment: datetime) -> str:
    return f"{moment.astimezone(BERLIN.zone):%Y-%m-%d %H:%M}"


def meant(words: str, now: datetime) -> str:
    """What the words come to, in the corpus's terms."""
    try:
        return shown(moment_of(whole(words).spoken, BERLIN, now=now, words=words).at)
    except Unclear:
        return "asks"
    except UserError as refusal:
        said = str(refusal)
        return "past" if "has passed" in said else "far" if "more than five years" in said else "no"


def series(words: str, now: datetime) -> Series:
    return series_of(whole(words).spoken, BERLIN, now=now)


def coming(words: str, now: datetime, number: int, calendar: Calendar = BERLIN) -> list[str]:
    """The next ones."""
    found, at, shown_ = series_of(whole(words).spoken, calendar, now=now), now, []
    while len(shown_) < number and (following := next_of(found, calendar, after=at)):
        shown_.append(shown(following))
        at = following
    return shown_


def test_the_corpus_is_large() -> None:
    phrases = [phrase for one in (*CORPUS["moment"], *CORPUS["series"]) for phrase in one["phrases"]]
    assert len(phrases) == len(set(phrases)) >= 200
    assert len(BASES) == 5


@pytest.mark.parametrize("one", CORPUS["moment"], ids=lambda one: one["phrases"][0])
def test_words_mean_what_the_corpus_says(one: dict[str, Any]) -> None:
    expected = {
        (words, base): means for words in one["phrases"] for base, means in zip(BASES, one["means"], strict=True)
    }
    assert {(words, base): meant(words, local(base)) for words, base in expected} == expected


@pytest.mark.parametrize("one", CORPUS["series"], ids=lambda one: one["phrases"][0])
def test_repetitions_begin_when_the_corpus_says(one: dict[str, Any]) -> None:
    for words in one["phrases"]:
        for base, first in zip(BASES, one["first"], strict=True):
            found = series(words, local(base))
            assert (found.rule, found.is_workdays) == (one["rule"], one.get("is_workdays", False)), words
            assert coming(words, local(base), 1) == [first], (words, base)


def test_what_stands_at_the_end_is_found_with_all_its_words() -> None:
    for words in [phrase for one in CORPUS["moment"] if "20" in one["means"][0] for phrase in one["phrases"]]:
        found = read_last(f"call Bob about the invoice {words}")
        assert found is not None
        assert (found.before, found.words) == ("call Bob about the invoice", words)


def test_nine_stays_nine_in_both_nights_in_which_the_clocks_change() -> None:
    assert coming("every day at 9", local("2026-03-28 08:00"), 3) == [
        "2026-03-28 09:00", "2026-03-29 09:00", "2026-03-30 09:00",
    ]  # fmt: skip
    assert coming("every day at 02:30", local("2026-03-28 01:00"), 3) == [
        "2026-03-28 02:30", "2026-03-29 03:00", "2026-03-30 02:30",
    ]  # fmt: skip
    assert coming("every day at 02:30", local("2026-10-24 01:00"), 3) == [
        "2026-10-24 02:30", "2026-10-25 02:30", "2026-10-26 02:30",
    ]  # fmt: skip
    begun_in_the_gap = coming("every day at 02:30", local("2026-03-28 12:00"), 2)
    assert begun_in_the_gap == ["2026-03-29 03:00", "2026-03-30 02:30"]


def test_every_two_weeks_counts_from_the_coming_one() -> None:
    assert coming("every 2 weeks on monday at 10 3 times", local(BASES[0]), 3) == [
        "2026-03-30 10:00", "2026-04-13 10:00", "2026-04-27 10:00",
    ]  # fmt: skip
    found = series("every 2 weeks on monday at 10 until 2026-04-20", local(BASES[0]))
    assert found.ends_at == local("2026-04-20 23:59:59")
    assert coming("every 2 weeks on monday at 10 until 2026-04-20", local(BASES[0]), 9) == [
        "2026-03-30 10:00", "2026-04-13 10:00",
    ]  # fmt: skip


def test_working_days_leave_out_days_off() -> None:
    calendar = Calendar(zone=BERLIN.zone, week=BERLIN.week, off=frozenset({(local("2026-03-30 12:00").date(), "Fair")}))
    assert coming("every working day at 9", local(BASES[0]), 2, calendar) == ["2026-03-31 09:00", "2026-04-01 09:00"]


@pytest.mark.parametrize(
    "words",
    [
        "every 5 minutes",
        "every second",
        "every 0 days",
        "every 100 weeks",
        "every day 0 times",
        "every day until yesterday",
        "every monday at 24:00",
        "every monday night at 2",
        "every hour at 9",
        "every 32nd of the month",
        "RRULE:FREQ=SECONDLY;COUNT=1000000000",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "every day until 2050-01-01",
        "every day starting 2050-01-01",
    ],
)
def test_what_comes_too_often_or_never_is_refused(words: str) -> None:
    with pytest.raises(UserError):
        series(words, local(BASES[0]))


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYHOUR=1,2,3"])
def test_a_rule_that_is_not_ours_is_never_followed(rule: str) -> None:
    foreign = Series(rule=rule, first=datetime(2026, 1, 1, 9), zone=BERLIN.zone)  # noqa: DTZ001
    with pytest.raises(UserError, match="said in words"):
        next_of(foreign, BERLIN, after=local(BASES[0]))


def read(line: str) -> tuple[str, str]:
    """What a whole line comes to, and the text that is left of it."""
    wish = read_wish(line)
    if wish.when is None:
        raise UserError(not_understood(wish.text))
    now = local("2026-11-23 10:07")
    if wish.when.spoken.repeat:
        return series_of(wish.when.spoken, BERLIN, now=now).rule, wish.text
    at = moment_of(wish.when.spoken, BERLIN, now=now, words=wish.when.words).at
    return f"{at.astimezone(BERLIN.zone):%a %Y-%m-%d %H:%M}", wish.text


@pytest.mark.parametrize("one", CORPUS["line"], ids=lambda one: one["says"])
def test_of_a_whole_line_no_word_is_lost(one: dict[str, Any]) -> None:
    assert {line: read(line) for line, _ in one["lines"]} == {line: (one["says"], text) for line, text in one["lines"]}


@pytest.mark.parametrize("one", CORPUS["refused"], ids=lambda one: one["why"])
def test_a_time_that_is_read_only_in_part_is_refused(one: dict[str, Any]) -> None:
    for line in one["lines"]:
        with pytest.raises(UserError, match=one["why"]):
            read(line)


def test_an_hour_that_was_chosen_of_two_is_said() -> None:
    now = local("2026-11-23 10:07")
    assert series("every day at 2:30", now).note == "14:30, as it is the next within your hours"
    assert moment_of(whole("at midnight").spoken, BERLIN, now=now, words="at midnight").note == ""
