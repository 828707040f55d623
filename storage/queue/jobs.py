"""The life of a job: ready -> running -> done, or back to ready, or dead.

A reservation carries a fencing token that grows with each one: whoever holds an old token (a process that was stopped
and woke up) can change nothing. Jobs with one key run one at a time, in the order they were enqueued.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, bindparam, exists, or_
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import JSON, Field, SQLModel, col, select, update

from storage.columns import Row, UtcTime
from storage.database import Tx, wake

SIGNAL = "jobs"
BUSY = ("ready", "running")
# A job that runs when its process ends is rarely the reason, but the one that is would end each process at its start:
# it comes back at once, then ever later (seconds), so that the others get on, and is a dead letter in the end.
CRASH_PAUSES = (0, 1, 2, 5, 15)
MOST_CRASHES = 20


class LostLeaseError(Exception):
    """The job is somebody else's by now; nothing of this transaction may stand."""


class Job(Row, table=True):
    """`name` is a function of handlers/jobs, `args` are ids. Smaller `priority` first: 0 people, 10 background."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_reserve", "state", "priority", "id"),
        Index("ix_jobs_key", "key", "state", "id"),
        {"sqlite_autoincrement": True},  # effects are keyed by job ids, so a pruned id may never come back
    )

    name: str
    args: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    key: str | None = None
    dedupe_key: str | None = Field(default=None, unique=True)
    priority: int = 0
    state: str = "ready"  # ready, running, done, dead, discarded
    run_at: datetime = Field(sa_type=UtcTime)
    attempts: int = 0
    crashes: int = 0  # attempts that ended with their process; no failures of the job
    token: int = 0
    worker: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcTime)
    last_error: str | None = None
    correlation_id: str = ""
    created_at: datetime = Field(sa_type=UtcTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcTime)


# Built once: these run several times for every report, and to build one costs more than to run it.
_jobs = SQLModel.metadata.tables["jobs"]
_other = _jobs.alias("other")
_blocked = exists().where(
    _other.c.key == _jobs.c.key,
    _other.c.state.in_(BUSY),
    or_(_other.c.id < _jobs.c.id, _other.c.state == "running"),
)
_due = (
    select(_jobs.c.id)
    .where(_jobs.c.state == "ready", _jobs.c.run_at <= bindparam("now"), ~_blocked)
    .order_by(_jobs.c.priority, _jobs.c.id)
    .limit(bindparam("most"))
)
_RESERVE = (
    update(_jobs)
    .where(_jobs.c.id.in_(_due))
    .values(
        state="running",
        worker=bindparam("by"),
        lease_until=bindparam("until"),
        token=_jobs.c.token + 1,
        attempts=_jobs.c.attempts + 1,
    )
    .returning(*_jobs.c)
)
_ENQUEUE = insert(_jobs).on_conflict_do_nothing().returning(_jobs.c.id)
_mine = (_jobs.c.id == bindparam("mine")) & (_jobs.c.token == bindparam("held")) & (_jobs.c.state == "running")
_FINISH = (
    update(_jobs)
    .where(_mine)
    .values(state="done", finished_at=bindparam("now"), last_error=None, worker=None, lease_until=None)
)


async def enqueue_all(tx: Tx, jobs: Sequence[Job]) -> None:
    """Add several jobs at once; those whose dedupe key was used before are left out."""
    wake(tx, SIGNAL)
    await (await tx.connection()).execute(_ENQUEUE, [job.model_dump(exclude={"id"}) for job in jobs])


async def enqueue(tx: Tx, job: Job) -> bool:
    """Add a job to this transaction; False when its dedupe key was used before, even by a finished job."""
    wake(tx, SIGNAL)
    return (await tx.exec(_ENQUEUE, params=job.model_dump(exclude={"id"}))).scalar_one_or_none() is not None


async def reserve(tx: Tx, *, worker: str, now: datetime, lease: timedelta, limit: int) -> list[Job]:
    """Take up to `limit` due jobs, at most one a key, each under a lease and a new token."""
    taken = await tx.exec(_RESERVE, params={"by": worker, "now": now, "until": now + lease, "most": limit})
    jobs = [Job(**row) for row in taken.mappings()]
    return sorted(jobs, key=lambda job: (job.priority, job.id))


async def finish(tx: Tx, job: Job, *, now: datetime) -> None:
    """Acknowledge, in the transaction that holds the job's work.

    Raises:
        LostLeaseError: the lease went to somebody else; let the transaction roll back.
    """
    left = await tx.exec(_FINISH, params={"mine": job.id, "held": job.token, "now": now})
    _was_ours(job, left.rowcount)


async def retry(tx: Tx, job: Job, *, at: datetime, error: str) -> None:
    """Give the job back, to run again at a moment."""
    await _leave(tx, job, state="ready", run_at=at, last_error=error)


async def give_back(tx: Tx, job: Job) -> None:
    """Hand an unfinished job to the next process without counting the attempt."""
    await _leave(tx, job, state="ready", attempts=job.attempts - 1)


async def bury(tx: Tx, job: Job, *, now: datetime, error: str) -> None:
    """A dead letter: kept with its last error until an operator replays or discards it."""
    await _leave(tx, job, state="dead", finished_at=now, last_error=error)


async def _leave(tx: Tx, job: Job, **values: Any) -> None:
    left = update(_jobs).where(_mine).values(worker=None, lease_until=None, **values)
    _was_ours(job, (await tx.exec(left, params={"mine": job.id, "held": job.token})).rowcount)


def _was_ours(job: Job, changed: int) -> None:
    if changed == 0:
        raise LostLeaseError(f"job {job.id} was reserved again since token {job.token}")


async def renew(tx: Tx, jobs: Iterable[Job], *, until: datetime) -> set[int]:
    """Extend leases; the ids that are still ours."""
    kept: set[int] = set()
    for job in jobs:
        mine = (col(Job.id) == job.id) & (col(Job.token) == job.token) & (col(Job.state) == "running")
        if (await tx.exec(update(Job).where(mine).values(lease_until=until))).rowcount:
            kept.add(job.id)
    return kept


async def sweep(tx: Tx, *, now: datetime, is_dead: Callable[[str], bool]) -> list[Job]:
    """Return jobs of vanished workers to the queue and bury those that ended too many processes.

    Returns:
        The buried ones, so that whoever waits for them can be told.
    """
    running = await tx.exec(select(Job).where(Job.state == "running"))
    buried = []
    for job in running:
        if not _is_lost(job, now=now, is_dead=is_dead):
            continue
        if job.crashes + 1 < MOST_CRASHES:
            await _come_back(tx, job, now=now)
        else:
            await bury(tx, job, now=now, error="its process ended each time while it ran")
            buried.append(job)
    return buried


async def _come_back(tx: Tx, job: Job, *, now: datetime) -> None:
    pause = CRASH_PAUSES[min(job.crashes, len(CRASH_PAUSES) - 1)]
    at, error = now + timedelta(seconds=pause), "its process ended while it ran"
    await _leave(
        tx, job, state="ready", run_at=at, last_error=error, attempts=job.attempts - 1, crashes=job.crashes + 1
    )


def _is_lost(job: Job, *, now: datetime, is_dead: Callable[[str], bool]) -> bool:
    return job.lease_until is None or job.lease_until <= now or is_dead(job.worker or "")
