"""CODEOWNERS patterns mean what GitHub says they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ownership.globs import fits

# The examples of GitHub's own documentation, and what follows from .gitignore.
MEANT = [
    ("*", "a/b/c.py", True),
    ("*.js", "deep/down/app.js", True),
    ("*.js", "deep/down/app.jsx", False),
    ("/build/logs/", "build/logs/today/x.log", True),
    ("/build/logs/", "old/build/logs/x.log", False),
    ("docs/*", "docs/getting-started.md", True),
    ("docs/*", "docs/build-app/troubleshooting.md", False),
    ("/*", "README.md", True),
    ("/*", "src/main.py", False),
    ("apps/", "web/apps/shop/main.py", True),
    ("apps/", "web/apps", False),
    ("/docs/", "docs/a/b.md", True),
    ("/scripts/", "scripts/run.sh", True),
    ("**/logs", "build/logs/x.log", True),
    ("**/logs", "deeply/nested/logs", True),
    ("docs/**", "docs/a/b.md", True),
    ("docs/**", "docs", False),
    ("a/**/z", "a/z", True),
    ("a/**/z", "a/b/c/z/file", True),
    ("services/checkout", "services/checkout/app.py", True),
    ("services/checkout", "old/services/checkout/app.py", False),
    ("services/checkout", "services/checkout2/app.py", False),
    ("file?.md", "x/file1.md", True),
    ("file?.md", "x/file12.md", False),
    ("", "a", False),
    ("/", "a", False),
]


@pytest.mark.parametrize(("pattern", "path", "is_meant"), MEANT)
def test_a_pattern_means_what_github_says(pattern: str, path: str, is_meant: bool) -> None:
    assert fits(pattern, path) is is_meant


def naive(pattern: str, path: str) -> bool:
    """The same by trying every way to read it."""
    is_folder = pattern.endswith("/")
    parts = [part for part in pattern.split("/") if part]
    if not parts:
        return False
    steps = path.split("/")
    starts = [parts] if "/" in pattern.rstrip("/") else [["**", *parts]]
    ends = {end for tried in starts for end in _takes(tried, steps, 0)}
    if is_folder:
        return any(end < len(steps) for end in ends)
    return len(steps) in ends if parts[-1] == "*" else bool(ends)


def _takes(parts: list[str], steps: list[str], at: int) -> set[int]:
    if not parts:
        return {at}
    first, *rest = parts
    if first == "**":
        least = at if rest else at + 1
        return {end for here in range(least, len(steps) + 1) for end in _takes(rest, steps, here)}
    if at < len(steps) and _is(first, steps[at]):
        return _takes(rest, steps, at + 1)
    return set()


def _is(pattern: str, word: str) -> bool:
    if not pattern:
        return not word
    if pattern[0] == "*":
        return any(_is(pattern[1:], word[cut:]) for cut in range(len(word) + 1))
    return bool(word) and pattern[0] in {"?", word[0]} and _is(pattern[1:], word[1:])


SEGMENT = st.text("ab*?", min_size=1, max_size=4).filter(lambda part: "**" not in part) | st.just("**")
PATTERN = st.builds(
    lambda front, parts, end: front + "/".join(parts) + end,
    st.sampled_from(["", "/"]),
    st.lists(SEGMENT, min_size=1, max_size=4),
    st.sampled_from(["", "/"]),
)
PATH = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=5).map("/".join)


@given(PATTERN, PATH)
def test_it_is_what_trying_every_way_finds(pattern: str, path: str) -> None:
    assert fits(pattern, path) == naive(pattern, path)


def test_a_pattern_made_to_be_slow_is_not() -> None:
    assert not fits("/".join(["**", "a*a*a*a*a*b"] * 20), "/".join(["a" * 60] * 60))
