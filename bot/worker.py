"""Runs jobs: reserves them, keeps their leases alive, retries what failed, buries what cannot succeed."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from bot.errors import Permanent, TryLater
from bot.process import is_dead
from bot.settings import Settings
from storage import queue
from storage.database import Database, StorageError, Tx
from storage.queue import Job, LostLeaseError

log = structlog.get_logger()

POLL_SECONDS = 1.0  # how late a job of another process may be seen
# From the start of one round to the next at least: what is asked for within it is taken in one transaction, and what
# comes after a rest is taken at once. A third of the CPU time under load.
ROUND_SECONDS = 0.025
BACKOFF_SECONDS = (1, 2, 5, 15, 60, 300, 900)


@dataclass
class Run:
    """One attempt of a job."""

    job: Job
    db: Database
    clock: Callable[[], datetime]
    is_finished: bool = field(default=False, init=False)

    @asynccontextmanager
    async def finishing(self) -> AsyncIterator[Tx]:
        """The transaction that does the job's work and acknowledges it: both happen, or neither.

        Raises:
            LostLeaseError: somebody else has the job by now; the work is rolled back.
        """
        async with self.db.write() as tx:
            yield tx
            await queue.finish(tx, self.job, now=self.clock())
        self.is_finished = True

    @property
    def key(self) -> str:
        """What the idempotency keys of this job's effects begin with."""
        return f"job:{self.job.id}"


Handler = Callable[[Run], Awaitable[None]]
OnDead = Callable[[Tx, Job], Awaitable[None]]


def backoff(attempt: int, jitter: float) -> float:
    """Seconds before attempt + 1: growing, spread by +-25 % with jitter in 0..1."""
    return BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS)) - 1] * (0.75 + jitter / 2)


class Worker:
    """Reserves and runs up to `settings.workers` jobs at a time; several processes may do so on one database."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        *,
        handlers: Mapping[str, Handler],
        on_dead: OnDead,
        identity: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.db = db
        self.settings = settings
        self.handlers = handlers
        self.on_dead = on_dead
        self.identity = identity
        self.clock = clock
        self.jitter = jitter
        self._running: dict[tuple[int, int], tuple[Job, asyncio.Task[None]]] = {}  # by id and token
        self._began = 0.0  # the latest round
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop`; then let running jobs finish within the drain time and hand the rest back."""
        async with asyncio.TaskGroup() as tasks:
            upkeep = tasks.create_task(self._keep_leases())
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
        room = self.settings.workers - len(self._running)
        if room <= 0 or self._stopping.is_set():
            return
        try:
            async with self.db.write() as tx:
                jobs = await queue.reserve(tx, worker=self.identity, now=self.clock(), lease=self._lease, limit=room)
        except StorageError as error:
            log.error("queue cannot write", error=str(error)[:200])
            return
        for job in jobs:
            self._running[job.id, job.token] = (job, tasks.create_task(self._attempt(job)))

    async def _rest(self) -> None:
        """Wait for a commit that made a job, a job that ended, or the poll."""
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self.db.signal(queue.SIGNAL).wait()
        except TimeoutError:
            return
        await asyncio.sleep(self._began + ROUND_SECONDS - asyncio.get_running_loop().time())

    async def _attempt(self, job: Job) -> None:
        run = Run(job, self.db, self.clock)
        with structlog.contextvars.bound_contextvars(correlation_id=job.correlation_id, job=job.name):
            try:
                await self.handlers[job.name](run)
                if not run.is_finished:
                    async with run.finishing():
                        pass
            except LostLeaseError as lost:
                log.warning("job taken over", error=str(lost))
            except Exception as error:  # noqa: BLE001 - the worker is one of the four places that catch
                if not run.is_finished:
                    await self._failed(job, error)
            finally:
                self._running.pop((job.id, job.token), None)
                self.db.signal(queue.SIGNAL).set()

    async def _failed(self, job: Job, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}"[:500]
        # Patience is no failure: what Slack or a network asks us to wait for is not given up.
        is_last = job.attempts >= self.settings.max_attempts and not isinstance(error, TryLater)
        is_hopeless = isinstance(error, Permanent) or is_last
        log.warning("job failed", attempt=job.attempts, error=reason, exc_info=not isinstance(error, TryLater))
        try:
            async with self.db.write() as tx:
                if is_hopeless:
                    await queue.bury(tx, job, now=self.clock(), error=reason)
                    await self.on_dead(tx, job)
                else:
                    await queue.retry(tx, job, at=self.clock() + self._delay(job, error), error=reason)
        except LostLeaseError as lost:
            log.warning("job taken over", error=str(lost))
        except StorageError as broken:  # the lease runs out and the job comes back
            log.error("queue cannot write", error=str(broken)[:200])

    def _delay(self, job: Job, error: Exception) -> timedelta:
        asked = error.after if isinstance(error, TryLater) else None
        return timedelta(seconds=backoff(job.attempts, self.jitter()) if asked is None else asked)

    @property
    def _lease(self) -> timedelta:
        return timedelta(seconds=self.settings.lease_seconds)

    async def _keep_leases(self) -> None:
        """Renew what runs, three times a lease; cancel what was lost; return what other processes left behind."""
        while True:
            try:
                await self.sweep()
                await asyncio.sleep(self.settings.lease_seconds / 3)
                await self._renew()
            except StorageError as error:
                log.error("queue cannot write", error=str(error)[:200])
                await asyncio.sleep(POLL_SECONDS)

    async def _renew(self) -> None:
        running = list(self._running.values())
        if not running:
            return
        async with self.db.write() as tx:
            kept = await queue.renew(tx, [job for job, _ in running], until=self.clock() + self._lease)
        for job, task in running:
            if job.id not in kept:
                task.cancel()

    async def sweep(self) -> None:
        """Free jobs whose process is gone; whoever waits for a job that can run no more is told."""
        async with self.db.read() as tx:
            if (await queue.counts(tx)).get("running", 0) == 0:
                return
        async with self.db.write() as tx:
            buried = await queue.sweep(tx, now=self.clock(), is_dead=is_dead)
            for job in buried:
                await self.on_dead(tx, job)
        self.db.signal(queue.SIGNAL).set()

    async def _drain(self) -> None:
        running = [task for _, task in self._running.values()]
        if running:
            await asyncio.wait(running, timeout=self.settings.drain_seconds)
        left = list(self._running.values())
        for job, task in left:
            task.cancel()
            with suppress(LostLeaseError, StorageError):  # it finished after all, or comes back when its lease ends
                async with self.db.write() as tx:
                    await queue.give_back(tx, job)
