"""Ownership rules as a table in a file: kind, pattern and team of each, and who gets its tickets first."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from bot.errors import UserError
from prompts.words import say

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 5000
DELIMITERS = ",;\t"
COLUMNS = ("kind", "pattern", "team", "people")
NEEDED = frozenset(COLUMNS[:3])


@dataclass(frozen=True, kw_only=True)
class Line:
    """One rule as it is written; `people` by Slack id or e-mail, separated by blanks."""

    number: int
    kind: str
    pattern: str
    team: str
    people: tuple[str, ...] = ()


def read(raw: bytes) -> list[Line]:
    """The lines of a CSV file with commas, semicolons or tabs, with or without a byte order mark.

    Raises:
        UserError: it is none, is too large, or lacks a column.
    """
    if len(raw) > MOST_BYTES:
        raise UserError(say("The file has {size} MB; at most 2 MB are read.", size=f"{len(raw) / 2**20:.1f}"))
    try:
        text = raw.decode("utf-8-sig")
        lines = list(_lines(text))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(say("That is no CSV file: {error}.", error=error)) from error
    if len(lines) > MOST_ROWS:
        count, most = f"{len(lines):,}", f"{MOST_ROWS:,}"
        raise UserError(say("The file has {count} lines; at most {most} are read.", count=count, most=most))
    return lines


def _lines(text: str) -> Iterator[Line]:
    first = text.partition("\n")[0]
    mark = max(DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    names = [cell.strip().casefold() for cell in next(rows, [])]
    if not set(names) >= NEEDED or not set(names) <= {*COLUMNS}:
        raise UserError(
            say("Line 1: write the columns {columns}, the last only if you like.", columns=", ".join(COLUMNS))
        )
    for cells in rows:
        said = dict(zip(names, (" ".join(cell.split()) for cell in cells), strict=False))
        if any(said.values()):
            named = tuple(said.pop("people", "").split())
            yield Line(number=rows.line_num, people=named, **{name: said.get(name, "") for name in NEEDED})
