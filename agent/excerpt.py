"""What is read fits into what a model or a person takes in: whole lines, and where it was cut one sees how to go on."""

import textwrap
from collections.abc import Callable, Sequence
from functools import partial

from agent.memory.budget import MOST_RESULT, estimated
from bot.messages import cut
from bot.redact import redact
from prompts.words import say

LONGEST_LINE = 400  # characters
WIDTH = LONGEST_LINE - 8  # of a long line that is parted: it may stand in a list
FENCE = "```"
_count = estimated()


def page(
    head: Sequence[str],
    lines: Sequence[str],
    *,
    rest: Callable[[int], str],
    is_code: bool = False,
    is_part: bool = False,
) -> str:
    """The head, then as many of the lines as fit, secrets hidden.

    Args:
        rest: the last line where it had to be cut: from how many lines were shown, how one goes on.
        is_code: the lines stand in a fence, which nothing in them can end.
        is_part: there are more lines than these.
    """
    shown = [_shown(line) for line in head]
    fence = [FENCE] if is_code else []
    room = MOST_RESULT - _tokens([*shown, *fence, *fence, rest(len(lines))])
    kept: list[str] = []
    for line in lines:
        safe = _shown(line).replace(FENCE, "'''") if is_code else _shown(line)
        room -= _tokens([safe])
        if room < 0:
            break
        kept.append(safe)
    note = [rest(len(kept))] if is_part or len(kept) < len(lines) else []
    return "\n".join([*shown, *fence, *kept, *fence, *note] if lines else shown)


def part(head: Sequence[str], lines: Sequence[str], *, first: int, last: int, is_code: bool = False) -> str:
    """The same of a list whose `first` lines were read before; where it is cut it says from which line it goes on.

    Args:
        lines: from the first on, as many of them as one result may have.
        first: the number of the first one: from 1 on.
        last: how many there are in all.
    """
    rest = partial(_from_line, first=first, last=last)
    return page(head, lines, rest=rest, is_code=is_code, is_part=first - 1 + len(lines) < last)


def _from_line(shown: int, *, first: int, last: int) -> str:
    return say("[cut here: it goes on from line {line} of {last}]", line=first + shown, last=last)


def from_on(
    head: Sequence[str], lines: Sequence[str], start: int, *, most: int | None = None, is_code: bool = False
) -> str:
    """A list that is all at hand, from line `start` on; 0 counts as 1, as models say either for the beginning."""
    first = max(start, 1)
    wanted = lines[first - 1 :]
    return part(head, wanted[:most], first=first, last=len(lines), is_code=is_code)


def lines_of(text: str) -> list[str]:
    """A text in lines that are shown whole; its secrets are hidden before a line is parted."""
    return [piece for line in redact(text).splitlines() for piece in _pieces(line)]


def _pieces(line: str) -> list[str]:
    return [line] if len(line) <= WIDTH else textwrap.wrap(line, WIDTH)


def one_line(text: str, most: int = 200) -> str:
    """A title or name as it stands within a line."""
    return cut(" ".join(text.split()), most)


def _shown(line: str) -> str:
    return redact(cut(line.rstrip(), LONGEST_LINE))


def _tokens(lines: Sequence[str]) -> int:
    return sum(_count(line + "\n") + 1 for line in lines)
