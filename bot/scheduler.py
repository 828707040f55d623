"""The clock: in one elected process, and every tick only enqueues."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.elected import Role
from storage import queue, workspace
from storage.database import Database
from storage.queue import Job

log = structlog.get_logger()

BACKGROUND = 10  # behind everything a person waits for
LATE_SECONDS = 3600  # a tick missed by less than this still counts, once


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A job and when it is due, in UTC."""

    job: str
    hour: int
    minute: int


SCHEDULES = (Schedule(job="prune", hour=3, minute=17),)


class Clock:
    """Ticks while this process holds the role `clock`; a second process waits until it ends."""

    def __init__(self, db: Database, role: Role) -> None:
        self.db = db
        self.role = role
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Keep trying for the role, and tick while it is held."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        for schedule in SCHEDULES:
            trigger = CronTrigger(hour=schedule.hour, minute=schedule.minute, timezone=UTC)
            scheduler.add_job(self.tick, trigger, args=[schedule.job], coalesce=True, misfire_grace_time=LATE_SECONDS)
        await self.role.hold()
        async with self.role.kept():
            scheduler.start()
            try:
                await self._stopping.wait()
            finally:
                scheduler.shutdown(wait=False)

    def stop(self) -> None:
        self._stopping.set()

    async def tick(self, name: str) -> bool:
        """Enqueue one day's run of a job; the same tick twice makes one job. False when it is not ours to make."""
        if not self.role.is_held:
            return False
        now = self.role.clock()
        async with self.db.write() as tx:
            return await queue.enqueue(tx, _job(name, now, await workspace.current(tx)))


def _job(name: str, now: datetime, workspace_id: str) -> Job:
    return Job(
        workspace_id=workspace_id,
        name=name,
        key=f"schedule:{name}",
        dedupe_key=f"schedule:{name}:{now:%Y-%m-%d}",
        priority=BACKGROUND,
        run_at=now,
        created_at=now,
    )
