"""Every payload that GitHub has published, and broken versions of them, is read or found lacking, and no more."""

from collections import Counter
from typing import Any

import pytest

from bot.github.parse import parse
from bot.github.payload import (
    AT_ONCE,
    FORM,
    JSON,
    Lacking,
    NotReadable,
    address,
    moment,
    number,
    read,
    shorten,
    text,
)
from handlers.wanted import EVENTS, work_of
from tests.corpus import Example, broken, examples

KNOWN = [one for one in examples() if one.event in EVENTS]


def test_the_whole_corpus_is_read_without_an_exception() -> None:
    for one in examples():
        payload = read(one.body, JSON)
        work_of(one.event, payload, own_login="octocat")
        event = parse(one.event, payload)
        assert (event is not None) == (one.event in EVENTS or one.event == "ping"), one
    assert len(examples()) == 454
    assert len(KNOWN) > 60


def test_a_broken_payload_is_read_or_found_lacking() -> None:
    found = Counter(_read(one) for one in broken(KNOWN, count=2000))
    assert min(found["read"], found["lacking"]) > 100


def _read(one: Example) -> str:
    work_of(one.event, one.payload, own_login="")
    try:
        event = parse(one.event, one.payload)
    except Lacking:
        return "lacking"
    assert event is not None, one
    repr(event).encode()  # what is stored and sent can be encoded
    return "read"


@pytest.mark.parametrize("body", [b"", b"x", b"1", b"[]", b"\xff", b"[" * 100_000, b'{"a":' * 100_000])
@pytest.mark.parametrize("kind", [JSON, FORM])
def test_what_is_no_object_is_not_readable(body: bytes, kind: str) -> None:
    with pytest.raises(NotReadable):
        read(body, kind)


def test_long_lists_are_cut_short_and_all_else_stays() -> None:
    commits = [{"id": number} for number in range(2 * AT_ONCE + 1)]
    payload = {"ref": "main", "commits": list(commits), "head": {"files": list(commits), "parents": [1, 2]}}
    shorten(payload)
    kept = commits[:1]
    assert payload == {"ref": "main", "commits": kept, "head": {"files": kept, "parents": [1, 2]}}
    fits = {"commits": commits[:AT_ONCE]}
    shorten(fits)
    assert fits == {"commits": commits[:AT_ONCE]}


def test_text_can_be_stored_and_numbers_fit_their_column() -> None:
    payload = read(b'{"t": "a\\u0000b\\ud800c", "n": 9223372036854775808, "m": 9223372036854775807, "b": true}', JSON)
    assert text(payload, "t") == "ab?c"
    assert [number(payload, name) for name in "nmb"] == [None, 2**63 - 1, None]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://github.com/acme/shop/issues/7#top", True),
        ("http://127.0.0.1:8080/acme/shop", True),
        ("javascript:alert(1)", False),
        ("https://evil|<!channel>", False),
        ("https://a b", False),
        ("/acme/shop", False),
        (7, False),
    ],
)
def test_only_a_web_address_becomes_a_link(written: Any, kept: bool) -> None:
    assert address({"url": written}, "url") == (written if kept else "")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-03-02T12:00:00Z", "2026-03-02T12:00:00+00:00"),
        ("2026-03-02T14:00:00+02:00", "2026-03-02T12:00:00+00:00"),
        (1772452800, "2026-03-02T12:00:00+00:00"),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        (10**18, None),
        (None, None),
    ],
)
def test_a_time_is_read_in_either_form(written: Any, read_as: str | None) -> None:
    at = moment({"at": written}, "at")
    assert (at.isoformat() if at else None) == read_as
