"""Spans and times of a day as people say them, in English and German."""

import re
from collections.abc import Callable
from typing import Any

from agent.calendar.spoken.spoken import Clock, Span, Wrong
from agent.calendar.spoken.vocabulary import (
    DAYS,
    MINUTES,
    MORNING,
    NUMBERS,
    PARTS,
    UNITS,
    WEEKDAYS,
    WORKDAYS,
    any_of,
)
from prompts.words import fixed, say

Read = Callable[[re.Match[str]], dict[str, Any]]
_DOT = r"(?:(?:(?<=std|min)|(?<=mins)|(?<=hr))\.(?=\s))?"  # "in 2 Std. an das Release"
# "am" is no minute.
_AMOUNT = rf"(?P<number>\d{{1,4}}(?:[.,]5)?(?=\s?\S)|(?:{any_of(NUMBERS)})(?=\s))\s?(?P<unit>{any_of(UNITS)})\b{_DOT}"
_MORE = rf"(?:\s*(?:and\s+|und\s+)?(?P<more>\d{{1,2}})\s?(?P<smaller>{any_of(UNITS)})\b{_DOT})?"
# "um 5 am Montag" is not five in the morning.
_NOON = rf"(?P<half>a\.m\.|p\.m\.|pm|am(?!\s+(?:{any_of(WEEKDAYS)}|morgen|\d)))"
_AT = r"(?:(?:at|around|um|gegen|ab|@)\s*)"
_HOUR_WORD = rf"(?P<named>\d{{1,2}}|{any_of(NUMBERS)})"


def _number_of(text: str) -> float:
    """The number of digits, or of a word."""
    return float(NUMBERS[text.casefold()]) if text.casefold() in NUMBERS else float(text.replace(",", "."))


def _span(found: re.Match[str]) -> dict[str, Any]:
    span = _amount(found["number"], found["unit"])
    if found["more"]:
        more = _amount(found["more"], found["smaller"])
        span = Span(
            minutes=span.minutes + more.minutes,
            days=span.days + more.days,
            workdays=span.workdays + more.workdays,
            months=span.months + more.months,
        )
    return {"span": span}


def _amount(number: str, unit: str) -> Span:
    kind, size = UNITS[unit.casefold()]
    amount = _number_of(number) * size
    if amount != int(amount):
        how = fixed("“{span}” is no whole number of days. Write it as in `2h`, `3d` or `monday`.")
        raise Wrong(say(how, span=f"{number} {unit}"), span=Span())
    if kind == MINUTES:
        return Span(minutes=int(amount))
    if kind == DAYS:
        return Span(days=int(amount))
    return Span(workdays=int(amount)) if kind == WORKDAYS else Span(months=int(amount))


def _half_hour(found: re.Match[str]) -> dict[str, Any]:
    return {"span": Span(minutes=30)}


def _half_more(found: re.Match[str]) -> dict[str, Any]:
    return {"span": Span(minutes=90)}


def _clock(found: re.Match[str]) -> dict[str, Any]:
    said = found.groupdict()
    hour, minute = int(said["hour"]), int(said.get("minute") or 0)
    half = (said.get("half") or "").replace(".", "").casefold()
    if hour > (12 if half else 24) or minute > 59 or (half and hour == 0) or (hour == 24 and minute):
        how = say("“{words}” is no time of a day: write it as in 09:30.", words=found[0].strip())
        raise Wrong(how, clock=Clock(0, 0, is_exact=True))
    if half:
        return {"clock": Clock(hour % 12 + (12 if half == "pm" else 0), minute, is_exact=True)}
    is_full = len(said["hour"]) == 2 and said.get("minute") is not None  # 10:30 is what a clock of 24 hours shows
    is_exact = hour >= 12 or hour == 0 or is_full or said["hour"].startswith("0")
    return {"clock": Clock(hour % 24, minute, is_exact=is_exact, words=found[0].strip(), is_end=hour == 24)}


def _relative(found: re.Match[str], minutes: int) -> dict[str, Any]:
    total = (int(_number_of(found["named"])) * 60 + minutes) % (24 * 60)
    return {"clock": Clock(total // 60, total % 60, is_exact=total >= 12 * 60, words=found[0].strip())}


def _fixed(hour: int) -> Read:
    return lambda found: {"clock": Clock(hour, 0, is_exact=True)}


def _quarter(found: re.Match[str]) -> dict[str, Any]:
    is_before = found["side"].casefold() in {"to", "vor"}
    return _relative(found, -15 if is_before else 15)


def _part(found: re.Match[str]) -> dict[str, Any]:
    return {"part": PARTS[" ".join(found[0].casefold().split())]}


def _before(found: re.Match[str]) -> dict[str, Any]:
    how = fixed(
        "I count from now, not back from a day: “{words} …” is no moment. Name the day itself, as in {examples}."
    )
    raise Wrong(say(how, words=found[0].strip(), examples="`wednesday at 9`, `2026-12-24 09:00`"))


MORNING_TOO = (r"morgen", lambda found: {"part": MORNING})  # "heute morgen", once a day is known
PATTERNS: tuple[tuple[str, Read], ...] = (
    (r"(?:in\s+)?(?:half an hour|half hour|einer halben stunde)", _half_hour),
    (r"(?:in\s+)?(?:an hour and a half|eineinhalb stunden|anderthalb stunden)", _half_more),
    (rf"{_AMOUNT}\s+(?:before|ahead of|prior to|vor)", _before),
    (rf"(?:(?:in|after|nach)\s+)?{_AMOUNT}{_MORE}(?:\s+from now)?", _span),
    (rf"(?:{_AT}|in )?(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?:\s*(?:{_NOON}|uhr))?", _clock),
    (rf"{_AT}?(?P<hour>\d{{1,2}})\s*{_NOON}", _clock),
    (rf"{_AT}?(?P<hour>\d{{1,2}})\s*uhr(?:\s*(?P<minute>\d\d))?", _clock),
    (rf"{_AT}(?P<hour>\d{{1,2}})(?:\.(?P<minute>\d\d))?(?:\s*o'clock)?", _clock),
    (rf"{_AT}?half past {_HOUR_WORD}", lambda found: _relative(found, 30)),
    (rf"{_AT}?halb {_HOUR_WORD}", lambda found: _relative(found, -30)),
    (rf"{_AT}?(?:a )?(?:quarter|viertel) (?P<side>past|to|nach|vor) {_HOUR_WORD}", _quarter),
    (rf"{_AT}?(?:noon|midday|mittag|mittags)|am mittag", _fixed(12)),
    (rf"{_AT}?(?:midnight|mitternacht)", _fixed(0)),
    (any_of(PARTS), _part),
)
