"""Reads when something shall be at the front or the end of a line; words that it does not know end the reading."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from agent.calendar.spoken import days, habits, times
from agent.calendar.spoken.spoken import Spoken, Wrong
from prompts.words import fixed, say

_END = r"(?=$|[\s,;:!?)]|\.(?:\s|$))"
_UNTIL, _START = r"(?:until|till|til|through|bis(?:\s+zum)?)\s+", r"(?:starting|beginning|from|ab)\s+"
MOST_WORDS = 25  # from the end of a line in which a moment is looked for
PARTLY = fixed(
    "“{words}” is more than one time, or one that I can read only in part. Name one moment, as in {examples}."
    " A time that belongs to the text goes behind it: `tomorrow at 9 to prepare for monday`."
)
EXAMPLES = "`monday at 9`, `in 2 weeks`, `2026-12-24 09:00`, `every monday and thursday at 9`"
ZONED = fixed("“{words}” names a time zone, and I go by that of your calendar: leave it out. `hours` shows yours.")


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


# What stands between two pieces that are meant as one.
_EITHER = re.compile(r"\s*,?\s*(?:\b(?:and|und|or|oder)\b|&amp;|&|/)\s*", re.IGNORECASE)
_RANGE = re.compile(r"\s+(?:to|through|thru|until|till?|bis)\s+|\s*[-–]\s*", re.IGNORECASE)
_NEXT_HOUR = re.compile(
    r"\d{1,2}(?:[:.]\d\d)?(?=$|[,;.!?]|\s*uhr\b|\s+(?:to|an|daran|dass|that|about)\b)", re.IGNORECASE
)
_AWAITS_MORE = re.compile(
    r"(?:^|\s)(?:and|und|or|oder|&amp;|&|before|between|until|till?|from|since|after|vor|nach|zwischen|bis|seit|to)$",
    re.IGNORECASE,
)
_OF_THE_TEXT = re.compile(
    r"(?:^|\s)(?:for|about|of|since|für|über|von|vom|seit)(?:\s+(?:the|den|dem))?$", re.IGNORECASE
)
_ZONE_NAME = (
    r"\(?(?:(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d\d)?)?|utc|gmt|CES?T|MES?Z|[ECMP][SD]T|BST|IST|JST|WES?T|EES?T|MSK|AE[SD]T"
    r"|(?:Europe|America|Asia|Africa|Australia|Atlantic|Pacific|Indian|Etc)/[A-Za-z_/]+|[A-Z][a-z]+ time)\b\)?"
)
_ZONE = re.compile(rf"\s*{_ZONE_NAME}")
_ENDS_IN_ZONE = re.compile(rf"[\d:.]{{0,4}}\d(?:\s?[ap]\.?m\.?|\s?uhr)?(?P<zone>\s*{_ZONE_NAME})$")
_IN = re.compile(r"(?:in|after|nach)\s", re.IGNORECASE)
_WORDS_TOO = {"sun", "sat", "wed", "may", "march"}  # of which a text may speak
LOOKED_BACK = 6  # words of a text that may be a piece


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
    if spoken.wrong is None and (rest := _more_behind(text, end, spoken)):
        spoken = replace(spoken, wrong=partly(text[:rest]))
    elif spoken.wrong is None and spoken.clock and (zone := _ZONE.match(text, end)):
        spoken = replace(spoken, wrong=_zoned(text[: zone.end()]))
    return Found(spoken, "", text[end:].lstrip(" \t\n,"), text[:end])


def partly(words: str) -> Wrong:
    """That these words are no one moment, as what to raise."""
    return Wrong(say(PARTLY, words=words.strip(), examples=EXAMPLES))


def _zoned(words: str) -> Wrong:
    return Wrong(say(ZONED, words=words.strip()))


def _more_behind(text: str, end: int, spoken: Spoken) -> int:
    """Where it ends what follows a moment and looks like more of it: "or thursday", "in 2 weeks"; 0 for nothing."""
    if gap := _EITHER.match(text, end):
        hour = _NEXT_HOUR.match(text, gap.end()) if spoken.clock else None
        return hour.end() if hour else _told_at(text, gap.end())
    if gap := _RANGE.match(text, end):
        if spoken.clock and (hour := _NEXT_HOUR.match(text, gap.end())):
            return hour.end()
        piece, kind = _piece(text, gap.end(), Spoken()), "clock" if spoken.clock else "day"
        return _told_at(text, gap.end()) if piece and kind in piece[0] and getattr(spoken, kind) else 0
    gap = _GAP.match(text, end)
    return _told_at(text, gap.end()) if gap else 0


def _told_at(text: str, at: int) -> int:
    """Where a piece that says when, and can hardly be of a text, ends; 0 where none begins there."""
    piece = _piece(text, at, Spoken())
    if piece is None or "wrong" in piece[0] or text[at : piece[1]].casefold().split()[-1] in _WORDS_TOO:
        return 0
    said, end = piece
    is_telling = {"day", "clock", "repeat", "until", "start"} & set(said) or ("span" in said and _IN.match(text, at))
    return end if is_telling else 0


def is_telling(front: Found) -> bool:
    """Whether words at the front of a text can hardly be of it; those of "Monday's meeting" are."""
    return _told_at(front.words, 0) > 0 and not front.after.startswith(("'", "’", "-"))


def _more_before(text: str) -> str:
    """What a text in front of a moment ends with and looks like more of it: "before", "every monday or"."""
    text = text.rstrip(" ,")
    awaits = _AWAITS_MORE.search(text)
    bare = text[: awaits.start()].rstrip(" ,") if awaits else text
    starts = [0, *(found.end() for found in re.finditer(r"\s+", bare))][-LOOKED_BACK:]
    told = (at for at in starts if _told_at(bare, at) == len(bare) and not _OF_THE_TEXT.search(bare[:at].rstrip()))
    at = next(told, None)
    return text[at:] if at is not None else awaits[0].strip() if awaits else ""


def read_last(text: str) -> Found | None:
    """When, in as many words as possible that a text ends with.

    Raises:
        Wrong: those words look like a moment, and are none.
    """
    found = _last(text.strip()) or _last(text.strip().rstrip(".!?"))
    if found and (zone := _ENDS_IN_ZONE.search(found.before)):
        raise _zoned(f"{zone[0]} {found.words}")
    if found is None and (zone := _ENDS_IN_ZONE.search(text)) and (found := _last(text[: zone.start("zone")])):
        raise _zoned(f"{found.words}{zone['zone']}")
    if found and not found.spoken.wrong and (before := _more_before(found.before)):
        raise partly(f"{before} {found.words}")
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
        if _AWAITS_MORE.search(text[:start].rstrip()):
            continue  # "to finish it before 5pm"
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
