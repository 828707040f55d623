"""A worker in a process of its own, with bodies that do harm: `one_worker.py DATABASE NOW`."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.observe import set_up_logs
from bot.process import at_work
from bot.settings import Settings
from bot.worker import Kind, Run, Worker
from storage import settings_kv
from storage.database import Database, Tx, open_database
from storage.queue import Job

LEASE_SECONDS = 2.0


async def deaf(run: Run) -> None:
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue


async def killer(run: Run) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def quick(run: Run) -> None:
    return None


async def slow(run: Run) -> None:
    await asyncio.to_thread(sys.stdin.readline)
    await sign(run, "the other process")


async def blocking(run: Run) -> None:
    async with run.db.write():  # afterwards nobody of this process is in the midst of a transaction
        pass
    sys.stdin.readline()
    await sign(run, "the other process")


async def sign(run: Run, name: str) -> None:
    """Write down who did it, with the acknowledgement."""
    async with run.finishing() as tx:
        await settings_kv.put(tx, "", "done by", name, workspace_id="T1")


KINDS = {
    "deaf": Kind(deaf, time_limit=0.3),
    "killer": Kind(killer),
    "quick": Kind(quick),
    "slow": Kind(slow),
    "block": Kind(blocking),
}


async def on_dead(tx: Tx, job: Job) -> None:
    return None


async def main(where: str, now: str) -> None:
    began, clock_said = time.monotonic(), datetime.fromisoformat(now)

    def clock() -> datetime:
        return clock_said + timedelta(seconds=time.monotonic() - began)

    async with open_database(where) as db, at_work(db, role="worker", version="0", clock=clock) as me:
        await _worker(db, me.id, clock).run()


def _worker(db: Database, identity: str, clock: Callable[[], datetime]) -> Worker:
    return Worker(
        db,
        Settings(_env_file=None, lease_s=LEASE_SECONDS),  # type: ignore[call-arg]  # pydantic-settings takes it
        kinds=KINDS,
        on_dead=on_dead,
        identity=identity,
        clock=clock,
        deaf_after=0.3,
    )


if __name__ == "__main__":
    set_up_logs("info", stream=sys.stderr)
    asyncio.run(main(*sys.argv[1:]))
