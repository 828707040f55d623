"""Whether two phrases mean the same time: "at 9 tomorrow" and "tomorrow 9:00" do, "tomorrow at 10" does not."""

from datetime import date
from functools import partial
from typing import Any

from agent.calendar.spoken.read import read_first, read_last
from agent.calendar.spoken.spoken import Spoken
from bot.errors import UserError

# Days that differ in weekday, month and year: what means the same on both means the same.
_SAMPLES = (date(2026, 3, 27), date(2027, 11, 4))
MOST_STARTS = 60  # words from which a time is looked for


def same_time(phrase: str, text: str) -> bool:
    """Whether a text says somewhere the moment that a phrase says."""
    wanted = _first(phrase)
    if wanted is None:
        return False
    words = text.split()
    starts = (" ".join(words[at:]) for at in range(min(len(words), MOST_STARTS)))
    return any(found == wanted for found in map(partial(_first, is_whole=False), starts))


def _first(text: str, *, is_whole: bool = True) -> tuple[Any, ...] | None:
    try:
        found = (read_last if is_whole else read_first)(text)
    except UserError:
        return None
    if found is None or (is_whole and found.before) or found.spoken.wrong:
        return None
    return _meaning(found.spoken)


def _meaning(spoken: Spoken) -> tuple[Any, ...] | None:
    clock = (spoken.clock.hour, spoken.clock.minute, spoken.clock.is_end) if spoken.clock else None
    try:
        days = tuple(
            tuple(day(today) for today in _SAMPLES) if day else None for day in (spoken.day, spoken.until, spoken.start)
        )
    except UserError:
        return None
    return (spoken.span, days, spoken.is_today, clock, spoken.part, spoken.repeat, spoken.times)
