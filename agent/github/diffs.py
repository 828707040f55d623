"""Lines of a diff with the numbers they have in their files: pure functions."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.github.pulls import PullFile

MOST_LINES = 50
_HUNK = re.compile(r"@@ -(\d{1,9})(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@")


@dataclass(frozen=True, kw_only=True)
class DiffLine:
    """A line of a hunk; `sign` is +, - or a space, `number` that of the new file, of the old one for what went.

    `hunk` counts the file's, from 1 on.
    """

    path: str
    number: int
    sign: str
    text: str
    hunk: int

    def __str__(self) -> str:
        return f"{self.path}:{self.number}: {self.sign}{self.text}"


def lines_of(file: PullFile) -> Iterator[DiffLine]:
    """Every line of a file's hunks."""
    old = new = count = 0
    for line in (file.patch or "").splitlines():
        if hunk := _HUNK.match(line):
            old, new, count = int(hunk[1]), int(hunk[2]), count + 1
            continue
        sign, text = line[:1] or " ", line[1:]
        if sign not in "+- ":  # "\ No newline at end of file"
            continue
        yield DiffLine(path=file.path, number=old if sign == "-" else new, sign=sign, text=text, hunk=count)
        old, new = old + (sign != "+"), new + (sign != "-")


def numbered(file: PullFile) -> Iterator[str]:
    """A file's hunks as they are read: a gap between two of them."""
    before = 1
    for line in lines_of(file):
        if line.hunk > before:
            yield "    …"
        before = line.hunk
        yield f"{line.number:>5} {line.sign}{line.text}"


def search(files: Iterable[PullFile], words: str) -> list[DiffLine]:
    """The lines in which the words stand as they are, whatever their case; one more than are shown, if there are."""
    wanted, found = words.strip().lower(), list[DiffLine]()
    for file in files:
        for line in lines_of(file):
            if wanted in line.text.lower():
                found.append(line)
                if len(found) > MOST_LINES:
                    return found
    return found
