"""How many tokens a text is, as far as that can be told without asking, and how much of it has room."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from bot.llm.port import Ask

ROUTER_TOKENS = 3_000
ASKED_TOKENS = 4_000  # of the asker's message at most, of which then head and tail are kept
MOST_RESULT = 2_000  # of what one use of a tool found
CLOSE = 0.15  # an estimate this near to the limit is worth a count by the provider
BYTES = 3  # to a token; what is more or less for a model is in its factor
HIGH, FOUR = bytes(range(0x80, 0x100)), bytes(range(0xF0, 0x100))  # beyond ASCII; how a character of four bytes begins
START, LEAST, MOST = 1.1, 0.5, 4.0  # factor: tokens for each 3 bytes
WEIGHT = 0.2  # of the newest usage
WORTH_LEARNING = 200  # tokens; below, what a provider puts around a question counts for too much
REMEMBERED = 50_000  # counted texts of one counter
LEFT_OUT = "\n[… {number:,} characters are left out here …]\n"

Count = Callable[[str], int]


def estimated(factor: float = START) -> Count:
    """Counts by length in bytes. What a model has said of English holds for no other script, so there it is never less
    than it is at first; what takes four bytes, as an emoji does, counts as six."""
    others = max(factor, START)

    def count(text: str) -> int:
        if text.isascii():
            return math.ceil(round(len(text) / BYTES * factor, 6))
        written = text.encode("utf-8", "replace")
        plain = len(written.translate(None, HIGH))
        more = len(written) - plain + 2 * (len(written) - len(written.translate(None, FOUR)))
        return math.ceil(round((plain * factor + more * others) / BYTES, 6))

    return count


def corrected(factor: float, ask: Ask, *, used: int) -> float:
    """The factor of a model after one more call to it.

    Args:
        used: tokens of the question, as the provider counted them.
    """
    thirds = sum(len(text.encode("utf-8", "replace")) for text in ask.texts) / BYTES
    if used < WORTH_LEARNING or thirds < 1:
        return factor
    return min(max((1 - WEIGHT) * factor + WEIGHT * used / thirds, LEAST), MOST)


def room(wanted: int, *, window: int | None, max_output: int) -> int:
    """Tokens of a question at most: as set, and never more than the model's window has room for beside the answer."""
    return wanted if window is None else min(wanted, window - max_output)


def is_close(tokens: int, limit: int) -> bool:
    """Whether an estimate is so near to the limit that it should be counted."""
    return tokens >= limit * (1 - CLOSE)


@dataclass
class Counts:
    """Counts each text once, by what stands in it."""

    count: Count

    def __post_init__(self) -> None:
        self._known: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        if (known := self._known.get(text)) is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[text] = self.count(text)
        return known


def head(text: str, *, limit: int, count: Count) -> str:
    """The longest beginning of a text that is no more than so many tokens."""
    if count(text) <= limit:
        return text
    fits, above = 0, len(text)  # characters: what is known to fit, and what is known not to
    while above - fits > 1:
        middle = (fits + above) // 2
        fits, above = (middle, above) if count(text[:middle]) <= limit else (fits, middle)
    return text[:fits]


def head_and_tail(text: str, *, limit: int, count: Count) -> str:
    """The text, or its beginning and its end with a word on how much is missing between, in so many tokens at most.

    Where not even that word has room it is nothing.
    """
    if count(text) <= limit:
        return text
    fits, above = -1, len(text)  # characters kept: the most that is known to fit, the least that is known not to
    while above - fits > 1:
        middle = (fits + above) // 2
        fits, above = (middle, above) if count(_cut(text, middle)) <= limit else (fits, middle)
    return _cut(text, fits) if fits >= 0 else ""


def _cut(text: str, kept: int) -> str:
    """Two thirds of what is kept are the beginning."""
    tail = kept // 3
    end = text[len(text) - tail :]
    return text[: kept - tail] + LEFT_OUT.format(number=len(text) - kept) + end
