"""A worker whose time stands still until it is moved, and handlers that fail as they are told."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.settings import Settings
from bot.worker import Handler, Kind, Run, Worker
from storage import queue
from storage.database import Database, Tx
from storage.queue import Job
from tests.colleagues import clock_in
from tests.waiting import until

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ME = "me"


@dataclass
class Bench:
    """The database, the time, and what the worker told whom."""

    db: Database
    now: datetime = NOON
    identity: str = ME
    told: list[str] = field(default_factory=list)
    exits: list[int] = field(default_factory=list)
    chance: float = 1.0  # the longest of every wait
    deaf_after: float = 10.0

    @asynccontextmanager
    async def working(self, kinds: Mapping[str, Handler | Kind], **settings: Any) -> AsyncIterator[Worker]:
        await clock_in(self.db, self.identity, now=self.now)
        worker = Worker(
            self.db,
            Settings(_env_file=None, **settings),  # type: ignore[call-arg]  # pydantic-settings takes it
            kinds={name: kind if isinstance(kind, Kind) else Kind(kind) for name, kind in kinds.items()},
            on_dead=self.on_dead,
            identity=self.identity,
            clock=lambda: self.now,
            jitter=lambda: self.chance,
            exit=self.exits.append,
            deaf_after=self.deaf_after,
        )
        task = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            worker.stop()
            await task

    async def on_dead(self, tx: Tx, job: Job) -> None:
        self.told.append(job.kind)

    async def put(self, kind: str = "work", **given: Any) -> int:
        async with self.db.write() as tx:
            return (await queue.put(tx, Job(workspace_id="T1", kind=kind, created_at=self.now, **given))).id

    async def job(self, job_id: int, state: str) -> Job:
        """The job once it is in this state."""

        async def is_so() -> Job | None:
            async with self.db.read() as tx:
                job = await queue.get(tx, job_id)
            return job if job and job.state == state else None

        return await until(is_so)

    async def failed(self, job_id: int, error: str) -> Job:
        """The job once it waits for another attempt after this error."""

        async def is_so() -> Job | None:
            async with self.db.read() as tx:
                job = await queue.get(tx, job_id)
            return job if job and job.state == "ready" and job.error_text == error else None

        return await until(is_so)

    async def stages(self, job_id: int) -> list[str]:
        """What happened to a job, step by step."""
        async with self.db.read() as tx:
            return [event.stage for event in await queue.history(tx, job_id)]

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.db.signal(queue.SIGNAL).set()


@dataclass
class Flaky:
    """A handler that raises these errors in turn, then succeeds."""

    errors: list[Exception]
    runs: int = 0

    async def __call__(self, run: Run) -> None:
        self.runs += 1
        if self.errors:
            raise self.errors.pop(0)


@dataclass
class Endless:
    """A handler that runs until it is cancelled; a deaf one until it is let go."""

    is_deaf: bool = False
    started: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, run: Run) -> None:
        self.started.set()
        while not self.let_go.is_set():
            try:
                await self.let_go.wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                if not self.is_deaf:
                    raise
