"""Who is gone is seen at once by its file lock, or by its silence; who only stands still is not gone."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from bot.process import at_work, drain, gone
from storage import workers
from storage.database import Database
from storage.workers import SILENT_AFTER
from tests.colleagues import clock_in

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANOTHER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.process import at_work
from storage.database import open_database

async def main():
    async with open_database(Path(sys.argv[1])) as db:
        async with at_work(db, role="worker", version="1", clock=lambda: datetime.fromisoformat(sys.argv[2])) as me:
            print(me.id, flush=True)
            await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


@asynccontextmanager
async def another(db: Database) -> AsyncIterator[tuple[Process, str]]:
    """A process of its own that is at work, and its id."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ANOTHER, str(db.path), NOON.isoformat(), stdin=PIPE, stdout=PIPE
    )
    assert process.stdin
    assert process.stdout
    try:
        yield process, (await process.stdout.readline()).decode().strip()
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
        process.stdin.close()
        await process.communicate()


def locks(db: Database) -> list[str]:
    assert db.path
    return [path.name for path in db.path.parent.glob("*.lock")]


async def are_gone(db: Database, *names: str, now: datetime = NOON) -> list[bool]:
    async with db.write() as tx:
        return [*map(await gone(db, tx, me="me", now=now), names)]


async def at_work_now(db: Database) -> list[str]:
    async with db.read() as tx:
        return [process.id for process in await workers.listing(tx)]


async def test_a_process_is_listed_while_it_works(file: Database) -> None:
    async with at_work(file, role="all", version="1.2.3", clock=lambda: NOON) as me:
        [listed] = await at_work_now(file)
        assert listed == me.id
        assert await are_gone(file, me.id) == [False]
        assert locks(file) == [me.lock]
    assert await at_work_now(file) == []
    assert locks(file) == []
    assert await are_gone(file, me.id) == [True]


async def test_one_that_takes_no_more_work_says_so(file: Database) -> None:
    async with at_work(file, role="all", version="1", clock=lambda: NOON) as me:
        await drain(file, me)
        async with file.read() as tx:
            assert [process.draining for process in await workers.listing(tx)] == [True]


async def test_a_killed_process_is_gone_at_once(file: Database) -> None:
    async with another(file) as (process, name):
        assert await are_gone(file, name) == [False]
        process.kill()
        await process.wait()
        assert await are_gone(file, name) == [True]
    assert await at_work_now(file) == []
    assert locks(file) == []


async def test_a_process_that_stands_still_is_gone_only_when_it_was_silent_for_long(file: Database) -> None:
    async with another(file) as (process, name):
        process.send_signal(signal.SIGSTOP)
        assert await are_gone(file, name, now=NOON + SILENT_AFTER - timedelta(seconds=1)) == [False]
        assert await are_gone(file, name, now=NOON + SILENT_AFTER) == [True]


async def test_without_a_file_only_silence_tells(db: Database) -> None:
    await clock_in(db, "quiet", now=NOON)
    await clock_in(db, "lively", now=NOON + timedelta(seconds=20))
    assert await are_gone(db, "quiet", "lively", now=NOON + timedelta(seconds=29)) == [False, False]
    assert await are_gone(db, "quiet", "lively", now=NOON + timedelta(seconds=30)) == [True, False]
    assert await at_work_now(db) == ["lively"]


async def test_a_clock_that_steps_back_makes_nobody_gone(db: Database) -> None:
    await clock_in(db, "lively", now=NOON)
    assert await are_gone(db, "lively", now=NOON - timedelta(hours=1)) == [False]


async def test_whoever_asks_is_there(db: Database) -> None:
    await clock_in(db, "me", now=NOON)
    assert await are_gone(db, "me", now=NOON + timedelta(hours=1)) == [False]


async def test_one_that_was_given_up_comes_back_with_its_next_heartbeat(db: Database) -> None:
    late = await clock_in(db, "late", now=NOON)
    assert await are_gone(db, "late", now=NOON + timedelta(minutes=1)) == [True]
    async with db.write() as tx:
        await workers.beat(tx, late, now=NOON + timedelta(minutes=1))
    assert await are_gone(db, "late", now=NOON + timedelta(minutes=1)) == [False]
