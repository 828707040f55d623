"""A process says that it is not ready as soon as it could not do its job, and asks nobody more often than it must."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlmodel import text

from bot.errors import TryLater
from bot.gauges import FRESH_SECONDS, Gauges
from bot.health import Answer, Health, Probe, Shared
from bot.llm.accounts import KINDS, Budgets, Limit
from bot.metrics import BLOCKED, BUDGET_USED, GAPS_OPEN, LOOP_LAG, PROPOSALS, QUEUE_JOBS
from bot.pulse import BEAT_SECONDS, STUCK_SECONDS, Pulse
from storage import gaps, limits, llm_ledger, queue, workspace
from storage.database import Database, StorageError, open_database
from storage.gaps import ASKED, CHECK, Gap
from storage.llm_ledger import Account, Entry
from storage.people import Person
from storage.proposals import Proposal
from storage.queue import BULK, Job
from tests.files import put_newest

NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def draining() -> list[bool]:
    return [False]


@pytest.fixture
def elapsed() -> list[float]:
    """Monotonic seconds, to be moved."""
    return [0.0]


@pytest.fixture
def gauges(db: Database, elapsed: list[float]) -> Gauges:
    return Gauges(db, me="p1", most_jobs=10, clock=lambda: NOW, monotonic=lambda: elapsed[0])


def health_of(db: Database, gauges: Gauges, draining: list[bool]) -> Health:
    return Health(db, gauges, is_draining=lambda: draining[0])


def words(answers: dict[str, Answer]) -> dict[str, str]:
    return {name: answer.word for name, answer in answers.items()}


async def put(db: Database, number: int) -> None:
    async with db.write() as tx:
        for _ in range(number):
            await queue.put(tx, Job(workspace_id="T1", kind="bench", priority=BULK, created_at=NOW))


async def test_a_process_that_ends_is_not_ready_at_once(db: Database, gauges: Gauges, draining: list[bool]) -> None:
    health = health_of(db, gauges, draining)
    assert words(await health.is_ready()) == {"database": "ok", "accepting": "ok", "pressure": "ok"}
    draining[0] = True
    assert words(await health.is_ready())["accepting"] == "draining"


async def test_a_database_of_another_schema_is_no_database_for_it(
    db: Database, gauges: Gauges, draining: list[bool]
) -> None:
    async with db.write() as tx:
        await (await tx.connection()).execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert words(await health_of(db, gauges, draining).is_ready())["database"] == "schema"


async def test_a_file_that_takes_no_writes_is_no_database_for_it(tmp_path: Path) -> None:
    path = tmp_path / "chargehand.db"
    put_newest(path)
    async with open_database(path) as db:
        async with db.write() as tx:
            await (await tx.connection()).execute(text("PRAGMA query_only = ON"))
        assert await db.check() == "OperationalError"


async def test_a_queue_that_is_far_too_full_is_no_place_for_more(
    db: Database, gauges: Gauges, draining: list[bool], elapsed: list[float]
) -> None:
    health = health_of(db, gauges, draining)
    await put(db, 39)
    assert words(await health.is_ready())["pressure"] == "ok"
    await put(db, 1)
    elapsed[0] += FRESH_SECONDS
    assert words(await health_of(db, gauges, draining).is_ready())["pressure"] == "queue"


async def test_the_database_is_looked_at_every_five_seconds_at_most(
    db: Database, gauges: Gauges, elapsed: list[float]
) -> None:
    await put(db, 1)
    first = await gauges.reading()
    await put(db, 1)
    elapsed[0] += FRESH_SECONDS - 0.1
    assert await gauges.reading() is first
    elapsed[0] += 0.1
    assert (await gauges.reading()).load.waiting == 2
    assert QUEUE_JOBS.labels("ready", "bulk")._value.get() == 2


async def test_a_time_that_nobody_made_up_for_is_an_open_gap(
    db: Database, gauges: Gauges, elapsed: list[float]
) -> None:
    async with db.write() as tx:
        for reason in ("away", "rate", CHECK, ASKED):
            await gaps.note(tx, Gap(workspace_id="T1", source="github", reason=reason, since=NOW, until=NOW))
    await gauges.reading()
    assert GAPS_OPEN._value.get() == 2
    async with db.write() as tx:
        for gap in await gaps.unclosed(tx, "github"):
            gap.closed_at = NOW
    elapsed[0] += FRESH_SECONDS
    await gauges.reading()
    assert GAPS_OPEN._value.get() == 0


async def test_of_a_services_limits_the_one_that_blocks_longest_shows(db: Database, gauges: Gauges) -> None:
    async with db.write() as tx:
        for name, seconds in (("slack:edit", 30), ("slack:post:C1", 5)):
            await limits.block(tx, name, until=NOW + timedelta(seconds=seconds), now=NOW)
    await gauges.reading()
    assert BLOCKED.labels("slack")._value.get() == 30


async def test_many_who_ask_at_once_get_one_answer() -> None:
    asked = count()

    async def check() -> str:
        next(asked)
        await asyncio.sleep(0)
        return "ok"

    shared = Shared(check)
    answers = await asyncio.gather(*(shared.ask() for _ in range(100)))
    assert {answer.word for answer in answers} == {"ok"}
    assert next(asked) == 1


async def test_a_check_that_hangs_or_fails_is_an_answer_too() -> None:
    async def hang() -> str:
        await asyncio.Event().wait()
        return "never"

    async def fail() -> str:
        raise StorageError("postgresql://me:pw@db.internal/x is away")

    hanging = Shared(hang, limit=0.01)
    assert (await hanging.ask()).word == "timeout"
    await hanging.close()
    assert (await Shared(fail).ask()).word == "SQLAlchemyError"


async def test_nobody_waits_for_a_check_that_does_not_let_go() -> None:
    let_go = asyncio.Event()

    async def cling() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            await let_go.wait()
        return "never"

    clinging = Shared(cling, limit=0.01)
    async with asyncio.timeout(20):
        assert [(await clinging.ask()).word for _ in range(2)] == ["timeout"] * 2
    let_go.set()
    await clinging.close()


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (TryLater("over at api.internal"), "TryLater"),
        (TimeoutError("no answer of 10.0.0.7"), "TimeoutError"),
        (StorageError("10.0.0.7 closed the connection"), "SQLAlchemyError"),  # there is no turn without it
    ],
)
async def test_a_probe_names_the_kind_of_error_and_no_host(error: Exception, word: str) -> None:
    outcomes: Iterator[Exception | None] = iter([error, None])
    heard = []

    async def call() -> None:
        if found := next(outcomes):
            raise found

    async def sleep(_: float) -> None:
        heard.append(probe.answer.word)
        if len(heard) == 2:
            raise asyncio.CancelledError

    probe = Probe(call)
    with pytest.raises(asyncio.CancelledError):
        await probe.run(sleep)
    assert heard == [word, "ok"]


async def test_a_loop_that_stands_still_is_noticed() -> None:
    now = [0.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds + STUCK_SECONDS

    pulse = Pulse(clock=lambda: now[0], sleep=sleep)
    assert pulse.is_steady
    await pulse.beat()
    assert now[0] == BEAT_SECONDS + STUCK_SECONDS
    assert (pulse.lag, pulse.is_steady) == (STUCK_SECONDS, False)
    assert LOOP_LAG._value.get() == STUCK_SECONDS


async def test_what_waits_for_approval_and_what_is_left_of_the_day_is_shown(db: Database) -> None:
    async with db.write() as tx:
        await workspace.adopt(tx, "T1")
        ann = Person(workspace_id="T1", slack_id="U1", name="ann", created_at=NOW)
        tx.add(ann)
        await tx.flush()
        wish = {"workspace_id": "T1", "verb": "withdraw", "arguments": {}, "said": "", "needs": "close", "before": {}}
        when = {"after": {}, "asker_id": ann.id, "created_at": NOW, "expires_at": NOW}
        for number, state in enumerate(("open", "open", "denied"), 1):
            tx.add(Proposal(number=number, state=state, **wish, **when))
        today = [Account(llm_ledger.WORKSPACE, "2030-01-31")]
        await llm_ledger.post(tx, "T1", today, Entry(input=150, reserved=100), now=NOW)
    budgets = Budgets(limits={kind: Limit(tokens=1000) for kind in KINDS})
    await Gauges(db, me="p1", most_jobs=10, budgets=budgets, clock=lambda: NOW).reading()
    [shown] = PROPOSALS.collect()
    assert {sample.labels["state"]: sample.value for sample in shown.samples} == {"open": 2, "denied": 1}
    assert BUDGET_USED.collect()[0].samples[0].value == 0.25
