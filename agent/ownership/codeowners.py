"""Reads a CODEOWNERS file as GitHub does: the last line that fits a path says whose it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.ownership.globs import fits
from bot.errors import UserError
from prompts.words import say

MOST_BYTES = 3 * 1024 * 1024  # GitHub reads no larger file
LONGEST_PATTERN = 500
_WORD = re.compile(r"(?:\\.|\S)+")
_OWNER = re.compile(r"@[\w.-]+(?:/[\w.-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Line:
    """A pattern and its owners as written; without owners what it fits belongs to nobody."""

    number: int
    pattern: str
    owners: tuple[str, ...]


@dataclass(frozen=True)
class CodeOwners:
    """`skipped` are lines that GitHub ignores too, each with the reason."""

    lines: tuple[Line, ...]
    skipped: tuple[str, ...] = ()


def last(lines: Sequence[Line], path: str) -> Line | None:
    """The last of these lines that fits a path."""
    return next((line for line in reversed(lines) if fits(line.pattern, path)), None)


def read(content: bytes) -> CodeOwners:
    """Parse a file.

    Raises:
        UserError: it is larger than GitHub reads, or no text.
    """
    if len(content) > MOST_BYTES:
        raise UserError(say("That CODEOWNERS file is larger than 3 MB: GitHub does not read it either."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(say("That is no CODEOWNERS file: it is not text in UTF-8.")) from None
    if "\0" in text:
        raise UserError(say("That is no CODEOWNERS file: it is not text."))
    lines, skipped = [], []
    for number, written in enumerate(text.splitlines(), start=1):
        pattern, *owners = _words(written) or [""]
        if problem := _problem(pattern, owners):
            skipped.append(say("line {number}: {problem}", number=number, problem=problem))
        elif pattern:
            lines.append(Line(number, pattern, tuple(owners)))
    return CodeOwners(tuple(lines), tuple(skipped))


def _words(line: str) -> list[str]:
    """The words up to a comment; `\\ ` is a space within a pattern."""
    words = []
    for found in _WORD.finditer(line):
        if found.group().startswith("#"):
            break
        words.append(re.sub(r"\\(.)", r"\1", found.group()))
    return words


def _problem(pattern: str, owners: list[str]) -> str:
    if pattern.startswith("!"):
        return say("`!` has no meaning in CODEOWNERS")
    if "[" in pattern or "]" in pattern:
        return say("`[…]` has no meaning in CODEOWNERS")
    if len(pattern) > LONGEST_PATTERN:
        return say("a pattern of more than {most} characters", most=LONGEST_PATTERN)
    wrong = next((owner for owner in owners if not _OWNER.fullmatch(owner)), None)
    return say("“{wrong}” is no owner", wrong=wrong[:60]) if wrong else ""
