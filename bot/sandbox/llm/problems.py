"""What both APIs refuse: a missing field, a bad name of a tool, a call that nobody answered."""

import re
from collections.abc import Iterable, Sequence

from bot.sandbox.llm.asked import Request

TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def missing(body: Request, *names: str) -> str | None:
    """The first of the fields that is not there."""
    return next((name for name in names if not body.get(name)), None)


def misnamed(names: Iterable[str | None]) -> str | None:
    """What is wrong with the tools' names."""
    seen: set[str] = set()
    for name in names:
        if not name or not TOOL_NAME.fullmatch(name):
            return f"{name!r} should match pattern '^{TOOL_NAME.pattern}$'"
        if name in seen:
            return "Tool names must be unique."
        seen.add(name)
    return None


def unanswered(turns: Sequence[tuple[Sequence[str], Sequence[str]]], *, asks: str, answers: str) -> str | None:
    """What is wrong with calls and their results; a turn holds ids that it calls by and ids that it answers."""
    for at, (called, answered) in enumerate(turns):
        following = turns[at + 1][1] if at + 1 < len(turns) else ()
        if lost := [one for one in called if one not in following]:
            return f"messages.{at}: {asks} were found without {answers} immediately after: {', '.join(lost)}"
        before = turns[at - 1][0] if at else ()
        if strange := [one for one in answered if one not in before]:
            return f"messages.{at}: unexpected {answers} for ids that nobody called: {', '.join(strange)}"
    return None
