"""What the queue asks often finds its rows by an index, however many finished jobs lie beside them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlmodel import select

from storage import queue
from storage.database import Database
from storage.queue import BULK, INTERACTIVE, Job, JobEvent
from storage.queue.jobs import jobs
from tests.storage.plans import generic_plans, plan, prepare_from_the_first, statements
from tests.storage.queue.steps import LEASE, NOON, SECOND, job, sweep, take

NUMBERS = range(1, 5_001)  # of the finished jobs
WHOLE_TABLE = ("SCAN jobs", "SCAN other", "SCAN job_events", "Seq Scan on jobs", "Seq Scan on job_events")


def finished() -> list[dict[str, Any]]:
    """Rows of jobs that are done; as each is like the other, only one is made as a job."""
    done = job(state="done", not_before=NOON, ready_at=NOON, finished_at=NOON).model_dump(exclude={"id"})
    own = ({"key": f"k{n % 50}", "seq": n, "dedupe_key": f"d{n}", "correlation_id": f"c{n}"} for n in NUMBERS)
    return [done | row for row in own]


def steps() -> list[dict[str, Any]]:
    """The last step of each."""
    step = JobEvent(workspace_id="T1", job_id=0, stage="done", at=NOON, correlation_id="").model_dump(exclude={"id"})
    return [step | {"job_id": n, "correlation_id": f"c{n}"} for n in NUMBERS]


@pytest.fixture(params=["counted", "not counted yet"])
async def full(db: Database, request: pytest.FixtureRequest) -> Database:
    """Many finished jobs, and a few of each class that wait, with and without a key.

    SQLite never counts them by itself; PostgreSQL does so within minutes, but not at once after `db move`.
    """
    there, record = finished(), steps()
    async with db.write() as tx:
        connection = await tx.connection()
        await connection.execute(insert(jobs), there)
        await connection.execute(insert(JobEvent), record)
        waiting = [job(key=f"k{number % 7}" if number % 2 else None, priority=number % 4) for number in range(40)]
        await queue.put_all(tx, [*waiting, *(job(not_before=NOON + SECOND) for _ in range(5))])
        if request.param == "counted":
            await tx.exec(text("ANALYZE"))
    return db


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


@pytest.mark.parametrize("db", ["postgres"], indirect=True)
async def test_nor_does_one_that_postgres_plans_for_any_parameters(full: Database) -> None:
    """A statement that is asked often gets one plan for all times, which knows nothing of its parameters."""
    await prepare_from_the_first(full)
    await work(full)
    async with full.write() as tx:
        planned = await generic_plans(tx)
    assert len(planned) > 15
    for statement, said in planned:
        assert not any(words in said for words in WHOLE_TABLE), f"{statement}\n{said}"
