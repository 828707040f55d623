"""A moment as people say it: `2h`, `tomorrow`, `end of day` or `2026-12-24 09:30`; anything vaguer is refused."""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from agent.calendar.opening import DAY, Calendar, day_of, next_open
from agent.calendar.spoken.moment import add_days, moment_of
from agent.calendar.spoken.read import checked, pattern_of_first, read_first
from agent.calendar.spoken.spoken import Spoken, Unclear
from agent.calendar.week import dated, weekday
from bot.errors import Undecided, UserError
from prompts.words import fixed, say, say_of

FARTHEST = timedelta(days=366)
_LEAD = r"(?:(?:until|for|bis(?:\s+zum)?|für)\s+)?"
# Whether words begin with a moment; which one it is only the reader knows.
FORM = re.compile(rf"{_LEAD}(?:{pattern_of_first()})(?:[,\s]+.*)?", re.IGNORECASE | re.DOTALL)
_FROM = r"(?:from|ab|vom?)\s+"
SPAN = re.compile(rf"(?:{_FROM})?(?:{FORM.pattern})", re.IGNORECASE | re.DOTALL)
_TO = re.compile(r"\s+(?:until|till?|through|to|for|bis(?:\s+zum)?|für|-|–)\s+", re.IGNORECASE)
_TODAY = {"today", "now", "heute", "jetzt"}
HOW = fixed("Until when? Write it as in `2h`, `3d`, `tomorrow`, `monday` or `2026-12-24`.")


class Span(NamedTuple):
    """From when until when; `rest` are the words behind."""

    starts: datetime
    ends: datetime
    rest: str


class When(NamedTuple):
    """The moment. `day` is the one that was named, None for so many minutes or hours; `rest` are the words after it."""

    at: datetime
    day: date | None
    rest: str


def read_when(words: str, calendar: Calendar, *, now: datetime, farthest: timedelta = FARTHEST) -> When:
    """The moment of these words. A day begins with its first open moment; one without any is the next that has one.

    A weekday is the next one of its name, and never today. What stands in a line below is no part of the moment.

    Raises:
        UserError: it is written in another way, may mean several moments, has passed, or is farther off than may be.
    """
    line, _, below = words.strip().partition("\n")
    found = read_first(re.sub(rf"^{_LEAD}", "", line, flags=re.IGNORECASE))
    if found is None or found.spoken.repeat:
        raise UserError(say(HOW))
    spoken = checked(found).spoken
    day = _day(spoken, calendar, now)
    if day and not spoken.clock and not spoken.part:
        today = now.astimezone(calendar.zone).date()
        _check(found.words, day - today, farthest)
        at = _start_of(calendar, day)
    else:
        at = _moment(spoken, calendar, now, words=found.words)
    _check(found.words, at - now, farthest)
    return When(at, day, "\n".join(filter(None, (found.after, below.strip()))))


def read_span(words: str, calendar: Calendar, *, now: datetime) -> Span:
    """A time as in `from monday until friday`; one moment alone is its end, and it begins now.

    A day named as its beginning counts from midnight.

    Raises:
        UserError: there is no end, or a moment that read_when refuses; the end is read as said at the beginning.
    """
    bare = re.sub(rf"^\s*{_FROM}", "", words, flags=re.IGNORECASE)
    first, second = _parted(bare)
    if not second:
        if bare != words:
            raise UserError(say("Until when? Write it as in `from monday until friday`."))
        ends = read_when(words, calendar, now=now)
        return Span(now, ends.at, ends.rest)
    starts = now if first.casefold() in _TODAY else _start(read_when(first, calendar, now=now), calendar)
    ends = read_when(second, calendar, now=starts)
    return Span(starts, ends.at, ends.rest)


def _parted(words: str) -> tuple[str, str]:
    """The beginning and the end of a time, and what follows it; no end where the words name one moment alone."""
    for gap in _TO.finditer(words):
        first, second = words[: gap.start()].strip(), words[gap.end() :]
        found = read_first(first)
        if ((found and not found.after) or first.casefold() in _TODAY) and read_first(second):
            return first, second
    return words, ""


def _start(when: When, calendar: Calendar) -> datetime:
    is_whole_day = when.day is not None and when.at == _start_of(calendar, when.day)
    return datetime.combine(when.day, time(), calendar.zone) if when.day and is_whole_day else when.at


def _day(spoken: Spoken, calendar: Calendar, now: datetime) -> date | None:
    """The day that is named; None for a span of hours or minutes, and for a time alone."""
    here = now.astimezone(calendar.zone)
    try:
        if spoken.day:
            return spoken.day(here.date())
    except Unclear as question:
        raise _asked(question) from question
    span = spoken.span
    return add_days(calendar, here, span) if span and not span.minutes else None


def _moment(spoken: Spoken, calendar: Calendar, now: datetime, *, words: str) -> datetime:
    try:
        return moment_of(spoken, calendar, now=now, words=words).at
    except Unclear as question:
        raise _asked(question) from question


def _asked(question: Unclear) -> UserError:
    choices = say(" or ").join(f"`{words}`" for _, words in question.choices)
    text = say("{question} Write {choices}.", question=question, choices=choices)
    return Undecided(text, slot="time", choices=question.choices)


def _check(words: str, span: timedelta, farthest: timedelta) -> None:
    if span <= timedelta():
        how = fixed("“{words}” is not in the future. Write it as in `2h`, `3d`, `monday` or `2026-12-24`.")
        raise UserError(say(how, words=words))
    if span > farthest:
        far = say("a year") if farthest == FARTHEST else say_of(farthest.days, "1 day", "{count} days")
        raise UserError(say("“{words}” is more than {far} away: name an earlier moment.", words=words, far=far))


def in_words(moment: datetime, calendar: Calendar, now: datetime) -> str:
    """A moment that is not far away, by the calendar's clock: "15:00", "Mon", "Tue 2026-12-01"."""
    there, today = moment.astimezone(calendar.zone), now.astimezone(calendar.zone).date()
    if there.date() == today:
        return f"{there:%H:%M}"
    return weekday(there) if there.date() - today < timedelta(days=7) else dated(there)


def _start_of(calendar: Calendar, day: date) -> datetime:
    if openings := day_of(calendar, day).openings:
        return openings[0].start
    return next_open(calendar, datetime.combine(day + DAY, time(), calendar.zone))
