"""Reading a repository's changes page by page misses nothing, wherever it stops and whatever changes meanwhile."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from agent.github.scan import PAGE, Cursor, advance

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
Issues = dict[int, datetime]


def read(issues: Issues, cursor: Cursor) -> list[int]:
    """A page as GitHub lists it: least recently changed first."""
    listed = sorted((at, number) for number, at in issues.items() if at >= cursor.since)
    return [number for _, number in listed[(cursor.page - 1) * PAGE : cursor.page * PAGE]]


def read_all(issues: Issues, random: Random, *, changes: int) -> set[tuple[int, datetime]]:
    """What a scan sees while issues change between its pages."""
    seen: set[tuple[int, datetime]] = set()
    cursor: Cursor | None = Cursor(since=START)
    now = max(issues.values())
    for _ in range(1000):
        if cursor is None:
            return seen
        page = read(issues, cursor)
        seen |= {(number, issues[number]) for number in page}
        cursor = advance(cursor, [issues[number] for number in page])
        if changes and cursor:  # what changes after the end is for the next scan
            changes, now = changes - 1, now + timedelta(seconds=1)
            issues[random.choice(list(issues))] = now
    raise AssertionError("it never ends")


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("moments", [1, 2, 7, 400])
def test_each_change_is_seen(seed: int, moments: int) -> None:
    random = Random(seed)
    issues = {number: START + timedelta(seconds=random.randrange(moments)) for number in range(450)}
    seen = read_all(issues, random, changes=12)
    assert set(issues.items()) <= seen


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE])
def test_it_ends_when_all_changed_at_one_moment(count: int) -> None:
    issues = dict.fromkeys(range(count), START) or {}
    if issues:
        assert len(read_all(issues, Random(0), changes=0)) == count
    else:
        assert advance(Cursor(since=START), []) is None


def test_pages_are_numbered_only_within_one_moment() -> None:
    later = START + timedelta(seconds=1)
    assert advance(Cursor(since=START), [START] * (PAGE - 1) + [later]) == Cursor(since=later)
    assert advance(Cursor(since=START), [later] * PAGE) == Cursor(since=later, page=2)
