"""A CODEOWNERS file is read as GitHub reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ownership.codeowners import MOST_BYTES, Line, last, read
from agent.ownership.globs import fits
from bot.errors import UserError

FILE = rb"""
# Everything, unless a later line says more
*               @acme/everyone
*.js            @js-owner     # inline comment
/docs/          docs@example.com @ada
/apps/ @octocat
/apps/github
my\ notes/      @ada
!*.md           @ada
sect[ion]/      @ada
/bad            ada
"""


def test_the_last_line_that_fits_counts() -> None:
    file = read(FILE)
    owners = {path: line.owners if (line := last(file.lines, path)) else None for path in (
        "README", "src/x.js", "docs/x.js", "apps/a", "apps/github/x", "my notes/today",
    )}  # fmt: skip
    assert owners == {
        "README": ("@acme/everyone",),
        "src/x.js": ("@js-owner",),
        "docs/x.js": ("docs@example.com", "@ada"),
        "apps/a": ("@octocat",),
        "apps/github/x": (),  # a line without owners clears
        "my notes/today": ("@ada",),
    }


def test_what_github_ignores_is_named() -> None:
    assert read(FILE).skipped == (
        "line 9: `!` has no meaning in CODEOWNERS",
        "line 10: `[…]` has no meaning in CODEOWNERS",
        "line 11: “ada” is no owner",
    )


@pytest.mark.parametrize("content", [b"x" * (MOST_BYTES + 1), b"\xff\xfe\x00*", b"* @ada\0"])
def test_what_is_no_such_file_is_refused(content: bytes) -> None:
    with pytest.raises(UserError, match="CODEOWNERS"):
        read(content)


PATTERN = st.text("ab*/", min_size=1, max_size=6)


@given(st.lists(st.tuples(PATTERN, st.lists(st.sampled_from(["@ada", "@acme/web", "x@y.z"]), max_size=2))))
def test_a_file_is_the_list_of_its_lines(lines: list[tuple[str, list[str]]]) -> None:
    text = "\n".join(" ".join([pattern, *owners]) for pattern, owners in lines)
    file = read(text.encode())
    assert file.lines == tuple(Line(n, pattern, tuple(owners)) for n, (pattern, owners) in enumerate(lines, start=1))
    for path in ("a", "a/b", "b/a/ab"):
        fitting = [line for line in file.lines if fits(line.pattern, path)]
        assert last(file.lines, path) == (fitting[-1] if fitting else None)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        read(content)
    except UserError:
        return
