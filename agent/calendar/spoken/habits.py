"""Repetitions as people say them, in English and German, as the body of an RRULE; and until when they go on."""

import re
from collections.abc import Callable
from typing import Any

from agent.calendar.spoken.spoken import Repeat, Wrong
from agent.calendar.spoken.vocabulary import HABITS, NUMBERS, ORDINALS, PARTS, WEEKDAYS, any_of
from prompts.words import fixed, say

Read = Callable[[re.Match[str]], dict[str, Any]]
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKWEEK = "MO,TU,WE,TH,FR"
MOST_TIMES, WIDEST = 1000, 99
LONGER = fixed("Reminders repeat at most once an hour: write `every hour`, `every day` or `every monday at 10`.")
UNKNOWN = fixed("“{words}” is no repetition that I can plan. Write one as in {examples}.")
EXAMPLES = "`every monday and friday at 9`, `every 2 weeks on friday`, `every last friday of the month`"
NOT_ON = fixed("I cannot leave days out of a repetition: name those on which it comes, as in {examples}.")
DAYS_NAMED = "`every monday, tuesday and friday at 9`, `every working day`"

_EVERY = r"(?:every|each|jede[nrsm]?|alle)"
_DAY = rf"(?:{any_of(WEEKDAYS)})"
_AND = r"(?:\s*,\s*(?:and |und )?|\s+and\s+|\s+und\s+|\s*&amp;\s*|\s*&\s*)"
_TO = r"(?:\s*[-–]\s*|\s+(?:to|through|thru|bis)\s+)"
_DAY_NAME = rf"(?:{_DAY}s?\b)"
_LIST = rf"(?P<days>{_DAY_NAME}(?:(?:{_AND}(?:on |am )?|{_TO}){_DAY_NAME})*)"
_HABIT = rf"(?:{any_of(HABITS)})"
_NUMBER = rf"(?P<number>\d{{1,9}}|{any_of(NUMBERS)}|other|second|2nd|third|3rd|zweiten?|zweites?|dritten?)"
_OTHER = {"other": 2, "second": 2, "2nd": 2, "zweite": 2, "zweiten": 2, "zweites": 2, "third": 3, "3rd": 3}
_OTHER |= {"dritte": 3, "dritten": 3}
_OF_MONTH = r"(?:(?:of|in) (?:the|each|every) month|(?:im|des|jeden) monats?|in jedem monat)"
_WORKDAY = r"(?:working|business|work)[ -]?days?|arbeitstage?n?|werktage?n?"
_ON = r"(?:\s+(?:on |am )?(?:the |den )?)"


def _by_days(said: str) -> str:
    """The days of a list, in which "monday to friday" are five."""
    numbers: set[int] = set()
    for first, last in re.findall(rf"({_DAY})s?(?:{_TO}({_DAY})s?)?", said, re.IGNORECASE):
        start, end = WEEKDAYS[first.casefold()], WEEKDAYS[(last or first).casefold()]
        numbers |= {(start + step) % 7 for step in range((end - start) % 7 + 1)}
    return ",".join(CODES[number] for number in sorted(numbers))


def _interval(found: re.Match[str]) -> str:
    word = (found.groupdict().get("number") or "1").casefold()
    number = int(word) if word.isdigit() else _OTHER.get(word) or NUMBERS[word]
    if not 1 <= number <= WIDEST:
        raise _unknown(found)
    return f";INTERVAL={number}" if number > 1 else ""


def _unknown(found: re.Match[str]) -> Wrong:
    return Wrong(say(UNKNOWN, words=found[0].strip(), examples=EXAMPLES), repeat=Repeat(""))


def _not_known(found: re.Match[str]) -> dict[str, Any]:
    raise _unknown(found)


def _not_on_a_date(found: re.Match[str]) -> dict[str, Any]:
    """The date that follows belongs to it."""
    raise Wrong(str(_unknown(found)))


def _daily(found: re.Match[str]) -> dict[str, Any]:
    return {"repeat": Repeat(f"FREQ=DAILY{_interval(found)}")}


def _weekly(found: re.Match[str]) -> dict[str, Any]:
    """Without a day it is the one on which it is said."""
    days = f";BYDAY={_by_days(found['days'])}" if found["days"] else ""
    return {"repeat": Repeat(f"FREQ=WEEKLY{_interval(found)}{days}")}


def _named_days(found: re.Match[str]) -> dict[str, Any]:
    """Days that are named as a habit, as in "mondays and thursdays"."""
    return {"repeat": Repeat(f"FREQ=WEEKLY;BYDAY={_by_days(found['days'])}")}


def _hourly(found: re.Match[str]) -> dict[str, Any]:
    return {"repeat": Repeat(f"FREQ=HOURLY{_interval(found)}")}


def _too_often(found: re.Match[str]) -> dict[str, Any]:
    raise Wrong(say(LONGER), repeat=Repeat(""))


def _nth(found: re.Match[str]) -> dict[str, Any]:
    """The first Monday of the month, its last day or its last working day."""
    number = ORDINALS[found["nth"].casefold()]
    what = found["what"].casefold()
    if what in WEEKDAYS:
        return {"repeat": Repeat(f"FREQ=MONTHLY;BYDAY={number}{CODES[WEEKDAYS[what]]}")}
    if what in {"day", "tag"}:
        return {"repeat": Repeat(f"FREQ=MONTHLY;BYMONTHDAY={number}")}
    return {"repeat": Repeat(f"FREQ=MONTHLY;BYDAY={WORKWEEK};BYSETPOS={number}")}


def _day_of_month(found: re.Match[str]) -> dict[str, Any]:
    """The 31st is the last day of a shorter month."""
    numbers = sorted({int(number) for number in re.findall(r"\d+", found["dates"])})
    for number in numbers:
        if not 1 <= number <= 31:
            how = fixed("A month has no day {number}. Write it as in `every month on the 15th`.")
            raise Wrong(say(how, number=number), repeat=Repeat(""))
    last = numbers[-1]
    if len(numbers) > 1 and last > 28:
        raise _unknown(found)
    days = ",".join(map(str, range(28, last + 1) if last > 28 else numbers))
    by = f"BYMONTHDAY={days};BYSETPOS=-1" if last > 28 else f"BYMONTHDAY={days}"
    return {"repeat": Repeat(f"FREQ=MONTHLY{_interval(found)};{by}")}


def _monthly(found: re.Match[str]) -> dict[str, Any]:
    return {"repeat": Repeat(f"FREQ=MONTHLY{_interval(found)}")}


def _times(found: re.Match[str]) -> dict[str, Any]:
    word = found["times"].casefold()
    number = int(word) if word.isdigit() else NUMBERS[word]
    if not 1 <= number <= MOST_TIMES:
        how = say("“{words}”: a reminder comes 1 to {most} times.", words=found[0].strip(), most=MOST_TIMES)
        raise Wrong(how, times=1)
    return {"times": number}


def _without(found: re.Match[str]) -> dict[str, Any]:
    raise Wrong(say(NOT_ON, examples=DAYS_NAMED))


def _lasting(found: re.Match[str]) -> dict[str, Any]:
    how = fixed("Until when does it go on? Write it as in `every day until 2026-12-24` or `every day 10 times`.")
    raise Wrong(say(how))


def _plain(rule: str, *, is_workdays: bool = False) -> Read:
    return lambda found: {"repeat": Repeat(rule, is_workdays=is_workdays)}


_WHAT = rf"(?P<what>{_DAY}|day|tag|{_WORKDAY})"
_NTH = rf"(?P<nth>{any_of(ORDINALS)})"
_ONE_DATE = r"\d{1,2}(?:st|nd|rd|th|\.)?"
_DATES = rf"(?P<dates>{_ONE_DATE}(?:{_AND}(?:on |am )?(?:the |den )?{_ONE_DATE})*)"
_ON_THE = rf"(?:(?:{_EVERY}|on the|on|am|the)\s+)?"
_MONTHS = rf"(?:{_EVERY}\s+(?:months?|monate?n?)|monthly|monatlich)"
_SPELT = any_of([word for word in (*ORDINALS, *NUMBERS) if not word[0].isdigit()])
_ODD = rf"(?:(?:{_SPELT}|other|few|couple of|\d{{1,9}}(?:st|nd|rd|th|\.)?|and|und|&amp;|&)[\s,]+)"
_FREE = r"weekends?|wochenenden?|weekdays?|wochentage?|holidays?|feiertage?n?"
_LONG = r"hours?|stunden?|days?|tage?n?|weeks?|wochen?|months?|monate?n?|quarters?|quartale?|years?|jahre?|fortnights?"
_UNIT = rf"(?:{_DAY}|{_WORKDAY}|{_FREE}|{_LONG})"
_LASTING = rf"(?:for|für)\s+(?:the next\s+)?(?:\d{{1,9}}|{any_of(NUMBERS)})\s+(?:{_WORKDAY}|{_LONG})"
_HOUR = r"(?:\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]\.?m\b\.?|uhr)|\d{1,2}:\d\d|noon|midnight|mittags?|mitternacht)"
# What follows a repetition, and cannot be planned with it.
FOLLOWING: tuple[tuple[str, Read], ...] = (
    (
        rf"(?:(?:except|excluding|besides|außer|ausser|nicht)(?:\s+(?:on|for|am|an))?|but(?:\s+not)?(?:\s+on)?|not on)"
        rf"\s+(?:the\s+|den\s+)?(?:{_LIST}|{any_of(HABITS)}|{_FREE}|{_WORKDAY})",
        _without,
    ),
    (_LASTING, _lasting),
    (rf"(?:until|till?|bis(?:\s+um)?)\s+{_HOUR}", _lasting),
)
_PER = r"(?:an?|per|each|every|pro|am|im|in der|jeden?|jede[nrsm]?)"
_SOME = rf"(?:\d{{1,9}}|{any_of(NUMBERS)}|several|mehrmals)"
PATTERNS: tuple[tuple[str, Read], ...] = (
    (rf"{_ON_THE}{_NTH}\s+{_WHAT}\s+{_OF_MONTH}", _nth),
    (rf"{_ON_THE}{_DATES}\s+{_OF_MONTH}", _day_of_month),
    (rf"{_MONTHS}{_ON}{_NTH}\s+{_WHAT}", _nth),
    (rf"{_ON_THE}{_ODD}+{_UNIT}\s+{_OF_MONTH}", _not_known),
    (rf"{_EVERY}\s+{_LIST}\s+{_OF_MONTH}", _weekly),
    (rf"{_EVERY}\s+(?:{_NUMBER}\s+)?(?:months?|monate?n?){_ON}{_DATES}", _day_of_month),
    (rf"(?:{_EVERY}\s+(?:{_NUMBER}\s+)?(?:months?|monate?n?))", _monthly),
    (rf"(?:monthly|monatlich){_ON}{_DATES}", _day_of_month),
    (r"(?:monthly|monatlich)", _monthly),
    (
        rf"{_EVERY}\s+(?:{_WORKDAY})|(?:an )?werktags|arbeitstäglich|on working days",
        _plain("FREQ=DAILY", is_workdays=True),
    ),
    (rf"{_EVERY}\s+(?:weekdays?|wochentage?)|(?:on )?weekdays|wochentags", _plain(f"FREQ=WEEKLY;BYDAY={WORKWEEK}")),
    (
        rf"(?:{_EVERY}\s+(?:{_NUMBER}\s+)?(?:weeks?|wochen?)|weekly|wöchentlich)(?:\s+(?:on |am )?{_LIST})?",
        _weekly,
    ),
    (rf"{_EVERY}\s+(?:{_NUMBER}\s+)?{_LIST}", _weekly),
    (rf"(?:on\s+)?(?=(?:{_HABIT}|{_DAY}{_AND}(?:on )?{_HABIT})\b){_LIST}", _named_days),
    (rf"{_EVERY}\s+(?:single\s+)?(?:{_NUMBER}\s+)?(?:days?|tage?n?)", _daily),
    (r"(?:daily|täglich)", _daily),
    (rf"{_EVERY}(?=\s+(?:{any_of((*PARTS, 'morgen'))})\b)", _daily),  # "every morning": what follows is read next
    (rf"{_EVERY}\s+(?:{_NUMBER}\s+)?(?:hours?|h|stunden?)", _hourly),
    (r"(?:hourly|stündlich)", _hourly),
    (rf"{_EVERY}\s+(?:{_NUMBER}\s+)?(?:minutes?|mins?|minuten?|seconds?|secs?|sekunden?)", _too_often),
    (rf"{_EVERY}\s+(?:half|quarter|halbe|viertel)[ -]?(?:(?:of )?an )?(?:hour|stunde)", _too_often),
    (rf"(?:{_EVERY}\s+(?:years?|jahre?)|yearly|annually|jährlich)(?=\s+(?:on|in|am|im)\b)", _not_on_a_date),
    (rf"{_EVERY}\s+{_ODD}*{_UNIT}", _not_known),
    (r"yearly|annually|jährlich|quarterly|vierteljährlich|fortnightly|biweekly|bimonthly", _not_known),
    (rf"(?:once|einmal|twice|thrice|zweimal|dreimal|{_SOME}\s*(?:times|mal|x))\s+{_PER}\s+{_UNIT}", _not_known),
    (rf"(?:for )?(?P<times>\d{{1,9}}|{any_of(NUMBERS)})\s*(?:times|mal)", _times),
)
