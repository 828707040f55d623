"""Jobs are retried when that may help, buried when it cannot, and handed back when the process has to end."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import text

from bot.errors import Permanent, TryLater
from bot.process import identity
from bot.settings import Settings
from bot.worker import BACKOFF_SECONDS, Handler, Run, Worker, backoff
from storage import queue, settings_kv
from storage.database import Database, Tx
from storage.queue import Job
from storage.queue.jobs import MOST_CRASHES
from tests.waiting import until

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
GONE = identity().rsplit("|", 2)[0] + "|999999999|1"  # a process of this machine that is no more


@dataclass
class Bench:
    """A worker whose time stands still until it is moved."""

    db: Database
    now: datetime = NOON
    told: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def working(self, handlers: Mapping[str, Handler], **settings: Any) -> AsyncIterator[Worker]:
        worker = Worker(
            self.db,
            Settings(_env_file=None, **settings),
            handlers=handlers,
            on_dead=self.on_dead,
            identity=identity(),
            clock=lambda: self.now,
            jitter=lambda: 0.5,
        )
        task = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            worker.stop()
            await task

    async def on_dead(self, tx: Tx, job: Job) -> None:
        self.told.append(job.name)

    async def enqueue(self, name: str = "work", **given: Any) -> int:
        async with self.db.write() as tx:
            await queue.enqueue(tx, Job(workspace_id="T1", name=name, run_at=NOON, created_at=NOON, **given))
            [newest] = await queue.listing(tx, limit=1)
            return newest.id

    async def job(self, job_id: int, state: str) -> Job:
        """The job once it is in this state."""

        async def is_so() -> Job | None:
            async with self.db.read() as tx:
                job = await queue.get(tx, job_id)
            return job if job and job.state == state else None

        return await until(is_so)

    async def failed(self, job_id: int, error: str) -> Job:
        """The job once it waits for another attempt after this error."""

        async def is_so() -> Job | None:
            async with self.db.read() as tx:
                job = await queue.get(tx, job_id)
            return job if job and job.state == "ready" and job.last_error == error else None

        return await until(is_so)

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.db.signal(queue.SIGNAL).set()


@pytest.fixture
def bench(db: Database) -> Bench:
    return Bench(db)


@dataclass
class Flaky:
    """A handler that raises these errors in turn, then succeeds."""

    errors: list[Exception]
    runs: int = 0

    async def __call__(self, run: Run) -> None:
        self.runs += 1
        if self.errors:
            raise self.errors.pop(0)


def test_the_pause_grows_and_is_spread() -> None:
    assert [backoff(attempt, 0.5) for attempt in range(1, 9)] == [*BACKOFF_SECONDS, BACKOFF_SECONDS[-1]]
    assert (backoff(3, 0.0), backoff(3, 1.0)) == (3.75, 6.25)


async def test_a_failed_job_runs_again_after_its_pause(bench: Bench) -> None:
    flaky = Flaky([ValueError("no"), ValueError("not yet")])
    async with bench.working({"work": flaky}):
        number = await bench.enqueue()
        assert (await bench.failed(number, "ValueError: no")).run_at == NOON + timedelta(seconds=1)
        bench.pass_time(1)
        assert (await bench.failed(number, "ValueError: not yet")).run_at == NOON + timedelta(seconds=3)
        bench.pass_time(2)
        assert (await bench.job(number, "done")).attempts == 3
    assert (flaky.runs, bench.told) == (3, [])


async def test_the_last_failure_buries_the_job_and_whoever_waits_is_told(bench: Bench) -> None:
    async with bench.working({"work": Flaky([ValueError("1"), ValueError("2")])}, max_attempts=2):
        number = await bench.enqueue()
        await bench.failed(number, "ValueError: 1")
        bench.pass_time(1)
        assert (await bench.job(number, "dead")).last_error == "ValueError: 2"
    assert bench.told == ["work"]


async def test_what_cannot_succeed_is_buried_at_once(bench: Bench) -> None:
    async with bench.working({"work": Flaky([Permanent("delivery 7 holds no message")])}):
        number = await bench.enqueue()
        assert (await bench.job(number, "dead")).attempts == 1
    assert bench.told == ["work"]


async def test_patience_is_as_long_as_asked_and_never_buries(bench: Bench) -> None:
    errors = [TryLater("Slack: ratelimited", after=30), TryLater("Slack: no answer", after=45)]
    async with bench.working({"work": Flaky([*errors])}, max_attempts=1):
        number = await bench.enqueue()
        assert (await bench.failed(number, "TryLater: Slack: ratelimited")).run_at == NOON + timedelta(seconds=30)
        bench.pass_time(30)
        assert (await bench.failed(number, "TryLater: Slack: no answer")).run_at == NOON + timedelta(seconds=75)
        bench.pass_time(45)
        await bench.job(number, "done")
    assert bench.told == []


async def test_a_job_without_a_handler_is_a_dead_letter_and_stops_nobody(bench: Bench) -> None:
    async with bench.working({"work": Flaky([])}, max_attempts=1):
        unknown, known = await bench.enqueue("unheard of"), await bench.enqueue()
        await bench.job(unknown, "dead")
        await bench.job(known, "done")


async def test_only_so_many_jobs_run_at_a_time(bench: Bench) -> None:
    started, go = [], asyncio.Event()

    async def slow(run: Run) -> None:
        started.append(run.job.id)
        await go.wait()

    async with bench.working({"work": slow}, workers=2):
        numbers = [await bench.enqueue() for _ in range(3)]
        await bench.job(numbers[1], "running")
        assert (await bench.job(numbers[2], "ready")).attempts == 0
        go.set()
        for number in numbers:
            await bench.job(number, "done")
    assert started == numbers


async def test_the_work_of_a_lost_lease_is_rolled_back(bench: Bench) -> None:
    """The process was stopped for longer than its lease; somebody else has the job when it wakes up."""

    async def stopped(run: Run) -> None:
        await take_away(bench.db, run.job.id)
        async with run.finishing() as tx:
            await settings_kv.put(tx, "", "done by", "the stopped one", workspace_id="T1")

    async with bench.working({"work": stopped}):
        number = await bench.enqueue()
        assert (await bench.job(number, "running")).id == number
        taken = await until(lambda: taken_by(bench.db, number, "another"))
        assert taken.token == 2
    async with bench.db.read() as tx:
        assert await settings_kv.get(tx, "", "done by") is None
    assert (await bench.job(number, "running")).worker == "another"


async def take_away(db: Database, job_id: int) -> None:
    async with db.write() as tx:
        await queue.sweep(tx, now=NOON, is_dead=lambda _: True)
        lease = timedelta(days=365 * 100)
        [taken] = await queue.reserve(tx, worker="another", now=NOON, lease=lease, limit=1)
        assert taken.id == job_id


async def taken_by(db: Database, job_id: int, worker: str) -> Job | None:
    async with db.read() as tx:
        job = await queue.get(tx, job_id)
    return job if job and job.worker == worker else None


async def test_a_job_whose_lease_was_lost_is_cancelled(bench: Bench) -> None:
    running, cancelled = asyncio.Event(), asyncio.Event()

    async def endless(run: Run) -> None:
        running.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with bench.working({"work": endless}, lease_seconds=0.5):
        number = await bench.enqueue()
        await running.wait()
        await take_away(bench.db, number)
        async with asyncio.timeout(5):
            await cancelled.wait()
    assert (await bench.job(number, "running")).worker == "another"


async def test_a_stopped_worker_lets_jobs_finish(bench: Bench) -> None:
    running, go = asyncio.Event(), asyncio.Event()

    async def slow(run: Run) -> None:
        running.set()
        await go.wait()

    async with bench.working({"work": slow}) as worker:
        first = await bench.enqueue()
        await running.wait()
        worker.stop()
        second = await bench.enqueue()
        go.set()
        await bench.job(first, "done")
    assert (await bench.job(second, "ready")).token == 0


async def test_what_does_not_finish_in_time_is_handed_back_at_once(bench: Bench) -> None:
    running = asyncio.Event()

    async def endless(run: Run) -> None:
        running.set()
        await asyncio.Event().wait()

    async with bench.working({"work": endless}, drain_seconds=0):
        number = await bench.enqueue()
        await running.wait()
    back = await bench.job(number, "ready")
    assert (back.attempts, back.crashes, back.worker) == (0, 0, None)


async def test_a_disk_that_takes_no_more_does_not_keep_it_from_ending(bench: Bench) -> None:
    running = asyncio.Event()

    async def endless(run: Run) -> None:
        running.set()
        await asyncio.Event().wait()

    async with bench.working({"work": endless}, drain_seconds=0):
        number = await bench.enqueue()
        await running.wait()
        async with bench.db.write() as tx:
            await tx.exec(text("PRAGMA query_only = ON"))
    assert (await bench.job(number, "running")).worker == identity()


async def test_what_a_dead_process_left_runs_when_the_next_one_starts(bench: Bench) -> None:
    number = await bench.enqueue()
    await reserve_as(bench.db, GONE)
    async with bench.working({"work": Flaky([])}):
        done = await bench.job(number, "done")
    assert (done.attempts, done.crashes, bench.told) == (1, 1, [])


async def test_whoever_waits_for_a_job_that_ended_too_many_processes_is_told(bench: Bench) -> None:
    number = await bench.enqueue(crashes=MOST_CRASHES - 1)
    await reserve_as(bench.db, GONE)
    async with bench.working({"work": Flaky([])}):
        await bench.job(number, "dead")
    assert bench.told == ["work"]


async def reserve_as(db: Database, worker: str) -> None:
    async with db.write() as tx:
        await queue.reserve(tx, worker=worker, now=NOON, lease=timedelta(hours=1), limit=1)


async def test_two_workers_on_one_database_share_the_jobs(bench: Bench) -> None:
    ran: list[int] = []

    async def note(run: Run) -> None:
        ran.append(run.job.id)

    other = Bench(Database(bench.db.path))
    async with bench.working({"work": note}), other.working({"work": note}):
        numbers = [await bench.enqueue(key=f"k{place % 5}") for place in range(40)]
        for number in numbers:
            await bench.job(number, "done")
    await other.db.close()
    assert sorted(ran) == numbers
