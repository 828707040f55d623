"""Until when something waits: `1h`, `tomorrow`, `next Monday` or a date, and always an open moment of one's hours."""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from agent.calendar.dates import read_date
from agent.calendar.opening import DAY, Calendar, next_open
from bot.errors import UserError

FARTHEST = timedelta(days=90)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}
FORM = re.compile(
    rf"(?:until\s+|for\s+)?(?P<when>(?P<number>\d{{1,4}})\s?(?P<unit>min|[mhd])|tomorrow"
    rf"|next\s+(?P<weekday>{'|'.join(DAYS)})|(?P<date>\d{{4}}-\d\d-\d\d))(?:\s+(?P<rest>.+))?",
    re.IGNORECASE | re.DOTALL,
)


class When(NamedTuple):
    """The moment; `moved` says why it is not the one that was asked for; `rest` are the words after it."""

    at: datetime
    moved: str
    rest: str


def read_when(words: str, calendar: Calendar, *, now: datetime) -> When:
    """The moment of these words, or the next one in the calendar's hours. A day is its first open moment.

    Raises:
        UserError: it is written in another way, has passed, or is more than 90 days off.
    """
    found = FORM.fullmatch(words.strip())
    if found is None:
        raise UserError("Until when? Write it as in `1h`, `tomorrow`, `next Monday` or `2026-12-24`.")
    day = _day(found, now.astimezone(calendar.zone).date())
    if day is None:
        at = now + timedelta(**{UNITS[found["unit"].lower()]: int(found["number"])})
    else:
        at = datetime.combine(day, time(), tzinfo=calendar.zone).astimezone(now.tzinfo)
    if at <= now:
        raise UserError(f"“{found['when']}” has passed already.")
    if at - now > FARTHEST:
        raise UserError(f"“{found['when']}” is more than {FARTHEST.days} days off.")
    opens = next_open(calendar, at)
    return When(opens, _moved(calendar, at, opens, day), (found["rest"] or "").strip())


def _day(found: re.Match[str], today: date) -> date | None:
    """The day that is named; None for a span."""
    if found["number"]:
        return None
    if found["date"]:
        return read_date(found["date"])
    if found["weekday"]:
        return today + DAY * ((DAYS.index(found["weekday"].lower()) - today.weekday() - 1) % 7 + 1)
    return today + DAY


def _moved(calendar: Calendar, at: datetime, opens: datetime, day: date | None) -> str:
    local = opens.astimezone(calendar.zone)
    if day is not None:
        return "" if local.date() == day else f"{day:%a %Y-%m-%d} is no working day"
    return "" if opens == at else f"{at.astimezone(calendar.zone):%a %H:%M} is outside your hours"
