"""Reads when something shall be at the front or the end of a line; words that it does not know end the reading."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from agent.calendar.spoken import days, habits, times
from agent.calendar.spoken.spoken import Spoken, Wrong

_END = r"(?=$|[\s,;:!?)]|\.(?:\s|$))"
_UNTIL, _START = r"(?:until|till|til|through|bis(?:\s+zum)?)\s+", r"(?:starting|beginning|from|ab)\s+"
MOST_WORDS = 25  # from the end of a line in which a moment is looked for


def _compiled(patterns: tuple[tuple[str, Any], ...], before: str = "") -> list[tuple[re.Pattern[str], Any]]:
    return [(re.compile(rf"{before}(?:{pattern}){_END}", re.IGNORECASE), read) for pattern, read in patterns]


def _renamed(name: str) -> list[tuple[re.Pattern[str], Any]]:
    """Days behind a word that makes them something else than the day."""
    before = {"until": _UNTIL, "start": _START}[name]

    def under(read: Callable[[re.Match[str]], dict[str, Any]]) -> Callable[[re.Match[str]], dict[str, Any]]:
        return lambda found: {name: read(found)["day"]}

    return [(pattern, under(read)) for pattern, read in _compiled(days.PATTERNS, before)]


_WEEKDAY_AND_PART = [
    (re.compile(pattern, re.IGNORECASE), read)
    for pattern, read in days.PATTERNS
    if "(?=morgen|" in pattern  # "montagabend" has no end between the two
]
_MORNING_TOO = _compiled((times.MORNING_TOO,))
_FOLLOWING = _compiled(habits.FOLLOWING)
_PIECES = [
    *_compiled(habits.PATTERNS),
    *_renamed("until"),
    *_renamed("start"),
    *_compiled(days.PATTERNS),
    *_WEEKDAY_AND_PART,
    *_compiled(times.PATTERNS),
]
_GAP = re.compile(r"(?:\s*,\s*|\s+)")
_NAMES = re.compile(r"\?P<\w+>")
# Most words begin no piece, and one look tells.
_ANY = re.compile(
    "|".join(rf"(?:{_NAMES.sub('?:', pattern.pattern)})" for pattern, _ in (*_FOLLOWING, *_MORNING_TOO, *_PIECES)),
    re.IGNORECASE,
)


class Found(NamedTuple):
    """What was said, and the words before and behind it; what is wrong with it, if anything, is not raised yet."""

    spoken: Spoken
    before: str
    after: str
    words: str


def read_first(text: str) -> Found | None:
    """When, in the words that a text begins with; None when it begins with none. It may turn out to be text."""
    text = text.strip()
    spoken, end = _read(text, 0)
    if end == 0 or not spoken.is_moment:
        return None
    return Found(spoken, "", text[end:].lstrip(" \t\n,"), text[:end])


def read_last(text: str) -> Found | None:
    """When, in as many words as possible that a text ends with.

    Raises:
        Wrong: those words look like a moment, and are none.
    """
    found = _last(text.strip()) or _last(text.strip().rstrip(".!?"))
    return checked(found) if found else None


def checked(found: Found) -> Found:
    """What was said, once it is known to be meant as a moment.

    Raises:
        Wrong: it is none.
    """
    if found.spoken.wrong:
        raise found.spoken.wrong
    return found


def _last(text: str) -> Found | None:
    starts = [0, *(found.end() for found in re.finditer(r"\s+", text))][-MOST_WORDS:]
    for start in starts:
        spoken, end = _read(text, start)
        if end == len(text) and end > start and spoken.is_moment:
            return Found(spoken, text[:start].rstrip(" \t\n,"), "", text[start:])
    return None


def read_end(front: Found) -> Found:
    """What stands behind the words that follow, and belongs to the moment too: "at 9 to call Bob tomorrow".

    Raises:
        Wrong: it looks like a part of the moment, and is none.
    """
    text = front.after.rstrip(".!?")
    for start in [found.end() for found in re.finditer(r"\s+", text)][-MOST_WORDS:]:
        spoken, end = _read(text, start, front.spoken)
        if end == len(text) and end > start and spoken.is_moment:
            words = f"{front.words} {text[start:]}"
            return checked(Found(spoken, "", text[:start].rstrip(" \t\n,"), words))
    return checked(front)


def _read(text: str, start: int, known: Spoken | None = None) -> tuple[Spoken, int]:
    """All pieces from there on, each sort once; and where they end."""
    spoken, position, is_first = known or Spoken(), start, True
    while True:
        gap = None if is_first else _GAP.match(text, position)
        at = gap.end() if gap else position
        piece = _piece(text, at, spoken)
        if piece is None:
            return spoken, position
        said, position = piece
        spoken, is_first = replace(spoken, **said), False


def _piece(text: str, at: int, spoken: Spoken) -> tuple[dict[str, Any], int] | None:
    """The piece that stands there, if it does not contradict what was said before."""
    if _ANY.match(text, at) is None:
        return None
    has_day = spoken.day is not None or spoken.repeat is not None
    for pattern, read in (*(_FOLLOWING if spoken.repeat else ()), *(_MORNING_TOO if has_day else ()), *_PIECES):
        if (found := pattern.match(text, at)) and found.end() > at:
            said = _read_piece(read, found)
            is_other = "span" in said and spoken.day is not None  # "2026-04-08 a week in the hills"
            if not is_other and not any(getattr(spoken, name) for name in said):
                return said, found.end()
    return None


def _read_piece(read: Callable[[re.Match[str]], dict[str, Any]], found: re.Match[str]) -> dict[str, Any]:
    """What a piece says; of one that is wrong what it looks like, and why it is wrong."""
    try:
        return read(found)
    except Wrong as wrong:
        return {**wrong.said, "wrong": wrong}


def pattern_of_first() -> str:
    """A pattern of one piece of a moment, for a grammar that must know whether words begin with one."""
    pieces = (*days.PATTERNS, *times.PATTERNS)
    return "|".join(rf"(?:{re.sub(r'[(][?]P<[^>]*>', '(?:', pattern)}){_END}" for pattern, _ in pieces)
