"""The clock: what is due at a time of day is asked for once, also when nobody was there at that time."""

import asyncio
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import structlog
from apscheduler.triggers.cron import CronTrigger

from bot.clock import utc_now
from bot.due import EVERY, MOST, ask
from bot.elected import Role
from bot.overdue import EVERY as MINUTE
from bot.overdue import put_again
from storage import queue, workspace
from storage.database import Database, StorageError
from storage.queue import Job

log = structlog.get_logger()

LOOK_SECONDS = 1.0
MOVED_SECONDS = 0.1  # where time is moved by hand, somebody waits for what becomes due
TICK = timedelta(microseconds=1)
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]  # by name: cron's Sunday is 0, APScheduler's is 6


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A job and when it is due, in UTC: every week, every day or, without `hour`, every hour.

    `limit`: what was missed for longer than this is not made up for.
    """

    job: str
    minute: int
    hour: int | None = None
    weekday: Weekday | None = None
    limit: timedelta = timedelta(days=1)

    def newest(self, *, after: datetime, until: datetime) -> datetime | None:
        """The last time it was due after one moment and up to another; None when it was not, or too long ago."""
        newest, due = None, self.coming(after=max(after, until - self.limit))
        while due <= until:
            newest, due = due, self.coming(after=due)
        return newest

    def coming(self, *, after: datetime) -> datetime:
        """The next time it is due."""
        trigger = CronTrigger(day_of_week=self.weekday, hour=self.hour, minute=self.minute, timezone=UTC)
        due: datetime | None = trigger.get_next_fire_time(None, after + TICK)
        assert due is not None, "every schedule comes again"
        return due


SCHEDULES = (
    Schedule(job="audit.head", hour=2, minute=37),
    Schedule(job="backup", hour=2, minute=47),
    Schedule(job="prune", hour=3, minute=17),
    Schedule(job="people", hour=3, minute=47),
    Schedule(job="channels", hour=3, minute=57),
    Schedule(job="github.facts", hour=4, minute=7),
    Schedule(job="groups", hour=4, minute=17),
    Schedule(job="reconcile", hour=None, minute=27),
    Schedule(job="digests", hour=None, minute=52),
)


class Clock:
    """Looks what became due while this process holds the role `clock`; a second process waits until it ends.

    Two that both believe to hold it do no harm: a job is known by its schedule and the time it was due.
    """

    def __init__(
        self,
        db: Database,
        role: Role,
        *,
        schedules: Sequence[Schedule] = SCHEDULES,
        held_back: Collection[str] = (),  # kinds of reminders that wait while reminders are off
    ) -> None:
        self.db = db
        self.held_back = held_back
        self.role = role
        is_moved = role.clock is not utc_now
        self.pause, self.every = (MOVED_SECONDS, TICK) if is_moved else (LOOK_SECONDS, EVERY)
        self.schedules = schedules
        self._term: int | None = None
        self._looked_at = self._remind_at = self._again_at = self._next = role.clock()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Keep trying for the role, and look while it is held."""
        await self.role.hold()
        async with self.role.kept():
            while not self._stopping.is_set():
                try:
                    await self.look()
                except StorageError as error:  # what was due stays due
                    log.error("clock cannot write", error=str(error)[:200])
                await self._rest()

    def stop(self) -> None:
        self._stopping.set()

    async def look(self) -> int:
        """Ask for what became due since the last look, each schedule once, and for reminders; how many jobs that made.

        A clock that takes over looks back to when the one before it was there.

        Raises:
            StorageError: the next look asks for it again.
        """
        if self.role.term is None or not (self.role.is_held or await self.role.hold()):
            return 0  # a role whose time ran out while this process slept is asked for anew
        now = self.role.clock()
        if self.role.term != self._term:
            self._term, self._looked_at = self.role.term, self.role.held_before or now
            self._remind_at = self._again_at = now
            self._next = self._looked_at
        return await self._schedule(now) + await self._remind(now) + await self._again(now)

    async def _schedule(self, now: datetime) -> int:
        """Until the next one is due nothing is reckoned: to do so each time would take longer than all else."""
        made = 0
        if not self._looked_at <= now < self._next:
            found = ((schedule, schedule.newest(after=self._looked_at, until=now)) for schedule in self.schedules)
            due = [(schedule, at) for schedule, at in found if at is not None]
            made = await self._put(due, now) if due else 0
            self._next = min(schedule.coming(after=now) for schedule in self.schedules)
        self._looked_at = now
        return made

    async def _remind(self, now: datetime) -> int:
        """Every 15 s, or at once where more was due than one transaction takes."""
        if now < self._remind_at:
            return 0
        made = await ask(self.db, self.role, now=now, besides=self.held_back)
        self._remind_at = now if made == MOST else now + self.every
        return made

    async def _again(self, now: datetime) -> int:
        """Each minute: requests to the agent that nobody works on any more."""
        if now < self._again_at:
            return 0
        self._again_at = now + MINUTE
        return await put_again(self.db, self.role, now=now)

    async def _put(self, due: list[tuple[Schedule, datetime]], now: datetime) -> int:
        async with self.db.write() as tx:
            if not await self.role.is_certain(tx):
                return 0
            workspace_id = await workspace.current(tx)
            jobs = [_job(schedule, at, now, workspace_id) for schedule, at in due]
            return sum([await queue.put(tx, job) is job for job in jobs])

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self.pause):
                await self._stopping.wait()
        except TimeoutError:
            return


def _job(schedule: Schedule, due: datetime, now: datetime, workspace_id: str) -> Job:
    return Job(
        workspace_id=workspace_id,
        kind=schedule.job,
        key=f"schedule:{schedule.job}",
        dedupe_key=f"schedule:{schedule.job}:{due:%Y-%m-%dT%H:%MZ}",
        priority=queue.BULK,
        created_at=now,
        correlation_id=secrets.token_hex(6),
    )
