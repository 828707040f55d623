"""What an operator does with jobs: look, cancel, replay a dead letter, discard it, drop old ones."""

from datetime import datetime

from sqlalchemy import ColumnElement, column, func, select, table, update

from storage.database import Tx, run, wake
from storage.queue.history import note
from storage.queue.jobs import SIGNAL, Job, job_from, jobs
from storage.repositories import Repository

_deliveries = table("deliveries", column("repo_id"), column("correlation_id"))  # storage.inbox imports this package
ENDED_WELL = ("done", "cancelled", "superseded", "discarded")


class RefusedReplayError(Exception):
    """Why a job cannot run again, as the end of "job 7 …"."""


async def listing(
    tx: Tx,
    *,
    state: str | None = None,
    kind: str | None = None,
    key: str | None = None,
    repository: Repository | None = None,
    error: str | None = None,
    since: datetime | None = None,
    limit: int = 50,
) -> list[Job]:
    """The newest jobs, those in one state, of one kind, of one key, with these words in the error, made since then.

    Args:
        repository: only what came of its events, and what was asked for it by name.
    """
    wanted = select(*jobs.c).order_by(jobs.c.id.desc()).limit(limit)
    for known, value in ((jobs.c.state, state), (jobs.c.kind, kind), (jobs.c.key, key)):
        wanted = wanted if value is None else wanted.where(known == value)
    wanted = wanted if repository is None else wanted.where(_concerns(repository))
    wanted = wanted if error is None else wanted.where(_says(error))
    wanted = wanted if since is None else wanted.where(jobs.c.created_at >= since)
    return [job_from(row) for row in await run(tx, wanted)]


async def dead(tx: Tx, *, kind: str | None = None, error: str | None = None, limit: int) -> list[Job]:
    """The first dead letters of a kind, with these words in the error, in the order in which they were put."""
    wanted = select(*jobs.c).where(jobs.c.state == "dead").order_by(jobs.c.seq).limit(limit)
    wanted = wanted if kind is None else wanted.where(jobs.c.kind == kind)
    wanted = wanted if error is None else wanted.where(_says(error))
    return [job_from(row) for row in await run(tx, wanted)]


def _says(error: str) -> ColumnElement[bool]:
    return jobs.c.error_text.icontains(error, autoescape=True)


def _concerns(repository: Repository) -> ColumnElement[bool]:
    """A repository's jobs: those that share a correlation id with one of its deliveries, or have it for a key."""
    told = select(_deliveries.c.correlation_id).where(_deliveries.c.repo_id == repository.github_id)
    own = (f"repo:{repository.id}", f"repo:{repository.full_name}")
    return jobs.c.correlation_id.in_(told) | jobs.c.key.in_(own)


async def counts(tx: Tx) -> dict[str, int]:
    """State -> number of jobs."""
    return {row.state: row.number for row in await run(tx, _COUNTS)}


_COUNTS = select(jobs.c.state, func.count().label("number")).group_by(jobs.c.state)


async def depth(tx: Tx) -> dict[int, int]:
    """Priority -> number of jobs that wait for a worker."""
    return {row.priority: row.number for row in await run(tx, _DEPTH)}


_DEPTH = (
    select(jobs.c.priority, func.count().label("number"))
    .where(jobs.c.finished_at.is_(None), jobs.c.state == "ready")
    .group_by(jobs.c.priority)
)


async def get(tx: Tx, job_id: int) -> Job | None:
    row = (await run(tx, select(*jobs.c).where(jobs.c.id == job_id))).first()
    return None if row is None else job_from(row)


async def cancel(tx: Tx, job_id: int, *, by: str, why: str, now: datetime) -> Job | None:
    """End a job that waits, at once; one that runs is told and ends as soon as it listens.

    Returns:
        The job as it is then; None when there is none, or it has ended already.
    """
    job = await get(tx, job_id)
    if job is None or job.finished_at is not None:
        return None
    job.cancel_by, job.cancel_why = by, why
    if job.state != "running":
        job.state, job.finished_at = "cancelled", now
    await run(
        tx,
        update(jobs)
        .where(jobs.c.id == job_id)
        .values(state=job.state, finished_at=job.finished_at, cancel_by=by, cancel_why=why),
    )
    note(tx, [job], "cancelled" if job.finished_at else "cancelling", now=now, detail=f"{by}: {why}")
    wake(tx, SIGNAL)
    return job


async def refusal(tx: Tx, job: Job | None, *, force: bool = False) -> str | None:
    """Why a job cannot run again, as the end of "job 7 …"; None when it can."""
    if job is None or job.state != "dead":
        what = "does not exist" if job is None else f"is {job.state}"
        return f"{what}; only dead jobs can run again"
    if not force and (newer := await _newer(tx, job)) is not None:
        return f"was superseded by job {newer}"
    return None


async def replay(
    tx: Tx, job_id: int, *, now: datetime, at: datetime | None = None, why: str = "", force: bool = False
) -> Job:
    """Let a dead letter run again with fresh attempts, in its old place; its last error stays until it succeeds.

    Args:
        at: not before this moment, and its key waits for it; left out: at once.
        force: also when a newer job took its place.

    Raises:
        RefusedReplayError: it is no dead letter, or a newer job took its place.
    """
    job = await get(tx, job_id)
    if (refused := await refusal(tx, job, force=force)) is not None:
        raise RefusedReplayError(refused)
    assert job is not None, "what does not exist is refused"
    again = {
        "state": "ready",
        "attempts": 0,
        "crashes": 0,
        "replays": job.replays + 1,
        "not_before": at or now,
        "ready_at": now,
        "finished_at": None,
    }
    await run(tx, update(jobs).where(jobs.c.id == job_id).values(**again))
    note(tx, [job], "replayed", now=now, detail=why)
    wake(tx, SIGNAL)
    return job


async def _newer(tx: Tx, job: Job) -> int | None:
    if job.supersede_key is None:
        return None
    same = jobs.c.supersede_key == job.supersede_key
    later = jobs.c.supersede_version > (job.supersede_version or 0)
    newest: int | None = (await run(tx, select(func.max(jobs.c.id)).where(same, later))).scalar_one()
    return newest


async def discard(tx: Tx, job_id: int, *, now: datetime, why: str = "") -> bool:
    """Take a dead letter off the list; it stays in the table until it is pruned."""
    job = await get(tx, job_id)
    if job is None or job.state != "dead":
        return False
    await run(tx, update(jobs).where(jobs.c.id == job_id).values(state="discarded", finished_at=now))
    note(tx, [job], "discarded", now=now, detail=why)
    return True
