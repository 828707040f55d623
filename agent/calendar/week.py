"""The hours of a week as people write them: `Mon-Thu 9-12 13-18, Fri 9-15`, over midnight as in `22-6`."""

import re
from datetime import date
from functools import lru_cache
from itertools import groupby

from agent.calendar.opening import Shift
from bot.errors import UserError
from prompts.words import fixed, say

NAMES = (fixed("Mon"), fixed("Tue"), fixed("Wed"), fixed("Thu"), fixed("Fri"), fixed("Sat"), fixed("Sun"))
USUAL = "Mon-Fri 09:00-18:00"
MIDNIGHT = 24 * 60
_SHORT = "mo|tu|we|th|fr|sa|su|di|mi|do|so"
_NAME = rf"([a-z]{{3,10}}|{_SHORT})"
DAYS = re.compile(rf"{_NAME}(?:-{_NAME})?", re.IGNORECASE)
TIMES = re.compile(r"(\d{1,4})(?::(\d{1,4}))?-(\d{1,4})(?::(\d{1,4}))?")
_FULL = (
    ("monday", "montag"),
    ("tuesday", "dienstag"),
    ("wednesday", "mittwoch"),
    ("thursday", "donnerstag"),
    ("friday", "freitag"),
    ("saturday", "samstag", "sonnabend"),
    ("sunday", "sonntag"),
)
_GAP = re.compile(r"\s*[-–—]\s*|\s+(?:to|bis)\s+", re.IGNORECASE)
_OF_CLOCK = re.compile(r"(?<=\d)\s*uhr\b", re.IGNORECASE)


@lru_cache(maxsize=256)  # the same few are read back from the database over and over
def read_week(text: str) -> tuple[Shift, ...]:
    """The shifts of these words, in English or German; times without a day are those of Monday to Friday.

    Raises:
        UserError: a word is no day and no time of day, or nothing is open.
    """
    days, is_after_times, shifts = list(range(5)), True, set[Shift]()
    for word in re.split(r"[\s,;]+", together(text).strip()):
        if found := DAYS.fullmatch(word):
            days = [*([] if is_after_times else days), *_days(found)]
            is_after_times = False
        else:
            shifts |= {Shift(day, *_times(word)) for day in days}
            is_after_times = True
    if not is_after_times or not shifts:
        raise UserError(say("Which hours? Write them after the days, as in `{usual}`.", usual=USUAL))
    return tuple(sorted(shifts))


def together(text: str) -> str:
    """With each range as one word: "9 - 18 Uhr" as "9-18"."""
    return _GAP.sub("-", _OF_CLOCK.sub("", text))


def is_of_week(word: str) -> bool:
    """Whether a word is about days or times, well written or not, rather than a zone."""
    first = re.split(r"[-,;]", word)[0].casefold()
    starts = {name[:3] for names in _FULL for name in names}
    return word[:1].isdigit() or word[:3].casefold() in starts or first in _SHORT.split("|")


def show_week(week: tuple[Shift, ...]) -> str:
    """The shifts in the words that make them; days in a row with the same hours are one range."""
    hours = [" ".join(f"{_clock(s.start)}-{_clock(s.end)}" for s in week if s.weekday == day) for day in range(7)]
    said = []
    for times, same in groupby(range(7), key=hours.__getitem__):
        first, *others = same
        if times:
            said.append(f"{NAMES[first]}{f'-{NAMES[others[-1]]}' if others else ''} {times}")
    return ", ".join(said)


def dated(day: date) -> str:
    """A day with its weekday, "Mon 2026-03-30", in the language that is spoken here."""
    return f"{weekday(day)} {day:%Y-%m-%d}"


def weekday(day: date) -> str:
    """The short name of its weekday, in the language that is spoken here."""
    return say(NAMES[day.weekday()])


def _days(found: re.Match[str]) -> list[int]:
    first, last = (_day(word) if word else None for word in found.groups())
    assert first is not None  # the pattern wants it
    return [(first + n) % 7 for n in range(((first if last is None else last) - first) % 7 + 1)]


def _day(word: str) -> int:
    for number, names in enumerate(_FULL):
        if any(name.startswith(word.casefold()) for name in names):
            return number
    days = ", ".join(NAMES[:-1])
    raise UserError(
        say("“{word}” is no day of the week: write {days} or {last}.", word=word, days=days, last=NAMES[-1])
    )


def _times(word: str) -> tuple[int, int]:
    """Minutes since midnight; an end that is not after the start is the next day's."""
    if found := TIMES.fullmatch(word):
        hour, minute, end_hour, end_minute = (int(number or 0) for number in found.groups())
        start, end = hour * 60 + minute, end_hour * 60 + end_minute
        if max(minute, end_minute) < 60 and start < MIDNIGHT and end <= MIDNIGHT and start != end:
            return start, end if end > start else end + MIDNIGHT
    raise UserError(
        say("“{word}” is no time of day: hours go from 0 to 24, as in `9-18`, `08:30-17:00` or `22-6`.", word=word[:40])
    )


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes if minutes <= MIDNIGHT else minutes - MIDNIGHT, 60)
    return f"{hour:02}:{minute:02}"
