"""One piece of durable work: what is to be done, its place in the order, who has it now, and how it went.

scheduled -> ready -> running -> done, or back to ready, or dead (replayed or discarded by an operator);
cancelled and superseded are ends as well. docs/queue.md tells the whole of it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import JSON, Field, SQLModel

from storage.columns import Row, UtcTime, where

SIGNAL = "jobs"
INTERACTIVE, EVENT, DERIVED, BULK = range(4)  # priorities; between keys the smaller one goes first
BUSY = ("ready", "running")  # in the order of their key
UNFINISHED = ("scheduled", *BUSY)


# What runs often looks at unfinished jobs alone: their indexes stay small beside a million finished ones.
_UNFINISHED_ONLY = where("finished_at IS NULL")


class LostLeaseError(Exception):
    """The job is somebody else's by now; nothing of this transaction may stand."""


class Job(Row, table=True):
    """`kind` is a function of handlers/jobs, `args` are ids: at most 16 kB of JSON, in the form that `version` names.

    Whoever puts a job gives kind, args, created_at and, where they matter, key, priority, not_before, dedupe_key,
    supersede_key with its version, max_attempts, deadline and the ids it belongs to; the queue fills in the rest.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_reserve", "state", "priority", "seq", **_UNFINISHED_ONLY),
        Index("ix_jobs_key", "key", "state", "seq", **_UNFINISHED_ONLY),
        Index("ix_jobs_issue", "key", **where("key LIKE 'issue:%'")),  # also finished ones: trace asks for them
        Index("ix_jobs_due", "state", "not_before", **_UNFINISHED_ONLY),
        Index("ix_jobs_finished", "state", "finished_at"),
        Index("ix_jobs_supersede", "supersede_key", "supersede_version", **where("supersede_key IS NOT NULL")),
        {"sqlite_autoincrement": True},  # effects are keyed by job ids, so a pruned id may never come back
    )

    kind: str
    args: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    version: int = 1
    key: str | None = None  # jobs of one key run one at a time, in the order of seq
    seq: int = Field(default=0, unique=True, index=True)  # its place: given by put, and anew when a delay ends
    priority: int = EVENT
    state: str = "ready"  # scheduled, ready, running, done, dead, discarded, cancelled, superseded
    not_before: datetime = Field(default=None, sa_type=UtcTime)  # left out: at once
    attempts: int = 0
    max_attempts: int | None = None  # None: what its kind says
    crashes: int = 0  # attempts that ended with their process; no failures of the job
    replays: int = 0
    fence: int = 0  # grows with each reservation; whoever holds an older one can change nothing
    worker_id: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcTime)
    deadline: datetime | None = Field(default=None, sa_type=UtcTime)  # patience with throttling ends here
    dedupe_key: str | None = Field(default=None, unique=True)
    supersede_key: str | None = None
    supersede_version: int | None = Field(default=None, sa_type=BigInteger)  # a time in ms, say
    superseded_by: int | None = None
    cancel_by: str | None = None
    cancel_why: str | None = None
    correlation_id: str = Field(default="", index=True)
    parent_id: int | None = None
    delivery_id: int | None = Field(default=None, index=True)
    traceparent: str | None = None
    error_class: str | None = None
    error_text: str | None = None
    created_at: datetime = Field(sa_type=UtcTime)
    ready_at: datetime = Field(default=None, sa_type=UtcTime)  # when it joined the order: put, due or replayed
    started_at: datetime | None = Field(default=None, sa_type=UtcTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def is_told_to_stop(self) -> bool:
        """Somebody cancelled it, or a newer job took its place, while it ran."""
        return self.cancel_by is not None or self.superseded_by is not None


jobs = SQLModel.metadata.tables["jobs"]


def job_from(row: Any) -> Job:
    """A job as a row of `jobs` tells it, attached to no session."""
    return Job(**row._mapping)
