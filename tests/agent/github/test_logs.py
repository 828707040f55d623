"""Of a log the part around its errors is found, whatever else is in it."""

import pytest

from agent.github import logs


def numbered(count: int) -> list[str]:
    return [f"line {number}" for number in range(1, count + 1)]


def test_times_and_colours_are_no_part_of_a_line() -> None:
    log = "\ufeff2026-03-02T09:00:00.1234567Z \x1b[31mboom\x1b[0m\x07\r\n2026-03-02T09:00:01Z \tok\n"
    assert logs.read(log) == ["boom", "\tok"]


@pytest.mark.parametrize(
    "mark",
    [
        "##[error]Process completed with exit code 1.",
        "E   AssertionError: 1 != 2",
        "FAILED tests/test_cart.py::test_total",
        "src/cart.ts(3,1): error TS2322: wrong",
        "ValueError: no number",
        "fatal: not a git repository",
        "npm ERR! code 1",
        "Traceback (most recent call last):",
        "error[E0308]: mismatched types",
        "main.c:3:1: error: expected ;",
    ],
)
def test_an_error_is_shown_with_the_ten_lines_before_it(mark: str) -> None:
    found = logs.failure([*numbered(30), mark, "after"])
    assert found.lines == (*numbered(30)[20:], mark.replace("##[error]", ""))
    assert found.errors == 1


@pytest.mark.parametrize("line", ["0 errors, 0 failed", "12 passed", "checking error handling", "no failures"])
def test_what_only_sounds_like_one_is_none(line: str) -> None:
    assert logs.failure([line]).errors == 0


def test_without_an_error_the_end_is_shown() -> None:
    assert logs.failure([*numbered(30), ""]).lines == tuple(numbered(30)[20:])
    assert logs.failure([]).lines == ()


def test_errors_far_apart_have_a_gap_and_near_ones_stand_once() -> None:
    lines = numbered(60)
    lines[2] = lines[4] = lines[50] = "Error: boom"
    found = logs.failure(lines)
    assert found.lines == (*lines[:5], "…", *lines[40:51])
    assert found.errors == 3


def test_a_megabyte_without_an_end_of_line_is_read() -> None:
    [line] = logs.read("x" * 1024 * 1024)
    assert len(line) == logs.LONGEST_LINE
