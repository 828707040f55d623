"""What changed between two states of the files, as GitHub lists it of a pull."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice
from typing import Literal


@dataclass(frozen=True)
class Change:
    """One file; `patch` are its hunks, without the two lines that name it."""

    path: str
    status: Literal["added", "removed", "modified"]
    patch: str

    def count(self, sign: str) -> int:
        """How many lines begin with this sign."""
        return sum(line.startswith(sign) for line in self.patch.splitlines())


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """By path, what is not the same."""
    found = []
    for path in sorted({*before, *after}):
        if before.get(path) == after.get(path):
            continue
        status: Literal["added", "removed", "modified"] = (
            "added" if path not in before else "removed" if path not in after else "modified"
        )
        old, new = (tree.get(path, "").splitlines() for tree in (before, after))
        lines = islice(unified_diff(old, new, lineterm=""), 2, None)
        found.append(Change(path, status, "\n".join(lines)))
    return found
