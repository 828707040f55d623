"""Of a long log that part which says why it failed: pure functions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

BEFORE = 10  # lines that stand before each error
MOST_LINES = 50  # of them in one result
LONGEST_LINE = 1_000  # characters that are looked at
_STAMP = re.compile(r"^\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z ?")
_COLOUR = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
_MARKER = re.compile(
    r"##\[error\]|::error\b"
    r"|^\s{0,40}(?:E  |error(?:\[\w{1,20}\])?:|Error:|ERROR\b|FAIL(?:ED|URE)?\b|fatal:|panic:|npm ERR!"
    r"|Traceback \(most recent call last\)|[✗✕×] )"
    r"|(?:Error|Exception): |\berror TS\d{1,6}:|: (?:fatal )?error: "
)


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    """Lines of a log; `…` stands where some are left out. `errors`: how many markers the log has."""

    lines: tuple[str, ...]
    errors: int


def read(log: str) -> list[str]:
    """The lines of a log without times, colours and control characters."""
    found = (_COLOUR.sub("", _STAMP.sub("", line[:LONGEST_LINE])) for line in log.splitlines())
    return ["".join(each for each in line if each.isprintable() or each == "\t").rstrip() for line in found]


def failure(lines: Sequence[str]) -> Excerpt:
    """All that stands around the errors, from the first on; where there is none, the end."""
    marks = [at for at, line in enumerate(lines) if _MARKER.search(line)]
    if not marks:
        return Excerpt(lines=tuple(line for line in lines if line)[-BEFORE:], errors=0)
    wanted = sorted({near for at in marks for near in range(max(0, at - BEFORE), at + 1)})
    shown, last = list[str](), wanted[0] - 1
    for at in wanted:
        shown += ["…"] * (at > last + 1)
        shown.append(lines[at].replace("##[error]", ""))
        last = at
    return Excerpt(lines=tuple(shown), errors=len(marks))
