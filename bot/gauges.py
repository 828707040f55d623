"""What only the database knows (depth, age, dead letters, who lives), looked up at most every five seconds."""

import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from bot import metrics
from bot.llm.accounts import Budgets, Payer, standings
from bot.roles import Part
from bot.stages import PRIORITIES
from storage import backup, gaps, leases, limits, outbox, proposals, receipts, workers, workspace
from storage.database import Database, Tx
from storage.queue.bounds import Pressure, pressure
from storage.queue.load import Load, load
from storage.workers import Process

FRESH_SECONDS = 5.0
LEAST_FREE_MB = 500  # below, what comes in might not be stored
CLOCK = "clock"
UNDER_WAY = timedelta(minutes=1)  # so long a write may take before its outcome is called uncertain


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One look. `free`: bytes on the database's disk, None where the disk is another machine's."""

    at: datetime
    load: Load
    processes: list[Process]
    clock_holder: str | None
    free: int | None
    is_disk_low: bool
    pressure: Pressure

    @property
    def oldest_seconds(self) -> float:
        """How long the oldest job waits that could run."""
        return (self.at - self.load.oldest).total_seconds() if self.load.oldest else 0.0

    @property
    def workers_silent_seconds(self) -> float:
        """Since a process that runs jobs last said that it lives; infinite when there is none."""
        heard = [process.heartbeat_at for process in self.processes if process.does(Part.WORKER)]
        return (self.at - max(heard)).total_seconds() if heard else inf

    @property
    def strain(self) -> str:
        """For /readyz: "ok", or what there is too little or too much of."""
        if self.is_disk_low:
            return "disk"
        return "queue" if self.pressure is Pressure.SHUT else "ok"


async def uncertain(tx: Tx, *, now: datetime) -> int:
    """Writes to Slack and GitHub of which nobody knows yet whether they happened."""
    return await outbox.uncertain(tx) + await receipts.uncertain(tx, before=now - UNDER_WAY)


class Gauges:
    """One process's look at what all share; `me` is its id among the processes at work."""

    def __init__(
        self,
        db: Database,
        *,
        me: str,
        most_jobs: int,
        least_free_mb: int = LEAST_FREE_MB,
        budgets: Budgets | None = None,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.db = db
        self.me = me
        self.most_jobs = most_jobs
        self.least_free = least_free_mb * 1_000_000
        self.budgets = budgets
        self.clock = clock
        self._monotonic = monotonic
        self._turn = asyncio.Lock()
        self._reading: Reading | None = None
        self._read_at = 0.0

    async def reading(self) -> Reading:
        """The last look, or a new one if that is too old.

        Raises:
            StorageError: the database is away.
        """
        async with self._turn:
            now = self._monotonic()
            if self._reading is None or now - self._read_at >= FRESH_SECONDS:
                self._reading = await self._look()
                self._read_at = now
            return self._reading

    async def _look(self) -> Reading:
        now = self.clock()
        async with self.db.read() as tx:
            found = await load(tx, now=now)
            lease = await leases.of(tx, CLOCK)
            processes = await workers.listing(tx)
            waiting, in_doubt = await outbox.backlog(tx), await uncertain(tx, now=now)
            blocked = await limits.blocked(tx, now=now)
            newest = await backup.latest(tx)
            metrics.GAPS_OPEN.set(await gaps.count_open(tx))
            await self._show_agent(tx, now)
        free = shutil.disk_usage(self.db.path.parent).free if self.db.path else None
        reading = Reading(
            at=now,
            load=found,
            processes=processes,
            clock_holder=lease.holder if lease and lease.until > now else None,
            free=free,
            is_disk_low=free is not None and free < self.least_free,
            pressure=pressure(found.waiting, most=self.most_jobs),
        )
        self._show(reading)
        metrics.OUTBOX_PENDING.set(sum(waiting.get(state, 0) for state in outbox.UNFINISHED))
        metrics.EFFECTS_UNCERTAIN.set(in_doubt)
        metrics.BLOCKED.clear()
        for until, name in sorted((one.blocked_until or now, one.name) for one in blocked):  # a service's longest stays
            metrics.BLOCKED.labels(name.partition(":")[0]).set((until - now).total_seconds())
        if newest is not None:
            metrics.BACKUP_AGE.set((now - newest.taken_at).total_seconds())
        metrics.DB_BYTES.set(await self.db.size())
        return reading

    async def _show_agent(self, tx: Tx, now: datetime) -> None:
        """What was asked approval for, and what is left of the day's budget."""
        metrics.PROPOSALS.clear()
        for state, number in (await proposals.counts(tx)).items():
            metrics.PROPOSALS.labels(state).set(number)
        if self.budgets is not None:
            [today] = await standings(tx, await workspace.current(tx), Payer(), self.budgets, now=now)
            metrics.BUDGET_USED.set(today.share)

    def _show(self, reading: Reading) -> None:
        metrics.QUEUE_JOBS.clear()
        for (state, priority), number in reading.load.unfinished.items():
            metrics.QUEUE_JOBS.labels(state, PRIORITIES[priority]).set(number)
        metrics.QUEUE_LIMIT.set(self.most_jobs)
        metrics.QUEUE_OLDEST.set(reading.oldest_seconds)
        metrics.DEAD_LETTERS.clear()
        for kind, number in reading.load.dead.items():
            metrics.DEAD_LETTERS.labels(kind).set(number)
        metrics.HEARTBEAT_AGE.set(reading.workers_silent_seconds)
        metrics.CLOCK_LEADER.set(reading.clock_holder == self.me)
        metrics.DB_POOL.set(self.db.in_use)
        if reading.free is not None:
            metrics.DISK_FREE.set(reading.free)
