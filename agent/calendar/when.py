"""A moment as people say it: `2h`, `tomorrow`, a weekday, a date or `2026-12-24 09:30`; anything vaguer is refused."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from agent.calendar.dates import read_date
from agent.calendar.opening import DAY, Calendar, day_of, next_open
from agent.calendar.week import NAMES
from bot.errors import UserError

FARTHEST = timedelta(days=366)
UNITS = {"m": "minutes", "min": "minutes", "h": "hours"}
_WEEKDAY = r"mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
FORM = re.compile(
    rf"(?:until\s+|for\s+)?(?P<when>(?P<number>\d{{1,4}})\s?(?P<unit>min|[mhd])|tomorrow"
    rf"|(?:next\s+)?(?P<weekday>{_WEEKDAY})|(?P<date>\d[\d-]*)(?:\s+(?P<time>\d\d?:\d\d))?)(?:[,\s]+(?P<rest>.*))?",
    re.IGNORECASE | re.DOTALL,
)


class When(NamedTuple):
    """The moment. `day` is the one that was named, None for so many minutes or hours; `rest` are the words after it."""

    at: datetime
    day: date | None
    rest: str


def read_when(words: str, calendar: Calendar, *, now: datetime, farthest: timedelta = FARTHEST) -> When:
    """The moment of these words. A day begins with its first open moment; one without any is the next that has one.

    A weekday is the next one of its name, and never today.

    Raises:
        UserError: it is written in another way, has passed, or is farther off than may be.
    """
    found = FORM.fullmatch(words.strip())
    if found is None:
        raise UserError("Until when? Write it as in `2h`, `3d`, `tomorrow`, `monday` or `2026-12-24`.")
    today = now.astimezone(calendar.zone).date()
    day = _day(found, today)
    if day and found["time"]:
        at = datetime.combine(day, _time(found["time"]), calendar.zone).astimezone(UTC)
    elif day:
        _check(found["when"], day - today, farthest)
        at = _start_of(calendar, day)
    else:
        at = now + timedelta(**{UNITS[found["unit"].lower()]: int(found["number"])})
    _check(found["when"], at - now, farthest)
    return When(at, day, (found["rest"] or "").strip())


def _check(words: str, span: timedelta, farthest: timedelta) -> None:
    if span <= timedelta():
        raise UserError(f"“{words}” is not in the future. Write it as in `2h`, `3d`, `monday` or `2026-12-24`.")
    if span > farthest:
        far = "a year" if farthest == FARTHEST else f"{farthest.days} days"
        raise UserError(f"“{words}” is more than {far} away: name an earlier moment.")


def in_words(moment: datetime, calendar: Calendar, now: datetime) -> str:
    """A moment that is not far away, by the calendar's clock: "15:00", "Mon", "Tue 2026-12-01"."""
    there, today = moment.astimezone(calendar.zone), now.astimezone(calendar.zone).date()
    if there.date() == today:
        return f"{there:%H:%M}"
    weekday = NAMES[there.weekday()]
    return weekday if there.date() - today < timedelta(days=7) else f"{weekday} {there:%Y-%m-%d}"


def _day(found: re.Match[str], today: date) -> date | None:
    """The day that is named; None for a span of hours or minutes."""
    if found["number"]:
        return today + int(found["number"]) * DAY if found["unit"] in "dD" else None
    if found["date"]:
        return read_date(found["date"])
    if found["weekday"]:
        return today + ((NAMES.index(found["weekday"][:3].title()) - today.weekday() - 1) % 7 + 1) * DAY
    return today + DAY


def _time(text: str) -> time:
    hour, minute = map(int, text.split(":"))
    if hour > 23 or minute > 59:
        raise UserError(f"“{text}” is no time of a day: write it as in 09:30.")
    return time(hour, minute)


def _start_of(calendar: Calendar, day: date) -> datetime:
    if openings := day_of(calendar, day).openings:
        return openings[0].start
    return next_open(calendar, datetime.combine(day + DAY, time(), calendar.zone))
