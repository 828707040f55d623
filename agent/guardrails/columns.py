"""A table in a fixed font: its cells one below the other, however wide their letters are."""

from collections.abc import Sequence
from unicodedata import east_asian_width


def in_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Its lines; the first row is its head, with a line below it."""
    columns = max(map(len, rows), default=0)
    full = [[*row, *[""] * (columns - len(row))] for row in rows]
    widths = [max(_width(row[at]) for row in full) for at in range(columns)]
    lines = ["  ".join(_padded(row[at], widths[at]) for at in range(columns)).rstrip() for row in full]
    return [*lines[:1], "  ".join("-" * width for width in widths), *lines[1:]]


def _width(text: str) -> int:
    """Columns that a fixed font needs for it."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
