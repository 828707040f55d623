"""Each job is a span with its waits and attempts in it, whatever becomes of it, and none of them tells a secret."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import stages
from bot.spans import sent_to, trace
from bot.spans.span import Span, heard_by, tell
from storage.database import Database, open_database
from tests.collector import collecting
from tests.files import put_newest
from tests.storage.queue.steps import (
    NOON,
    SECOND,
    bury,
    cancel,
    finish,
    job,
    put,
    replay,
    retry,
    take,
)

Shown = tuple[str, str, str, str, float]


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """On one kind: the queue's own tests see to it that its steps are the same on both."""
    put_newest(tmp_path / "chargehand.db")
    async with open_database(tmp_path / "chargehand.db") as database:
        yield database


@pytest.fixture
def spans(db: Database) -> Iterator[list[Span]]:
    """What is told of the jobs of a database."""
    heard: list[Span] = []
    stages.watch(db)
    with heard_by(heard.append):
        yield heard


def shown(span: Span) -> Shown:
    return span.name, span.place, span.parent, span.problem, span.end - span.start


async def test_a_job_that_is_tried_again(db: Database, spans: list[Span]) -> None:
    await put(db, job(correlation_id="c-1", delivery_id=7))
    [first] = await take(db, now=NOON + SECOND)
    await retry(db, first, at=NOON + 5 * SECOND)
    [second] = await take(db, now=NOON + 8 * SECOND)
    await finish(db, second, now=NOON + 10 * SECOND)
    assert [shown(span) for span in spans] == [
        ("wait", "", "job:1", "", 1),
        ("attempt", "job:1:1", "job:1", "later", 0),
        ("wait", "", "job:1", "", 3),
        ("attempt", "job:1:2", "job:1", "", 2),
        ("job work", "job:1", "arrival", "", 10),
    ]
    assert {span.correlation_id for span in spans} == {"c-1"}


async def test_a_dead_letter_and_its_replay(db: Database, spans: list[Span]) -> None:
    await put(db, job(correlation_id="c-1", parent_id=3))
    await bury(db, *await take(db), error="ValueError: words of a person")
    await replay(db, 1, now=NOON + SECOND)
    await finish(db, *await take(db, now=NOON + SECOND), now=NOON + SECOND)
    assert [shown(span) for span in spans if span.name != "wait"] == [
        ("attempt", "job:1:1", "job:1", "ValueError", 0),
        ("job work", "job:1", "job:3", "ValueError", 0),
        ("attempt", "job:1:2", "job:1", "", 0),
        ("job work", "", "job:1", "", 1),
    ]


async def test_one_that_is_replaced_while_it_runs_ends_once(db: Database, spans: list[Span]) -> None:
    newest = {"supersede_key": "card", "correlation_id": "c-1"}
    await put(db, job(**newest, supersede_version=1))
    [running] = await take(db)
    await put(db, job(**newest, supersede_version=2))
    await finish(db, running, now=NOON + SECOND)
    assert [(span.name, span.facts["outcome"], span.end - span.start) for span in spans[1:]] == [
        ("attempt", "superseded", 1),
        ("job work", "superseded", 1),
    ]


async def test_one_that_never_ran_has_no_attempt(db: Database, spans: list[Span]) -> None:
    await put(db, job(correlation_id="c-1"))
    await cancel(db, 1)
    assert [(span.name, span.parent, span.facts["outcome"]) for span in spans] == [("job work", "", "cancelled")]


@pytest.mark.parametrize(
    ("key", "parent"),
    [("card:1", "arrival"), ("card:1:job:12", "job:12"), ("job:12:apology", "job:12"), ("eyes:C1:job:1x", "arrival")],
)
def test_a_message_belongs_to_the_job_its_key_names(key: str, parent: str) -> None:
    heard: list[Span] = []
    with heard_by(heard.append), trace.effect(target="slack.post", key=key, correlation_id="c-1"):
        pass
    assert [(span.name, span.parent, span.is_call) for span in heard] == [("effect slack.post", parent, True)]


def test_a_call_that_fails_says_how_in_a_word() -> None:
    heard: list[Span] = []
    with (
        heard_by(heard.append),
        pytest.raises(ValueError, match="words of a person"),
        trace.effect(target="slack.post", key="card:1", correlation_id="c-1"),
    ):
        raise ValueError("words of a person")
    assert [span.problem for span in heard] == ["ValueError"]


async def test_what_leaves_is_short_and_holds_no_secret() -> None:
    facts = {"effect_key": "card:1", "target": "xoxb-1234567890-abcdefgh", "long": "x" * 5000, "n": 3}
    span = Span(name="effect", correlation_id="c-1", start=1.0, end=2.0, facts=facts, problem="ghp_" + "a1" * 20)
    async with collecting() as collector:
        async with sent_to(collector.url, worker="w-1", role="all", version="1"):
            tell(span)
        [seen] = collector.spans
    assert seen.facts == {
        "correlation_id": "c-1",
        "effect_key": "card:1",
        "target": "[redacted:slack-token]",
        "long": "x" * 200,
        "n": 3,
    }
    assert seen.problem == "[redacted:github-token]"
    assert timedelta(microseconds=(seen.end - seen.start) / 1000) == SECOND


@pytest.mark.parametrize(
    ("caller", "links"),
    [
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", ["0af7651916cd43dd8448eb211c80319c"]),
        ("00-1-2-01", []),
        ("", []),
    ],
)
async def test_a_callers_own_trace_is_linked(caller: str, links: list[str]) -> None:
    named = {"source": "github", "event": "issues", "dedupe_key": "github:1", "correlation_id": "c-1"}
    async with collecting() as collector:
        async with sent_to(collector.url, worker="w-1", role="all", version="1"):
            trace.arrived(0.5, outcome="stored", caller=caller, **named)
        [seen] = collector.spans
    assert seen.links == links
    assert seen.parent_id == ""
