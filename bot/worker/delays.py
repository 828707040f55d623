"""How long a job waits for its next attempt; `chance` is drawn from 0..1, so that not all come back at once."""

from bot.errors import LONGEST_WAIT, UNTOLD_SECONDS

FIRST_SECONDS = 2.0
LONGEST_SECONDS = 600.0


def backoff(attempt: int, chance: float) -> float:
    """Seconds after a failed attempt: doubling with each, between half and all of it."""
    return min(FIRST_SECONDS * 2.0 ** (min(attempt, 30) - 1), LONGEST_SECONDS) * (0.5 + chance / 2)


def patience(asked: float | None, chance: float) -> float:
    """Seconds after a "not now": never less than asked, up to a tenth more."""
    return min((UNTOLD_SECONDS if asked is None else asked) * (1 + chance / 10), LONGEST_WAIT)
