"""What an operator does with jobs: look, replay a dead letter, discard it, drop old ones."""

from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import col, select, update

from storage.database import Tx, wake
from storage.queue.jobs import SIGNAL, Job


async def listing(tx: Tx, *, state: str | None = None, limit: int = 50) -> list[Job]:
    """Jobs in one state (or all), newest first."""
    jobs = select(Job).order_by(col(Job.id).desc()).limit(limit)
    return list(await tx.exec(jobs.where(Job.state == state) if state else jobs))


async def counts(tx: Tx) -> dict[str, int]:
    """State -> number of jobs."""
    return dict((await tx.exec(select(Job.state, func.count()).group_by(Job.state))).all())


async def get(tx: Tx, job_id: int) -> Job | None:
    return (await tx.exec(select(Job).where(Job.id == job_id))).first()


async def replay(tx: Tx, job_id: int, *, now: datetime) -> bool:
    """Let a dead letter run again with fresh attempts; its last error stays visible until it succeeds."""
    again = update(Job).where(col(Job.id) == job_id, col(Job.state).in_(("dead", "discarded")))
    wake(tx, SIGNAL)
    return (
        await tx.exec(again.values(state="ready", attempts=0, crashes=0, run_at=now, finished_at=None))
    ).rowcount > 0


async def discard(tx: Tx, job_id: int) -> bool:
    """Take a dead letter off the list; it stays in the table."""
    dropped = update(Job).where(col(Job.id) == job_id, col(Job.state) == "dead")
    return (await tx.exec(dropped.values(state="discarded"))).rowcount > 0


async def prune(tx: Tx, *, before: datetime) -> int:
    """Drop jobs that were done before a moment; dead letters stay."""
    gone = delete(Job).where(col(Job.state).in_(("done", "discarded")), col(Job.finished_at) < before)
    return (await tx.exec(gone)).rowcount
