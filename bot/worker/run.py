"""One attempt of a job, as the function that does it sees it, and what its kind allows."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta

from storage import queue
from storage.database import Database, Tx
from storage.queue import Job


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

    async def got_on(self, tx: Tx) -> None:
        """Say that a long job has stored another part of its work: crashes before that no longer count against it."""
        await queue.got_on(tx, self.job)

    async def is_superseded(self) -> bool:
        """Whether a newer job took this one's place: to be asked before each effect that it would make stale."""
        async with self.db.read() as tx:
            job = await queue.get(tx, self.job.id)
        return job is None or job.superseded_by is not None

    @property
    def key(self) -> str:
        """What the idempotency keys of this job's effects begin with."""
        return f"job:{self.job.id}"


Handler = Callable[[Run], Awaitable[None]]
OnDead = Callable[[Tx, Job], Awaitable[None]]


@dataclass(frozen=True)
class Kind:
    """A kind of job: the function that does it, and what one of them may cost."""

    function: Callable[..., Awaitable[None]]
    _: KW_ONLY
    time_limit: float = 120.0  # seconds of one attempt
    attempts: int | None = None  # None: as many as the settings say
    patience: timedelta = timedelta(hours=24)  # with a service that says "not now"
