"""Whether a path is one that a CODEOWNERS pattern speaks of: like .gitignore, without `!` and `[]`.

No regular expression is made of what people wrote: each step looks at the pattern's parts from left to right and
keeps the places that are still possible, so that no pattern can take longer than its length times that of the path.
"""

from functools import lru_cache

ANY_DEPTH = "**"


def fits(pattern: str, path: str) -> bool:
    """Whether the pattern means the path itself or a folder that it lies in.

    Args:
        pattern: of CODEOWNERS, `/` at its end for folders alone.
        path: of a file, from the root of the repository, without a leading `/`.
    """
    if not pattern.strip("/"):
        return False
    parts = _parts(pattern)
    steps = path.strip("/").split("/")
    ends = _ends(parts, steps)
    if pattern.endswith("/"):
        return any(end < len(steps) for end in ends)
    # `docs/*` means the files of that folder; anything else also what lies in a folder of that name.
    return len(steps) in ends if parts[-1] == "*" else bool(ends)


@lru_cache(maxsize=4096)
def _parts(pattern: str) -> tuple[str, ...]:
    """The pattern from the root: one without a slash, but for one at its end, may begin at any depth."""
    parts = tuple(part for part in pattern.split("/") if part)
    return parts if "/" in pattern.rstrip("/") else (ANY_DEPTH, *parts)


def _ends(parts: tuple[str, ...], steps: list[str]) -> set[int]:
    """How many steps of the path the whole pattern can take, each number from 1."""
    places = {0}
    for index, part in enumerate(parts):
        if part == ANY_DEPTH:
            least = min(places, default=len(steps)) + (index == len(parts) - 1)  # `docs/**` is what lies in docs
            places = set(range(least, len(steps) + 1))
        else:
            places = {place + 1 for place in places if place < len(steps) and same(part, steps[place])}
    return places


def same(pattern: str, word: str) -> bool:
    """Whether `*` (any letters) and `?` (one letter) can be filled in so that the pattern is the word."""
    at, here = 0, 0
    star, retry = -1, 0  # the last `*`, and where the word goes on behind it
    while here < len(word):
        if at < len(pattern) and pattern[at] == "*":
            star, retry, at = at, here, at + 1
        elif at < len(pattern) and pattern[at] in {"?", word[here]}:
            at, here = at + 1, here + 1
        elif star >= 0:
            at, retry = star + 1, retry + 1
            here = retry
        else:
            return False
    return not pattern[at:].strip("*")
