"""People as a table in a file: what is wrong is named with its line, and what is written reads back."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches

from bot.errors import UserError
from prompts.words import say

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 5000
DELIMITERS = ",;\t"
# A spreadsheet runs a cell that begins so; a quote before it keeps it text.
_RUNS = re.compile(r"'*[=+\-@\t\r]")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line about a person; an empty cell says nothing. Several lines may be about one person, a team each."""

    line: int = 0
    slack_id: str = ""
    email: str = ""
    github_login: str = ""
    team: str = ""
    role: str = ""
    capacity: str = ""
    timezone: str = ""
    hours: str = ""
    rotation: str = ""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with a line."""

    line: int
    text: str


COLUMNS = tuple(one.name for one in fields(Entry) if one.name != "line")


def read(raw: bytes) -> tuple[list[Entry], list[Problem]]:
    """The lines of a CSV file with commas, semicolons or tabs, with or without a byte order mark.

    Raises:
        UserError: it is none, is too large, or has a column that means nothing.
    """
    if len(raw) > MOST_BYTES:
        raise UserError(say("The file has {size} MB; at most 2 MB are read.", size=f"{len(raw) / 2**20:.1f}"))
    text = _decoded(raw)
    delimiter, names = _head(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    entries, problems, line = list[Entry](), list[Problem](), 1
    try:
        for cells in rows:
            said = [_plain(cell) for cell in cells]
            if line > 1 and any(said):
                entries += [Entry(line=line, **dict(zip(names, said, strict=False)))]
                problems += _too_many(line, said, names)
            line = rows.line_num + 1
    except csv.Error as error:
        problems.append(Problem(line=line, text=say("this cannot be read: {error}", error=error)))
    if len(entries) > MOST_ROWS:
        raise UserError(
            say(
                "The file has {count} lines; at most {most} are read.",
                count=f"{len(entries):,}",
                most=f"{MOST_ROWS:,}",
            )
        )
    return entries, problems


def write(entries: Iterable[Entry]) -> str:
    """The file of these lines."""
    file = io.StringIO(newline="")
    out = csv.writer(file, lineterminator="\n")
    out.writerow(COLUMNS)
    for entry in entries:
        said = asdict(entry)
        out.writerow([_guarded(said[name]) for name in COLUMNS])
    return file.getvalue()


def _decoded(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(say("That is no CSV file: byte {place} is no text in UTF-8.", place=error.start + 1)) from error
    if "\0" in text:
        raise UserError(say("That is no CSV file: it holds bytes that no text has."))
    return text


def _head(text: str) -> tuple[str, list[str]]:
    """What separates the cells, and the columns of the first line."""
    first = text.partition("\n")[0].strip("\r")
    named = {mark: [_plain(cell).casefold() for cell in _split(first, mark)] for mark in DELIMITERS}
    mark = max(DELIMITERS, key=lambda mark: sum(name in COLUMNS for name in named[mark]))
    names = named[mark]
    for name in names:
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, n=1) or COLUMNS
            raise UserError(
                say("Line 1: “{name}” is no column. There is {columns}.", name=name[:40], columns=", ".join(near))
            )
    if len(set(names)) < len(names):
        raise UserError(say("Line 1: a column stands there twice."))
    if not {"slack_id", "email", "github_login"} & set(names):
        raise UserError(say("Line 1: it needs one of the columns slack_id, email and github_login."))
    return mark, names


def _split(line: str, mark: str) -> list[str]:
    return next(csv.reader([line], delimiter=mark), [])


def _too_many(line: int, said: Sequence[str], names: Sequence[str]) -> list[Problem]:
    if len(said) <= len(names):
        return []
    text = say("it has {cells} cells, and there are {columns} columns", cells=len(said), columns=len(names))
    return [Problem(line=line, text=text)]


def _plain(cell: str) -> str:
    text = " ".join(cell.split())
    return text[1:] if text.startswith("'") and _RUNS.match(text[1:]) else text


def _guarded(cell: str) -> str:
    return f"'{cell}" if _RUNS.match(cell) else cell
