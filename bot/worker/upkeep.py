"""Looks after what runs: renews leases, passes on what others ask, and ends a process whose job does not listen."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot import process
from bot.worker.attempt import Attempt
from bot.worker.ending import Ending
from storage import queue
from storage.database import Database, StorageError
from storage.queue import Job

log = structlog.get_logger()

WATCH_SECONDS = 1.0  # how late a running job hears that it is cancelled
SWEEP_SECONDS = 10.0
LAST_WORDS_SECONDS = 5.0  # to hand the other jobs back before the process ends
DEAF_SECONDS = 10.0  # a body that still runs so long after it was cancelled does not listen
WEDGED = 70  # the exit code; a supervisor starts the process again


@dataclass(eq=False)
class Upkeep:
    """`running` is the worker's own; `exit` ends the process at once."""

    db: Database
    running: Collection[Attempt]
    ending: Ending
    identity: str
    lease: timedelta
    clock: Callable[[], datetime]
    exit: Callable[[int], object]
    deaf_after: float
    _next_sweep: float = field(default=0.0, init=False)
    _next_renewal: float = field(default=0.0, init=False)

    async def run(self) -> None:
        """Go on until cancelled."""
        pause = min(WATCH_SECONDS, self.lease.total_seconds() / 3)
        while True:
            try:
                await self._round(asyncio.get_running_loop().time())
            except StorageError as error:
                log.error("queue cannot be kept", error=str(error)[:200])
            await self._end_for_the_deaf()
            await asyncio.sleep(pause)
            self._listen(pause)

    async def _round(self, now: float) -> None:
        if now >= self._next_sweep:
            await self.sweep()
            self._next_sweep = now + min(SWEEP_SECONDS, self.lease.total_seconds())
        if now >= self._next_renewal:
            await self._renew(now)
            self._next_renewal = now + self.lease.total_seconds() / 3
        await self._pass_on()

    async def sweep(self) -> None:
        """Free the jobs of processes that are gone; whoever waits for one that can run no more is told."""
        now = self.clock()
        async with self.db.write() as tx:
            is_dead = await process.gone(self.db, tx, me=self.identity, now=now)
            for job in await queue.sweep(tx, now=now, is_dead=is_dead):
                log.error("job.dead", **_named(job), crashes=job.crashes + 1)
                await self.ending.on_dead(tx, job)

    async def _renew(self, now: float) -> None:
        held = [attempt for attempt in self.running if attempt.may_hold_its_lease(now)]
        if not held:
            return
        left = {attempt.job.id: timedelta(seconds=attempt.left(now)) for attempt in held}
        async with self.db.write() as tx:
            ours = await queue.renew(
                tx, [attempt.job for attempt in held], now=self.clock(), lease=self.lease, left=left
            )
        kept = {job.id for job in ours}
        for attempt in held:
            if attempt.job.id not in kept:
                attempt.tell("lost")

    async def _pass_on(self) -> None:
        """A cancelled job's body is cancelled; a superseded one finds out before its next effect."""
        untold = {attempt.job.id: attempt for attempt in self.running if attempt.why is None}
        if not untold:
            return
        async with self.db.read() as tx:
            asked = await queue.asked_to_stop(tx, worker=self.identity)
        for job in asked:
            attempt = untold.get(job.id)
            if attempt is None or attempt.job.fence != job.fence:
                continue
            if job.cancel_by is not None:
                attempt.tell("cancelled")
            elif not attempt.is_superseded:
                attempt.is_superseded = True
                log.info("job.superseded", **_named(job), by=job.superseded_by)

    def _listen(self, pause: float) -> None:
        """Count the time in which a cancelled body could have stopped; while this process stood still none could."""
        now = asyncio.get_running_loop().time()
        for attempt in self.running:
            attempt.ignored_for += pause if attempt.is_cancelled(now - pause) else 0.0

    async def _end_for_the_deaf(self) -> None:
        """A body that ignores its cancellation can only be ended with its process; the others' jobs go back."""
        deaf = [attempt for attempt in self.running if attempt.ignored_for >= self.deaf_after and not attempt.is_over]
        if not deaf:
            return
        for attempt in deaf:
            log.critical("job ignores its cancellation, the process ends", **_named(attempt.job))
        try:
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self._last_words(deaf)
        except TimeoutError:
            log.error("the jobs come back when their leases end")
        self.exit(WEDGED)

    async def _last_words(self, deaf: list[Attempt]) -> None:
        others = [attempt for attempt in self.running if attempt not in deaf]
        for attempt in others:
            attempt.tell("drained")
        for attempt in deaf:
            if attempt.why is None:
                limit = f"ran over its time limit of {attempt.kind.time_limit:g} s and ignored its cancellation"
                await self.ending.failed(attempt, TimeoutError(limit))
        if others:
            await asyncio.wait([attempt.task for attempt in others])


def _named(job: Job) -> dict[str, object]:
    return {"job": job.kind, "job_id": job.id, "attempt": job.attempts, "fence": job.fence}
