"""What an operator does with jobs: look, cancel, replay a dead letter, discard it, drop old ones."""

from datetime import datetime

from sqlalchemy import func, select, update

from storage.database import Tx, run, wake
from storage.queue.chosen import ANY, Chosen
from storage.queue.history import note
from storage.queue.jobs import SIGNAL, Job, job_from, jobs

ENDED_WELL = ("done", "cancelled", "superseded", "discarded")


class RefusedReplayError(Exception):
    """Why a job cannot run again, as the end of "job 7 …"."""


async def listing(tx: Tx, chosen: Chosen = ANY, *, state: str | None = None, limit: int = 50) -> list[Job]:
    """The newest of the chosen jobs, or of those in one state."""
    wanted = select(*jobs.c).where(chosen.where).order_by(jobs.c.id.desc()).limit(limit)
    wanted = wanted if state is None else wanted.where(jobs.c.state == state)
    return [job_from(row) for row in await run(tx, wanted)]


async def dead(tx: Tx, chosen: Chosen, *, limit: int) -> list[Job]:
    """The first of the chosen dead letters, in the order in which they were put."""
    wanted = select(*jobs.c).where(jobs.c.state == "dead", chosen.where).order_by(jobs.c.seq).limit(limit)
    return [job_from(row) for row in await run(tx, wanted)]


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


async def _refusal(tx: Tx, job: Job | None, *, force: bool = False) -> str | None:
    """Why a job cannot run again, as the end of "job 7 …"; None when it can."""
    if job is None or job.state != "dead":
        what = "does not exist" if job is None else f"is {job.state}"
        return f"{what}; only dead jobs can run again"
    if not force and (later := await newer(tx, job)) is not None:
        return f"was superseded by job {later}"
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
    if (refused := await _refusal(tx, job, force=force)) is not None:
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


async def newer(tx: Tx, job: Job) -> int | None:
    """The newest job that took the place of this one."""
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
