"""What happened to a job, step by step: written with each change of its state, so that `trace` needs no log files."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Field, SQLModel, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx, insert_last, tell
from storage.queue.jobs import Job


class JobEvent(Row, table=True):
    """One step. `stage` is queued, scheduled, reserved, retried, throttled, released, crashed, brought, ignored, done,
    dead, discarded, replayed, cancelling, cancelled, superseded or supersedes; `detail` is the error, the reason, who
    asked, which other job, or what it has found and under which correlation id that goes on."""

    __tablename__ = "job_events"

    job_id: int = Field(index=True)
    stage: str
    at: datetime = Field(sa_type=UtcTime, index=True)
    correlation_id: str = Field(default="", index=True)
    worker_id: str | None = None
    attempt: int = 0
    fence: int = 0
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step that was taken, as it is told once it is committed.

    `event`: what came in that the job is about, by its sender's name; empty for work that no event asks for.
    `waited`: seconds since the job could run; `ran`: since it was reserved, None while nobody has it; `age`: since it
    was put.
    """

    stage: str
    kind: str
    at: datetime
    job_id: int
    event: str
    delivery_id: int | None
    parent_id: int | None
    priority: int
    correlation_id: str
    attempt: int
    fence: int
    replays: int
    waited: float
    ran: float | None
    age: float
    detail: str


_INSERT = insert(SQLModel.metadata.tables["job_events"])


def note(tx: Tx, taken: Collection[Job], stage: str, *, now: datetime | None = None, detail: str = "") -> None:
    """Record one step of each of these jobs (without `now`: their first one), in the transaction that takes it."""
    rows = [
        {
            "workspace_id": job.workspace_id,
            "job_id": job.id,
            "stage": stage,
            "at": now or job.created_at,
            "correlation_id": job.correlation_id,
            "worker_id": job.worker_id,
            "attempt": job.attempts,
            "fence": job.fence,
            "detail": detail,
        }
        for job in taken
    ]
    insert_last(tx, _INSERT, rows)
    for job in taken:
        tell(tx, _step(job, stage, now=now or job.created_at, detail=detail))


def _step(job: Job, stage: str, *, now: datetime, detail: str) -> Step:
    return Step(
        stage=stage,
        kind=job.kind,
        at=now,
        job_id=job.id,
        event=str(job.args.get("event", "")),
        delivery_id=job.delivery_id,
        parent_id=job.parent_id,
        priority=job.priority,
        correlation_id=job.correlation_id,
        attempt=job.attempts,
        fence=job.fence,
        replays=job.replays,
        waited=max((now - max(job.ready_at, job.not_before)).total_seconds(), 0.0),
        ran=max((now - job.started_at).total_seconds(), 0.0) if job.started_at and job.state == "running" else None,
        age=max((now - job.created_at).total_seconds(), 0.0),
        detail=detail,
    )


async def history(tx: Tx, job_id: int) -> list[JobEvent]:
    """The steps of one job, oldest first."""
    return list(await tx.exec(select(JobEvent).where(JobEvent.job_id == job_id).order_by(col(JobEvent.id))))
