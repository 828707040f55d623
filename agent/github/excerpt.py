"""What is read of GitHub fits into what a model or a person takes in: whole lines, and where it was cut one sees it."""

from collections.abc import Callable, Sequence

from agent.memory.budget import MOST_RESULT, estimated
from bot.messages import cut
from bot.redact import redact

LONGEST_LINE = 400  # characters
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


def one_line(text: str, most: int = 200) -> str:
    """A title or name as it stands within a line."""
    return cut(" ".join(text.split()), most)


def _shown(line: str) -> str:
    return redact(cut(line.rstrip(), LONGEST_LINE))


def _tokens(lines: Sequence[str]) -> int:
    return sum(_count(line + "\n") + 1 for line in lines)
