"""Figures for the queue: what fits, how soon a job starts, and that a million finished ones change nothing.

`python bench/queue.py [--url URL] [--quick]`: on a new SQLite file and on a PostgreSQL of its own, with fsync, or on
the empty database that URL names. Latencies run from the commit of `put` to the first line of the job.
"""

import argparse
import asyncio
import logging
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

import structlog
from sqlalchemy import insert

from bench.table import Row, at_least, below, percentile, show
from bot.process import at_work
from bot.settings import Settings
from bot.worker import Kind, Run, Worker
from storage import migrate, queue
from storage.database import Database, open_database
from storage.queue import INTERACTIVE, Job
from storage.queue.jobs import jobs
from tests.postgres import cluster

LEASE = timedelta(minutes=1)
FEW, MANY, QUICK_MANY = 1_000, 1_000_000, 5_000  # finished jobs beside the work
NUMBER, QUICK_NUMBER = 1_000, 50  # jobs put and done
IDLE, QUICK_IDLE = 10.0, 0.5  # seconds
LEFT = 0.8  # of the rate, beside many
BATCH = 10_000  # finished jobs in one transaction while the table is filled
KEYS = 50


def now() -> datetime:
    return datetime.now(UTC)


def job(**given: Any) -> Job:
    return Job(workspace_id="T1", kind="bench", priority=INTERACTIVE, created_at=now(), **given)


async def fill(db: Database, first: int, last: int) -> None:
    """Finished jobs with these numbers."""
    long_ago = now() - timedelta(days=1)
    done = {"state": "done", "finished_at": long_ago, "ready_at": long_ago, "not_before": long_ago}
    like = job().model_dump(exclude={"id"}) | done
    for start in range(first, last + 1, BATCH):
        numbers = range(start, min(start + BATCH, last + 1))
        rows = [
            like | {"seq": n, "key": f"k{n % KEYS}", "dedupe_key": f"f{n}", "correlation_id": f"c{n}"} for n in numbers
        ]
        async with db.write() as tx:
            await (await tx.connection()).execute(insert(jobs), rows)


async def throughput(db: Database, number: int) -> tuple[float, float]:
    """Jobs put, and jobs reserved and finished, in a second: each in a transaction of its own."""
    start = time.perf_counter()
    for place in range(number):
        async with db.write() as tx:
            await queue.put(tx, job(key=f"k{place % KEYS}", dedupe_key=f"{start}:{place}"))
    put = time.perf_counter()
    done = 0
    while done < number:
        async with db.write() as tx:
            taken = await queue.reserve(tx, worker="bench", now=now(), lease=LEASE, limit=8)
        for one in taken:
            async with db.write() as tx:
                await queue.finish(tx, one, now=now())
        done += len(taken)
    return number / (put - start), number / (time.perf_counter() - put)


@asynccontextmanager
async def working(db: Database, body: Callable[[Run], Any]) -> AsyncIterator[None]:
    """A worker of this process."""

    async def told(_: object, __: Job) -> None:
        return None

    async with at_work(db, role="worker", version="bench", clock=now) as process:
        worker = Worker(
            db,
            Settings(_env_file=None),  # type: ignore[call-arg]  # pydantic-settings takes it
            kinds={"bench": Kind(body)},
            on_dead=told,
            identity=process.id,
        )
        running = asyncio.create_task(worker.run())
        try:
            yield
        finally:
            worker.stop()
            await running


async def put_and_wait(db: Database, number: int, started: "asyncio.Queue[float]") -> list[float]:
    """Seconds from the commit to the start of each of some jobs, put one by one while nothing else is to be done."""
    delays = []
    for _ in range(number):
        await asyncio.sleep(0.05)
        async with db.write() as tx:
            await queue.put(tx, job())
        committed = time.monotonic()
        delays.append(await started.get() - committed)
    return delays


async def in_one_process(db: Database, number: int) -> list[float]:
    started: asyncio.Queue[float] = asyncio.Queue()

    async def body(_: Run) -> None:
        started.put_nowait(time.monotonic())

    async with working(db, body):
        return await put_and_wait(db, number, started)


async def between_processes(db: Database, url: str, number: int, *, idle_seconds: float) -> tuple[list[float], float]:
    """The same with the worker in another process; and how much of a core that one takes while nothing happens."""
    command = [sys.executable, __file__, "--url", url, "--work", str(idle_seconds)]
    child = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin
    assert child.stdout
    started: asyncio.Queue[float] = asyncio.Queue()
    await child.stdout.readline()

    async def listen() -> None:
        assert child.stdout
        async for line in child.stdout:
            started.put_nowait(float(line))

    listening = asyncio.create_task(listen())
    delays = await put_and_wait(db, number, started)
    child.stdin.close()  # now it is left alone, and says at its end what that cost
    await child.wait()
    await listening
    return delays, started.get_nowait()


async def work(url: str, *, idle_seconds: float) -> None:
    """The other process: prints when each job starts, and in the end its idle share of a core."""

    async def body(_: Run) -> None:
        print(time.monotonic(), flush=True)

    async with open_database(url) as db, working(db, body):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        before = resource.getrusage(resource.RUSAGE_SELF)
        await asyncio.sleep(idle_seconds)
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(cpu / idle_seconds * 100, flush=True)


async def six_of_a_key(db: Database) -> float:
    """Seconds that six jobs of one key take, 100 ms each."""
    left, done = 6, asyncio.Event()

    async def body(_: Run) -> None:
        nonlocal left
        await asyncio.sleep(0.1)
        left -= 1
        if left == 0:
            done.set()

    async with working(db, body):
        start = time.monotonic()
        async with db.write() as tx:
            await queue.put_all(tx, [job(key="one") for _ in range(left)])
        await done.wait()
        return time.monotonic() - start


async def measure(name: str, db: Database, url: str, *, is_quick: bool) -> list[Row]:
    """All rows of one database."""
    number, many = (QUICK_NUMBER, QUICK_MANY) if is_quick else (NUMBER, MANY)
    await fill(db, 1, FEW)
    put_few, done_few = await throughput(db, number)
    one = await in_one_process(db, number // 5)
    other, idle = await between_processes(db, url, number // 5, idle_seconds=QUICK_IDLE if is_quick else IDLE)
    chain = await six_of_a_key(db)
    async with db.read() as tx:
        first = max(one.seq for one in await queue.listing(tx, limit=1)) + 1
    await fill(db, first, many)
    put_many, done_many = await throughput(db, number)
    rows = [
        Row(f"put/s beside {FEW:,} finished", put_few),
        Row(f"put/s beside {many:,} finished", put_many),
        at_least("put/s, share that is left", put_many / put_few, LEFT),
        Row(f"done/s beside {FEW:,} finished", done_few),
        Row(f"done/s beside {many:,} finished", done_many),
        at_least("done/s, share that is left", done_many / done_few, LEFT),
        Row("put to start, one process, p50 ms", percentile(one, 0.5)),
        below("put to start, one process, p99 ms", percentile(one, 0.99), 50),
        Row("put to start, two processes, p50 ms", percentile(other, 0.5)),
        below("put to start, two processes, p99 ms", percentile(other, 0.99), 150),
        below("six 100 ms jobs of one key, s", chain, 1.2),
        below("idle worker, % of a core", idle, 2),
    ]
    return [replace(row, name=f"{name}: {row.name}") for row in rows]


async def at(name: str, url: str, *, is_quick: bool) -> list[Row]:
    """All rows of the database there."""
    await asyncio.to_thread(migrate.upgrade, url)
    async with open_database(url) as db:
        return await measure(name, db, url, is_quick=is_quick)


def all_rows(url: str | None, *, is_quick: bool) -> list[Row]:
    """Of the database that is named, or of both kinds."""
    if url:
        return asyncio.run(at("the database given", url, is_quick=is_quick))
    with tempfile.TemporaryDirectory(prefix="chargehand-bench-") as folder, cluster(settings=()) as server:
        rows = asyncio.run(at("SQLite", f"sqlite:///{folder}/bench.db", is_quick=is_quick))
        return rows + asyncio.run(at("PostgreSQL", server.url, is_quick=is_quick))


def main() -> None:
    """The command line."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--url", help="an empty database, instead of a new one of each kind")
    options.add_argument("--quick", action="store_true", help="some seconds; the figures mean little")
    options.add_argument("--work", type=float, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.work is not None:
        asyncio.run(work(given.url, idle_seconds=given.work))
        return
    show(all_rows(given.url, is_quick=given.quick))


if __name__ == "__main__":
    main()
