"""A log is one JSON object a line, whoever speaks, and holds no secret."""

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot.observe import set_up_logs
from bot.redact import OUR_KEYS, OWN, redact, redact_fields
from tests.logs import captured

log = structlog.get_logger()


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    with captured() as stream:
        yield stream


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_says_what_when_and_for_which_event(out: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(correlation_id="c-1", role="worker"):
        log.info("job.started", job_id=7)
    (line,) = lines(out)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("timestamp"))
    assert line == {"event": "job.started", "level": "info", "correlation_id": "c-1", "role": "worker", "job_id": 7}


@pytest.mark.parametrize("library", ["aiohttp.server", "slack_bolt.App", "sqlalchemy.pool", "githubkit", "asyncio"])
def test_libraries_speak_through_the_same_pipe(out: io.StringIO, library: str) -> None:
    with structlog.contextvars.bound_contextvars(correlation_id="c-1"):
        logging.getLogger(library).error("failed for %s", "password=hunter2")
    (line,) = lines(out)
    assert (line["logger"], line["level"], line["correlation_id"]) == (library, "error", "c-1")
    assert line["event"] == "failed for password=[redacted:secret]"


def test_a_traceback_holds_no_secret(out: io.StringIO) -> None:
    try:
        raise ValueError("refused: Authorization: Bearer a1b2c3d4e5f6")
    except ValueError:
        log.exception("request failed")
        logging.getLogger("aiohttp.server").exception("unhandled")
    for line in lines(out):
        assert "Traceback" in line["exception"]
        assert "a1b2c3d4e5f6" not in json.dumps(line)


def test_what_is_not_worth_a_line_at_this_level_is_none(out: io.StringIO) -> None:
    log.debug("detail")
    logging.getLogger("sqlalchemy.engine").info("SELECT * FROM deliveries")
    assert lines(out) == []


def test_set_up_twice_says_each_thing_once(out: io.StringIO) -> None:
    set_up_logs("info", form="json", stream=out)
    logging.getLogger("aiohttp.server").error("once")
    assert len(lines(out)) == 1


def test_a_console_reads_words(out: io.StringIO) -> None:
    set_up_logs("info", form="console", stream=out)
    log.info("job.started", token="abc")
    assert re.search(r"job\.started\s+token=\[redacted:secret\]$", out.getvalue().strip())


@pytest.mark.parametrize(
    "name",
    [
        *("authorization", "Authorization", "token", "bot_token", "client_secret", "DB_PASSWORD", "Cookie"),
        *("Set-Cookie", "X-Hub-Signature-256", "signature", "api_key", "key", "sentry_dsn"),
    ],
)
def test_a_field_with_a_secrets_name_goes_whatever_it_holds(name: str) -> None:
    for value in ("x", b"x", ["x"], {"a": "x"}):
        assert redact_fields({name: value}) == {name: "[redacted:secret]"}
        assert redact_fields({"headers": {name: value}}) == {"headers": {name: "[redacted:secret]"}}


@pytest.mark.parametrize("name", [*sorted(OUR_KEYS), "input_tokens", "keys", "monkey", "tokens_used", "passwordless"])
def test_a_name_that_only_sounds_like_one_stays(name: str) -> None:
    assert redact_fields({name: "card:1"}) == {name: "card:1"}


def test_our_own_secrets_are_known_by_their_value() -> None:
    OWN.learn(["Tr0ub4dor&3x", "correcthorsebatterystaple", "postgres", "short1"])
    assert redact("it said Tr0ub4dor&3x!") == "it said [redacted:own-secret]!"
    assert redact("/?a=Tr0ub4dor%263x") == "/?a=[redacted:own-secret]"
    assert redact("correcthorsebatterystaple") == "[redacted:own-secret]"
    assert redact("postgres is down, short1") == "postgres is down, short1"
