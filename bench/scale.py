"""How much more two worker processes do than one: `python bench/scale.py [--quick]`.

On a PostgreSQL of its own, with fsync, and on a SQLite file. Each worker has 8 slots and a process to itself; the
model is a sandbox in this process that answers after 250 ms. The clock runs from the commit of all jobs to the last
one's end.
"""

import argparse
import asyncio
import contextlib
import logging
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

import structlog
from pydantic import SecretStr
from sqlalchemy import select

from bench.table import Row, at_least, show
from bot.limiter import Limiter
from bot.llm import open_model
from bot.llm.port import Ask, user
from bot.process import at_work
from bot.sandbox.llm import LlmSandbox
from bot.settings import Settings
from bot.worker import Kind, Run, Worker
from storage import migrate, queue
from storage.database import Database, open_database, run
from storage.queue import INTERACTIVE, Job
from storage.queue.jobs import BUSY, jobs
from tests.postgres import cluster

GOAL = 1.7
SLOTS = 8
COUNTED = (1, 2, 4)  # processes
THINKS = 0.25  # seconds, the model
ASKS, EMPTY = 320, 1500  # jobs for each process, and all
QUICK_ASKS, QUICK_EMPTY = 8, 16
LOOK_EVERY = 0.02  # seconds
DEADLINE = 30.0  # seconds, of one question
QUESTION = Ask(
    system="Triage this.",
    messages=(user("redis is down"),),
    schema={"type": "object"},
    max_tokens=100,
    deadline=DEADLINE,
)
_LEFT = select(jobs.c.id).where(jobs.c.finished_at.is_(None), jobs.c.state.in_(BUSY)).limit(1)


def now() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


async def put(db: Database, kind: str, number: int) -> None:
    """So many jobs that nothing keeps in order, in one commit."""
    wanted = [Job(workspace_id="T1", kind=kind, priority=INTERACTIVE, created_at=now()) for _ in range(number)]
    async with db.write() as tx:
        await queue.put_all(tx, wanted)


async def rate(db: Database, kind: str, number: int) -> float:
    """Jobs a second."""
    await put(db, kind, number)
    start = time.perf_counter()
    await all_done(db)
    return number / (time.perf_counter() - start)


async def all_done(db: Database) -> None:
    """Wait until every job is done that could be."""
    while True:
        async with db.read() as tx:
            if (await run(tx, _LEFT)).first() is None:
                return
        await asyncio.sleep(LOOK_EVERY)


@asynccontextmanager
async def worker_process(*, url: str, model: str) -> AsyncIterator[None]:
    """One more process at work while inside."""
    command = [sys.executable, __file__, "--work", url, "--model", model]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    assert process.stdin
    assert process.stdout
    try:
        await process.stdout.readline()
        yield
    finally:
        process.stdin.close()  # that ends it
        await process.wait()


async def work(url: str, model_url: str) -> None:
    """One of those processes: works until its stdin ends."""
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings takes it
        anthropic_api_key=SecretStr("sk-ant-bench"),
        anthropic_base_url=model_url,
        llm_concurrency=1000,
        llm_requests_per_minute=1_000_000,
        llm_tokens_per_minute=1_000_000_000,
        workers=SLOTS,
    )

    async def told(_: object, __: Job) -> None:
        return None

    async def nothing(_: Run) -> None:
        return None

    async with (
        open_database(url) as db,
        at_work(db, role="worker", version="bench", clock=now) as process,
        open_model(settings, limiter=Limiter(db, holder=process.id, clock=now), workspace_id="T1") as model,
    ):
        assert model

        async def ask(_: Run) -> None:
            await model.ask(QUESTION)

        kinds = {"ask": Kind(ask), "empty": Kind(nothing)}
        worker = Worker(db, settings, kinds=kinds, on_dead=told, identity=process.id)
        running = asyncio.create_task(worker.run())
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        worker.stop()
        await running


async def measure(name: str, url: str, *, most: int, asks: int, empty: int) -> list[Row]:
    """All rows of one database, with more and more processes, up to so many."""
    await asyncio.to_thread(migrate.upgrade, url)
    asked, emptied = dict[int, float](), dict[int, float]()
    async with LlmSandbox.start() as llm, open_database(url) as db, AsyncExitStack() as at_work_too:
        llm.answer(json={}, delay=THINKS)
        for number in range(1, most + 1):
            await at_work_too.enter_async_context(worker_process(url=url, model=llm.url))
            if number in COUNTED:
                await rate(db, "ask", number * SLOTS)  # warm
                asked[number] = await rate(db, "ask", number * asks)
                emptied[number] = await rate(db, "empty", empty)
    rows = [Row(f"{name}: jobs/s, model in 250 ms, {number} x {SLOTS} slots", one) for number, one in asked.items()]
    rows += [Row(f"{name}: empty jobs/s, {number} x {SLOTS} slots", one) for number, one in emptied.items()]
    gain, title = asked[2] / asked[1], f"{name}: gain of the second process, model in 250 ms"
    rows.append(at_least(title, gain, GOAL) if name == "PostgreSQL" else Row(title, gain))
    if most > 2:
        rows.append(Row(f"{name}: gain of four, model in 250 ms", asked[4] / asked[1]))
    return [*rows, Row(f"{name}: gain of the second process, empty jobs", emptied[2] / emptied[1])]


async def all_rows(*, is_quick: bool) -> list[Row]:
    """Both databases; in the short form the one with a goal."""
    asks, empty = (QUICK_ASKS, QUICK_EMPTY) if is_quick else (ASKS, EMPTY)
    with contextlib.ExitStack() as opened:
        server = opened.enter_context(cluster(settings=()))
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="chargehand-bench-"))
        rows = await measure("PostgreSQL", server.url, most=2 if is_quick else 4, asks=asks, empty=empty)
        if is_quick:
            return rows
        return rows + await measure("SQLite", f"sqlite:///{folder}/bench.db", most=2, asks=asks, empty=empty)


def main() -> None:
    """The command line."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    options: Any = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="some seconds; the figures mean little")
    options.add_argument("--work", help=argparse.SUPPRESS)
    options.add_argument("--model", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.work:
        asyncio.run(work(given.work, given.model))
        return
    show(asyncio.run(all_rows(is_quick=given.quick)))


if __name__ == "__main__":
    main()
