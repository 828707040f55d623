"""What the queue asks often finds its rows by an index, however many finished jobs lie beside them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, text
from sqlmodel import select

from storage import queue
from storage.database import Database, Tx
from storage.queue import BULK, INTERACTIVE, Job, JobEvent
from storage.queue.jobs import jobs
from tests.storage.queue.steps import LEASE, NOON, SECOND, job, sweep, take

FINISHED = 20_000  # `python bench/queue.py` does the same among a million
WHOLE_TABLE = ("SCAN jobs", "SCAN other", "SCAN job_events", "Seq Scan on jobs", "Seq Scan on job_events")


def finished(number: int) -> dict[str, Any]:
    one = job(
        key=f"k{number % 50}",
        seq=number,
        state="done",
        not_before=NOON,
        ready_at=NOON,
        finished_at=NOON,
        dedupe_key=f"d{number}",
        correlation_id=f"c{number}",
    )
    return one.model_dump(exclude={"id"})


def done(number: int) -> dict[str, Any]:
    one = JobEvent(workspace_id="T1", job_id=number, stage="done", at=NOON, correlation_id=f"c{number}")
    return one.model_dump(exclude={"id"})


@pytest.fixture
async def full(db: Database) -> Database:
    """Many finished jobs, and a few of each class that wait, with and without a key."""
    async with db.write() as tx:
        connection = await tx.connection()
        numbers = range(1, FINISHED + 1)
        await connection.execute(insert(jobs), [finished(number) for number in numbers])
        await connection.execute(insert(JobEvent), [done(number) for number in numbers])
        waiting = [job(key=f"k{number % 7}" if number % 2 else None, priority=number % 4) for number in range(40)]
        await queue.put_all(tx, [*waiting, *(job(not_before=NOON + SECOND) for _ in range(5))])
        await tx.exec(text("ANALYZE"))
    return db


@contextmanager
def statements(tx_engine: Any) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are executed meanwhile, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        seen.append((statement, parameters[0] if many else parameters))

    event.listen(tx_engine, "before_cursor_execute", note)
    yield seen
    event.remove(tx_engine, "before_cursor_execute", note)


async def work(db: Database) -> None:
    """Everything that happens for each job, and what the sweeper and `trace` ask."""
    later = NOON + timedelta(minutes=5)
    async with db.write() as tx:
        await queue.put(tx, job(dedupe_key="d7"))
        await queue.put(tx, job(dedupe_key="new", priority=INTERACTIVE, supersede_key="pr:7", supersede_version=1))
        await queue.put(tx, job(priority=BULK, supersede_key="pr:7", supersede_version=2))
        await queue.move(tx, "new", not_before=NOON)
    taken = await take(db, now=later, limit=2)
    async with db.write() as tx:
        await queue.renew(tx, taken, now=later, lease=LEASE)
        await queue.asked_to_stop(tx, worker="w1")
        await queue.finish(tx, taken[0], now=later)
        await queue.depth(tx)
        await queue.causes(tx)
        await tx.exec(select(Job.id).where(Job.correlation_id == "c7"))
        await tx.exec(select(JobEvent.id).where(JobEvent.correlation_id == "c7"))
        await queue.history(tx, 7)
    await sweep(db, now=later + LEASE)


async def plan(tx: Tx, statement: str, parameters: Any) -> str:
    connection = await tx.connection()
    explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    rows = await connection.exec_driver_sql(f"{explain} {statement}", parameters)
    return "\n".join(str(row[-1]) for row in rows)


async def test_no_statement_reads_the_whole_table(full: Database) -> None:
    async with full.write() as tx:
        engine = (await tx.connection()).engine.sync_engine
    with statements(engine) as seen:
        await work(full)
    asked = [(statement, given) for statement, given in seen if statement.startswith(("SELECT", "UPDATE", "DELETE"))]
    assert len(asked) > 15
    async with full.write() as tx:
        for statement, given in asked:
            said = await plan(tx, statement, given)
            assert not any(words in said for words in WHOLE_TABLE), f"{statement}\n{said}"
