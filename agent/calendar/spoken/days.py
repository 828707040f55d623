"""Days as people name them, in English and German; which day it is depends on what day it is today."""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from typing import Any

from agent.calendar.dates import read_date
from agent.calendar.opening import DAY
from agent.calendar.spoken.spoken import DayOf, Unclear, Wrong
from agent.calendar.spoken.vocabulary import END, LONG_MONTHS, MONTH_NAMES, MONTHS, WEEKDAYS, any_of
from agent.calendar.week import dated, weekday
from bot.errors import UserError
from prompts.words import fixed, say

Read = Callable[[re.Match[str]], dict[str, Any]]
_ON = r"(?:(?:on|am|the|den|dem|der|this|coming|upcoming|next|diesen|kommenden|nächsten|naechsten|nächster)\s+){0,3}"
_WEEKDAY = rf"(?P<weekday>{any_of(WEEKDAYS)})"
_PART_FOLLOWS = r"(?=morgen|vormittag|nachmittag|abend)"  # "montagabend"
_NEXT_WEEK = r"(?:next week|(?:in der |die )?nächste[rn]? woche|kommende woche)"
_YEAR = r"(?:,?\s+(?P<year>20\d\d)\b)?"
_DAY_NUMBER = r"(?P<number>\d{1,2})(?:st|nd|rd|th|\.)?"


def _day_after(number: int) -> DayOf:
    return lambda today: today + number * DAY


def _next_weekday(number: int) -> DayOf:
    """The next one of its name, and never today."""
    return lambda today: today + ((number - today.weekday() - 1) % 7 + 1) * DAY


def _in_next_week(number: int) -> DayOf:
    """That day of the week which begins on the coming Monday."""
    return lambda today: today - today.weekday() * DAY + (7 + number) * DAY


def _first_of_next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def _end_of_month(today: date) -> date:
    return _first_of_next_month(today) - DAY


def _end_of_week(today: date) -> date:
    """Friday; at the weekend that of the next week."""
    return today + (4 - today.weekday()) % 7 * DAY


def _on_date(month: int, number: int, year: str | None, today: date) -> date:
    """That date; without a year the next one, today included.

    Raises:
        UserError: there is no such day.
    """
    for candidate in [int(year)] if year else range(today.year, today.year + 5):
        try:
            found = date(candidate, month, number)
        except ValueError:
            continue
        if year or found >= today:
            return found
    day = f"{number:02}.{month:02}.{year or ''}"
    raise UserError(say("There is no {day} in the calendar. Write it as in 2026-12-24.", day=day))


def _numbered(number: int, month: int, found: re.Match[str]) -> dict[str, Any]:
    return {"day": partial(_on_date, month, number, _full(found["year"]))}


def _full(year: str | None) -> str | None:
    return f"20{year}" if year and len(year) == 2 else year


def _dotted(found: re.Match[str]) -> dict[str, Any]:
    return _numbered(int(found["number"]), _month_number(found["month"]), found)


def _slashed(found: re.Match[str]) -> dict[str, Any]:
    """24/12 is one day, and so is 12/24; 01/04 may be two."""
    one, other = int(found["number"]), int(found["month"])
    year = _full(found["year"])
    if other > 12 >= one:
        return {"day": partial(_on_date, one, other, year)}
    if one > 12 or one == other:
        return {"day": partial(_on_date, _month_number(str(other)), one, year)}

    def ask(today: date) -> date:
        days, words = {_on_date(other, one, year, today), _on_date(one, other, year, today)}, found[0].strip()
        asks = say("“{words}” may be two days. Which one?", words=words)
        raise Unclear(asks, *_choices(sorted(days)), replaces=words)

    return {"day": ask}


def _choices(days: Iterable[date]) -> list[tuple[str, str]]:
    """What to press: "Mon 4 January 2027", and what that says."""
    labels = ((day, f"{weekday(day)} {day.day} {say(MONTH_NAMES[day.month - 1])} {day.year}") for day in days)
    return [(label, day.isoformat()) for day, label in labels]


def _month_number(text: str) -> int:
    if not 1 <= int(text) <= 12:
        raise Wrong(say("There is no month {number}. Write a date as in 2026-12-24.", number=text), day=_day_after(0))
    return int(text)


def _in_month(found: re.Match[str]) -> dict[str, Any]:
    """A month alone is thirty days long."""

    def ask(today: date) -> date:
        month, year = MONTHS[found["name"].casefold()], found["year"]
        first = _on_date(month, 1, year, today)
        days, words = (first, first.replace(day=15), _end_of_month(first)), found[0].strip()
        raise Unclear(say("“{words}” is a whole month. Which day of it?", words=words), *_choices(days), replaces=words)

    return {"day": ask}


def _weekday(found: re.Match[str]) -> dict[str, Any]:
    return {"day": _next_weekday(WEEKDAYS[found["weekday"].casefold()])}


def _with_weekday(read: Read) -> Read:
    """A date that is named with its weekday too, as in "tuesday, 8 december"."""

    def both(found: re.Match[str]) -> dict[str, Any]:
        day_of, number = read(found)["day"], WEEKDAYS[found["weekday"].casefold()]

        def agreed(today: date) -> date:
            day: date = day_of(today)
            if day.weekday() != number:
                how = fixed("“{words}” contradicts itself: that date is {day}. Name the one or the other.")
                raise UserError(say(how, words=found[0].strip(), day=dated(day)))
            return day

        return {"day": agreed}

    return both


def _next_week(found: re.Match[str]) -> dict[str, Any]:
    return {"day": _in_next_week(WEEKDAYS[found["weekday"].casefold()] if found["weekday"] else 0)}


def _named_date(found: re.Match[str]) -> dict[str, Any]:
    return _numbered(int(found["number"]), MONTHS[found["name"].casefold()], found)


def _always(**said: Any) -> Read:
    return lambda found: said


def _iso(found: re.Match[str]) -> dict[str, Any]:
    return {"day": lambda today: read_date(found["iso"])}


_MONTH = rf"(?P<name>{any_of(MONTHS)})\.?"
_DATES: tuple[tuple[str, Read], ...] = (
    (r"(?:on\s+|am\s+)?(?P<iso>\d{4}-[\d-]*)", _iso),
    (r"(?:(?:am|den|zum|on)\s+)*(?P<number>\d{1,2})\.\s?(?P<month>\d{1,2})\.(?P<year>20\d\d|\d\d)?", _dotted),
    (r"(?:on\s+)?(?P<number>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>20\d\d|\d\d))?", _slashed),
    (rf"(?:(?:on|am|the|den|zum)\s+)*{_DAY_NUMBER}\s+(?:of\s+)?{_MONTH}{_YEAR}", _named_date),
    (rf"(?:on\s+)?{_MONTH}\s+(?:the\s+)?{_DAY_NUMBER}(?!:){_YEAR}", _named_date),
)
PATTERNS: tuple[tuple[str, Read], ...] = (
    *((rf"{_ON}{_WEEKDAY}\.?,?\s+(?:{date})", _with_weekday(read)) for date, read in _DATES),
    *_DATES,
    (rf"(?:in|im)\s+{_MONTH}{_YEAR}", _in_month),
    (rf"(?P<name>{any_of(LONG_MONTHS)}){_YEAR}", _in_month),
    (r"(?:the\s+)?day after tomorrow|overmorrow|übermorgen|uebermorgen", _always(day=_day_after(2))),
    (r"tonight|heute nacht", _always(day=_day_after(0), is_today=True, part="night")),
    (r"today|heute|this(?=\s+(?:morning|afternoon|evening))", _always(day=_day_after(0), is_today=True)),
    (r"yesterday|gestern", _always(day=_day_after(-1))),
    (r"tomorrow|tmrw|tmr|morgen", _always(day=_day_after(1))),
    (rf"{_NEXT_WEEK}(?:\s+{_ON}{_WEEKDAY})?", _next_week),
    (rf"{_ON}{_WEEKDAY}\s+{_NEXT_WEEK}", _next_week),
    (rf"{_ON}{_WEEKDAY}(?:\b|{_PART_FOLLOWS})", _weekday),
    (r"next month|(?:im )?nächsten monat", _always(day=_first_of_next_month)),
    (
        r"(?:by |at )?(?:the )?end of (?:the |this )?week|eow|(?:am )?ende der woche|bis ende der woche",
        _always(day=_end_of_week, part=END),
    ),
    (
        r"(?:by |at )?(?:the )?end of (?:the |this )?month|eom|(?:am )?(?:monatsende|ende des monats)",
        _always(day=_end_of_month, part=END),
    ),
)
