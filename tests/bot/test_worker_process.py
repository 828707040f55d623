"""A process that is wedged, stopped, blocked or killed holds nothing up and changes nothing afterwards."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.worker import Run
from storage import queue, settings_kv
from storage.queue.lease import MOST_CRASHES
from tests.bot import one_worker
from tests.bot.one_worker import LEASE_SECONDS, sign
from tests.bot.workbench import Bench, Flaky
from tests.process import Script, begun


@dataclass
class Other:
    """The other process, and what it wrote into its log."""

    process: Script
    log: list[str] = field(default_factory=list)

    async def says(self, words: str) -> str:
        """The next line of its log with these words."""
        async with asyncio.timeout(60):
            while line := (await self.process.stderr.readline()).decode():
                self.log.append(line)
                if words in line:
                    return line
        raise AssertionError(f"it never said {words}:\n{''.join(self.log)}")

    async def go_on(self) -> None:
        self.process.stdin.write(b"go\n")
        await self.process.stdin.drain()


@asynccontextmanager
async def other(bench: Bench) -> AsyncIterator[Other]:
    """A worker of its own on the same database."""
    where = str(bench.db.path or bench.db.url)
    process = await begun(Path(one_worker.__file__), where, bench.now.isoformat())
    try:
        yield Other(process)
    finally:
        process.kill()
        await process.communicate()


async def done_by(bench: Bench) -> str | None:
    async with bench.db.read() as tx:
        return await settings_kv.get(tx, "", "done by")


async def mine(run: Run) -> None:
    await sign(run, "me")


async def test_a_process_with_a_deaf_job_says_which_and_ends(bench: Bench) -> None:
    number = await bench.put("deaf")
    async with other(bench) as process:
        line = await process.says("ignores its cancellation")
        assert f'"job_id": {number}' in line
        assert await process.process.wait() == 70
    failed = await bench.failed(number, "TimeoutError: ran over its time limit of 0.3 s and ignored its cancellation")
    assert (failed.attempts, failed.crashes) == (1, 0)


async def test_a_process_that_was_stopped_beyond_its_lease_changes_nothing(bench: Bench) -> None:
    number = await bench.put("slow")
    async with other(bench) as process:
        await process.says("job.started")
        async with bench.db.write() as tx:
            await queue.counts(tx)  # the turn is ours, so it is not stopped in the midst of a transaction of its own
            process.process.send_signal(signal.SIGSTOP)
        bench.pass_time(LEASE_SECONDS * 2)
        async with bench.working({"slow": mine}, lease_s=LEASE_SECONDS):
            done = await bench.job(number, "done")
        await process.go_on()
        process.process.send_signal(signal.SIGCONT)
        await process.says("lost")
    assert (await done_by(bench), await bench.job(number, "done")) == ("me", done)
    assert await bench.stages(number) == ["queued", "reserved", "crashed", "reserved", "done"]


async def test_a_process_whose_loop_is_blocked_changes_nothing(bench: Bench) -> None:
    number = await bench.put("block")
    async with other(bench) as process:
        await process.says("job.started")
        bench.pass_time(LEASE_SECONDS * 2)
        async with bench.working({"block": mine}, lease_s=LEASE_SECONDS):
            done = await bench.job(number, "done")
        await process.go_on()
        await process.says("lost")
    assert (await done_by(bench), await bench.job(number, "done")) == ("me", done)


async def test_a_job_that_kills_its_process_is_dead_after_five_and_its_neighbours_are_done(bench: Bench) -> None:
    poison = await bench.put("killer", key="poison")
    neighbours = []
    for _ in range(MOST_CRASHES):
        neighbours.append(await bench.put("quick", key="other"))
        async with other(bench) as process:
            await process.process.communicate()
        async with bench.db.write() as tx:
            await queue.sweep(tx, now=bench.now, is_dead=lambda _: True)
        bench.pass_time(10)
    dead = await bench.job(poison, "dead")
    assert (dead.error_text, dead.crashes) == ("killed its worker", MOST_CRASHES)
    async with bench.working({"quick": Flaky([])}):
        for number in neighbours:
            await bench.job(number, "done")
