"""Takes jobs as they become due, as many at a time as the settings say; one place is kept for a person."""

import asyncio
import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from bot.clock import Clock, utc_now
from bot.errors import Ignored
from bot.metrics import INFLIGHT, JOB_SECONDS, LEASE_LOST
from bot.settings import Settings
from bot.worker.attempt import Attempt
from bot.worker.ending import UNKNOWN, Ending
from bot.worker.run import Kind, OnDead, Run
from bot.worker.upkeep import DEAF_SECONDS, Upkeep
from storage import queue
from storage.database import Database, StorageError
from storage.queue import INTERACTIVE, LostLeaseError

log = structlog.get_logger()

POLL_SECONDS = 1.0  # how late a job of another process may be seen
# From the start of one round to the next at least: what is asked for within it is taken in one transaction, and what
# comes after a rest is taken at once. A third of the CPU time under load.
ROUND_SECONDS = 0.025


@dataclass(eq=False)
class Worker:
    """Runs up to `settings.worker_concurrency` jobs at a time; several processes may do so on one database."""

    db: Database
    settings: Settings
    kinds: Mapping[str, Kind]
    on_dead: OnDead
    identity: str
    clock: Clock = utc_now
    jitter: Callable[[], float] = random.random
    exit: Callable[[int], object] = os._exit  # what a body holds that does not listen, nothing else ends
    deaf_after: float = DEAF_SECONDS

    def __post_init__(self) -> None:
        self._running: set[Attempt] = set()
        self._began = 0.0  # the latest round
        self._is_full = False  # that round may have left jobs behind for want of room
        self._stopping = asyncio.Event()
        self._lease = timedelta(seconds=self.settings.lease_s)
        self._ending = Ending(self.db, self.settings.max_attempts, self.on_dead, self.clock, self.jitter)
        self._upkeep = Upkeep(
            self.db,
            self._running,
            self._ending,
            self.identity,
            self._lease,
            clock=self.clock,
            exit=self.exit,
            deaf_after=self.deaf_after,
        )

    async def run(self) -> None:
        """Work until `stop`; then let running jobs finish within the drain time and hand the rest back."""
        async with asyncio.TaskGroup() as tasks:
            upkeep = tasks.create_task(self._upkeep.run())
            while not self._stopping.is_set():
                await self._reserve(tasks)
                await self._rest()
            await self._drain()
            upkeep.cancel()

    def stop(self) -> None:
        """Take no further job."""
        self._stopping.set()
        self.db.signal(queue.SIGNAL).set()

    async def _reserve(self, tasks: asyncio.TaskGroup) -> None:
        self.db.signal(queue.SIGNAL).clear()
        self._began = asyncio.get_running_loop().time()
        room, kept_free = self._room()
        self._is_full = room <= 0
        if self._is_full or self._stopping.is_set():
            return
        try:
            async with self.db.write() as tx:
                jobs = await queue.reserve(
                    tx,
                    worker=self.identity,
                    now=self.clock(),
                    lease=self._lease,
                    limit=room,
                    interactive_only=kept_free,
                )
        except StorageError as error:
            log.error("queue cannot write", error=str(error)[:200])
            return
        self._is_full = len(jobs) >= room - kept_free
        for job in jobs:
            attempt = Attempt(job, self.kinds.get(job.kind, UNKNOWN), asyncio.get_running_loop().time())
            self._running.add(attempt)
            attempt.task = tasks.create_task(self._attempt(attempt))
            attempt.task.add_done_callback(partial(self._ended, attempt))

    def _room(self) -> tuple[int, int]:
        """How many more jobs may run, and how many of these must be a person's: one slot is never another's."""
        slots = self.settings.worker_concurrency
        others = sum(attempt.job.priority != INTERACTIVE for attempt in self._running)
        room = slots - len(self._running)
        for_others = max(slots - 1, 1) - others
        return room, max(room - max(for_others, 0), 0)

    async def _rest(self) -> None:
        """Wait for a commit that made a job, a job that ended, or the poll."""
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self.db.signal(queue.SIGNAL).wait()
        except TimeoutError:
            return
        await asyncio.sleep(self._began + ROUND_SECONDS - asyncio.get_running_loop().time())

    async def _attempt(self, attempt: Attempt) -> None:
        job = attempt.job
        named = structlog.contextvars.bound_contextvars(
            correlation_id=job.correlation_id,
            job=job.kind,
            job_id=job.id,
            delivery_id=job.delivery_id,
            attempt=job.attempts,
            fence=job.fence,
            worker=self.identity,
        )
        with named, INFLIGHT.track_inprogress():
            await self._do(attempt, Run(job, self.db, self.clock))
        JOB_SECONDS.observe(asyncio.get_running_loop().time() - attempt.started, job.kind)

    def _ended(self, attempt: Attempt, _: asyncio.Task[None]) -> None:
        self._running.discard(attempt)
        if self._is_full:
            self.db.signal(queue.SIGNAL).set()

    async def _do(self, attempt: Attempt, run: Run) -> None:
        log.info("job.started")
        try:
            await _within_limit(attempt.kind, run)
        except LostLeaseError as lost:
            LEASE_LOST.inc()
            log.warning("job.lost", error=str(lost))
        except Ignored as ignored:
            attempt.is_over = True
            await self._ending.ignored(attempt, str(ignored))
        except asyncio.CancelledError as cancelled:
            await self._cancelled(attempt, cancelled)
        except Exception as error:  # noqa: BLE001 - the worker is one of the four places that catch
            attempt.is_over = True
            if not run.is_finished:
                await self._ending.failed(attempt, error)
        else:
            log.info("job.done")

    async def _cancelled(self, attempt: Attempt, cancelled: asyncio.CancelledError) -> None:
        attempt.is_over = True
        task = asyncio.current_task()
        if attempt.why is not None:
            await self._ending.stopped(attempt, attempt.why)
        elif task is not None and task.cancelling():  # this process ends at once; others see that it is gone
            raise cancelled
        else:
            await self._ending.failed(attempt, RuntimeError("it cancelled itself"))

    async def _drain(self) -> None:
        if self._running:
            await asyncio.wait([attempt.task for attempt in self._running], timeout=self.settings.drain_s)
        left = list(self._running)
        for attempt in left:
            attempt.tell("drained")
        if left:
            await asyncio.wait([attempt.task for attempt in left])


async def _within_limit(kind: Kind, run: Run) -> None:
    """Do the job and acknowledge it; the time limit cancels for real, so open requests are closed."""
    try:
        async with asyncio.timeout(kind.time_limit) as limit:
            await kind.function(run)
            if not run.is_finished:
                async with run.finishing():
                    pass
    except TimeoutError as error:
        if limit.expired():
            raise TimeoutError(f"ran over its time limit of {kind.time_limit:g} s") from error
        raise
