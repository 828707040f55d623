"""Until when somebody is away, as people say it: a date, a weekday, `tomorrow`, `2h` or `3d`."""

import re
from datetime import date, datetime, time, timedelta

from agent.calendar.dates import read_date
from agent.calendar.opening import DAY, Calendar, day_of, next_open
from agent.calendar.week import NAMES
from bot.errors import UserError

_WEEKDAY = r"mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
# When they are back, and a note.
UNTIL = re.compile(rf"(?:until\s+)?(\d[\d-]*[hd]?|tomorrow|{_WEEKDAY})(?:[,\s]+(.*))?", re.IGNORECASE | re.DOTALL)
LONGEST = timedelta(days=366)
_IN_A_WHILE = re.compile(r"(\d{1,4})([hd])", re.IGNORECASE)


def read_until(word: str, calendar: Calendar, now: datetime) -> datetime:
    """When they are back: the beginning of the working day that is named, or so many hours from now.

    A day off is the next working day. A weekday is the next one of its name, and never today.

    Raises:
        UserError: it is no such moment, it is not in the future, or it is more than a year away.
    """
    found = _IN_A_WHILE.fullmatch(word)
    if found and found.group(2) in "hH":
        ends = now + timedelta(hours=int(found.group(1)))
    else:
        day, today = _day(word, calendar, now), now.astimezone(calendar.zone).date()
        _check(word, day - today)
        ends = _start_of_work(calendar, day)
    _check(word, ends - now)
    return ends


def _check(word: str, span: timedelta) -> None:
    if span <= timedelta():
        raise UserError(f"“{word}” is not in the future. Say when you are back, as in `2026-12-01`, `monday` or `3d`.")
    if span > LONGEST:
        raise UserError(f"“{word}” is more than a year away; `rotation off` has no end.")


def until_words(ends: datetime, calendar: Calendar, now: datetime) -> str:
    """A moment that is not far away, by their own clock: "15:00", "Mon", "Tue 2026-12-01"."""
    there, today = ends.astimezone(calendar.zone), now.astimezone(calendar.zone).date()
    if there.date() == today:
        return f"{there:%H:%M}"
    weekday = NAMES[there.weekday()]
    return weekday if there.date() - today < timedelta(days=7) else f"{weekday} {there:%Y-%m-%d}"


def _day(word: str, calendar: Calendar, now: datetime) -> date:
    today = now.astimezone(calendar.zone).date()
    if word.casefold() == "tomorrow":
        return today + DAY
    if found := _IN_A_WHILE.fullmatch(word):
        return today + int(found.group(1)) * DAY
    short = word[:3].title()
    if short in NAMES:
        return today + ((NAMES.index(short) - today.weekday() - 1) % 7 + 1) * DAY
    return read_date(word)


def _start_of_work(calendar: Calendar, day: date) -> datetime:
    if openings := day_of(calendar, day).openings:
        return openings[0].start
    return next_open(calendar, datetime.combine(day + DAY, time(), calendar.zone))
