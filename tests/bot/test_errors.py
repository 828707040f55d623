"""Each class of error, row by row: what is tried again, what waits, what is a dead letter, what is a bug."""

import asyncio
import socket
from datetime import UTC, datetime

import aiohttp
import httpx
import pytest
from sqlalchemy import exc

from bot.errors import (
    FAULTS,
    LONGEST_WAIT,
    ModelError,
    Permanent,
    Refused,
    TryLater,
    Uncertain,
    UserError,
    Verdict,
    classify,
    classify_answer,
)
from bot.slack.client import CallFailed

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EPOCH = int(NOON.timestamp())
PACE = {"Retry-After": "30"}

ERRORS: list[tuple[BaseException, Verdict]] = [
    (ConnectionResetError("reset"), Verdict("transient")),
    (TimeoutError(), Verdict("transient")),
    (socket.gaierror("no such host"), Verdict("transient")),
    (aiohttp.ServerDisconnectedError(), Verdict("transient")),
    (httpx.ConnectError("refused"), Verdict("transient")),
    (exc.OperationalError("SELECT 1", {}, Exception("database is locked")), Verdict("transient")),
    (exc.InterfaceError("SELECT 1", {}, Exception("connection already closed")), Verdict("transient")),
    (exc.InternalError("SELECT 1", {}, Exception("idle in transaction")), Verdict("transient")),
    (exc.TimeoutError("QueuePool limit"), Verdict("transient")),
    (ModelError("model answer was unreadable"), Verdict("transient")),
    (TryLater("Slack: ratelimited", after=30), Verdict("throttled", 30)),
    (TryLater("no turn yet"), Verdict("throttled")),
    (CallFailed("ratelimited", retry_after=7.0), Verdict("throttled", 7.0)),
    (CallFailed("fatal_error", is_uncertain=True), Verdict("transient")),
    (CallFailed("http_409"), Verdict("transient")),
    (CallFailed("channel_not_found", is_final=True), Verdict("permanent")),
    (Permanent("delivery 7 holds no message"), Verdict("permanent")),
    (Uncertain("nobody can look it up"), Verdict("uncertain")),
    (UserError("Which ticket?"), Verdict("permanent")),
    (Refused("Only a manager may."), Verdict("permanent")),
    (ExceptionGroup("tasks", [ConnectionResetError("reset")]), Verdict("transient")),
    (ExceptionGroup("tasks", [ConnectionResetError("reset"), KeyError("k")]), Verdict("bug")),
    (exc.IntegrityError("INSERT", {}, Exception("NOT NULL")), Verdict("bug")),
    (FileNotFoundError("prompt"), Verdict("bug")),
    (KeyError("k"), Verdict("bug")),
    (asyncio.CancelledError(), Verdict("bug")),
]


@pytest.mark.parametrize(("error", "verdict"), ERRORS, ids=lambda value: type(value).__name__)
def test_what_an_error_means(error: BaseException, verdict: Verdict) -> None:
    assert classify(error) == verdict


def test_every_row_of_the_table_is_met_above() -> None:
    met = {f"{kind.__module__}.{kind.__qualname__}" for error, _ in ERRORS for kind in type(error).__mro__}
    assert set(FAULTS) - met == set()


@pytest.mark.parametrize("status", [408, 409, 425, 500, 502, 503, 504, 529])
def test_an_answer_that_may_be_better_next_time(status: int) -> None:
    assert classify_answer(status, {}, now=NOON) == Verdict("transient")
    assert classify_answer(status, PACE, now=NOON) == Verdict("transient", 30)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422, 451])
def test_an_answer_that_will_not_change(status: int) -> None:
    assert classify_answer(status, {"X-RateLimit-Remaining": "4999"}, now=NOON) == Verdict("permanent")


@pytest.mark.parametrize("status", [200, 204, 301])
def test_an_answer_that_is_no_failure_is_a_bug_of_the_caller(status: int) -> None:
    assert classify_answer(status, {}, now=NOON) == Verdict("bug")


@pytest.mark.parametrize(
    ("status", "headers", "text", "after"),
    [
        (429, {}, "", 60),
        (429, {"Retry-After": "2"}, "", 2),
        (429, {"retry-after": " 2 "}, "", 2),
        (429, {"Retry-After": "Mon, 02 Mar 2026 12:01:30 GMT"}, "", 90),
        (429, {"Retry-After": "Mon, 02 Mar 2026 11:00:00 GMT"}, "", 1),
        (429, {"Retry-After": "0"}, "", 1),
        (429, {"Retry-After": "soon"}, "", 60),
        (429, {"Retry-After": "-5"}, "", 60),
        (429, {"Retry-After": "86400"}, "", LONGEST_WAIT),
        (429, {"X-RateLimit-Reset": str(EPOCH + 45)}, "", 45),
        (429, {"Retry-After": "5", "X-RateLimit-Reset": str(EPOCH + 45)}, "", 5),
        (429, {"X-RateLimit-Remaining": "4900", "X-RateLimit-Reset": str(EPOCH + 45)}, "", 60),
        (403, {"Retry-After": "5"}, "", 5),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(EPOCH + 600)}, "", 600),
        (403, {"X-RateLimit-Remaining": "0"}, "", 60),
        (403, {}, "You have exceeded a secondary rate limit. Please wait a few minutes.", 60),
        (403, {}, "You have triggered an abuse detection mechanism.", 60),
    ],
)
def test_not_now_says_how_long(status: int, headers: dict[str, str], text: str, after: float) -> None:
    assert classify_answer(status, headers, now=NOON, text=text) == Verdict("throttled", after)
