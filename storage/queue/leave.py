"""How a run ends: done, ignored, dead, or back in the queue; each needs the newest fence, or changes nothing."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, null, or_, update
from sqlalchemy.sql.dml import ReturningUpdate

from storage.database import Tx, run, wake
from storage.queue.history import note
from storage.queue.jobs import SIGNAL, Job, LostLeaseError, jobs

MOST_ERROR = 4_000  # characters that are kept of an error
_USUALLY: dict[str, Any] = {"crashed": 0, "suspected": 1, "error_class": None}

_mine = and_(jobs.c.id == bindparam("mine"), jobs.c.fence == bindparam("held"), jobs.c.state == "running")
_is_superseded = jobs.c.superseded_by.is_not(None)
_is_cancelled = jobs.c.cancel_by.is_not(None)
_next = jobs.alias("next")
_holds_up = exists().where(
    _next.c.key == bindparam("shared"), _next.c.finished_at.is_(None), _next.c.id != bindparam("mine")
)
_leave = (
    update(jobs)
    .where(_mine)
    .values(
        worker_id=None,
        lease_until=None,
        crashes=jobs.c.crashes * bindparam("suspected") + bindparam("crashed"),
        error_class=bindparam("error_class"),
        error_text=bindparam("error"),
    )
    .returning(jobs.c.state, _holds_up.label("holds_up"))
)
# What was told to stop ends as that: it does not come back, and is nobody's dead letter.
_END = _leave.values(
    state=case((_is_superseded, "superseded"), (_is_cancelled, bindparam("if_cancelled")), else_=bindparam("end")),
    finished_at=bindparam("now"),
)
_BACK = _leave.values(
    state=case((_is_superseded, "superseded"), (_is_cancelled, "cancelled"), else_="ready"),
    finished_at=case((or_(_is_superseded, _is_cancelled), bindparam("now")), else_=null()),
    not_before=bindparam("at"),
    attempts=jobs.c.attempts - bindparam("uncounted"),
)


async def finish(tx: Tx, job: Job, *, now: datetime) -> None:
    """Acknowledge, in the transaction that holds the job's work; a superseded job's ends as superseded.

    Raises:
        LostLeaseError: the lease went to somebody else; let the transaction roll back.
    """
    await _end(tx, job, now=now, stage="done", end="done")


async def ignore(tx: Tx, job: Job, *, now: datetime, why: str) -> None:
    """Done without any work: there was nothing in it for us, and why."""
    await _end(tx, job, now=now, stage="ignored", end="done", error_class="ignored", error=why)


async def bury(tx: Tx, job: Job, *, now: datetime, error_class: str, error: str) -> None:
    """A dead letter: kept with its last error until an operator replays or discards it; its key goes on."""
    await _end(tx, job, now=now, stage="dead", end="dead", error_class=error_class, error=error)


async def bury_crashed(tx: Tx, job: Job, *, now: datetime, error: str) -> None:
    """A dead letter because of what it does to its processes."""
    await _end(tx, job, now=now, stage="dead", end="dead", error_class="crash", error=error, crashed=1)


async def retry(tx: Tx, job: Job, *, now: datetime, at: datetime, error_class: str, error: str) -> None:
    """An attempt failed: run again at a moment. The job keeps its place, and its key waits for it."""
    await _back(tx, job, now=now, stage="retried", at=at, error_class=error_class, error=error)


async def throttle(tx: Tx, job: Job, *, now: datetime, at: datetime, error_class: str, error: str) -> None:
    """Somebody asked for patience: run again at a moment, and count no attempt.

    It may run so any number of times, and its process has outlived this one: what crashed before was not its doing.
    """
    last = {"error_class": error_class, "error": error}
    await _back(tx, job, now=now, stage="throttled", at=at, uncounted=1, suspected=0, **last)


async def give_back(tx: Tx, job: Job, *, now: datetime) -> None:
    """Hand an unfinished job to whoever comes next and count nothing; one that was told to stop ends here."""
    last = {"error_class": job.error_class, "error": job.error_text}
    await _back(tx, job, now=now, stage="released", at=now, uncounted=1, **last)


async def come_back(tx: Tx, job: Job, *, now: datetime, at: datetime, error: str) -> None:
    """Its process ended while it ran: a crash, and no attempt."""
    await _back(tx, job, now=now, stage="crashed", at=at, error_class="crash", error=error, uncounted=1, crashed=1)


async def _end(tx: Tx, job: Job, *, end: str, **given: Any) -> None:
    await _leave_as(tx, job, _END, **given, end=end, if_cancelled="done" if end == "done" else "cancelled")


async def _back(tx: Tx, job: Job, **given: Any) -> None:
    await _leave_as(tx, job, _BACK, **({"uncounted": 0} | given), end="ready")


async def _leave_as(
    tx: Tx, job: Job, statement: ReturningUpdate[tuple[str, bool]], *, stage: str, **given: Any
) -> None:
    """Change the state, or nothing if the fence is stale, and record the step, or what it became instead."""
    error = given.pop("error", None)
    params = _USUALLY | given | {"mine": job.id, "held": job.fence, "shared": job.key}
    left = (await run(tx, statement, params | {"error": error and error[:MOST_ERROR]})).first()
    if left is None:
        raise LostLeaseError(f"job {job.id} was reserved again since fence {job.fence}")
    note(tx, [job], stage if left.state == given["end"] else left.state, now=given["now"], detail=error or "")
    if left.state == "ready" or left.holds_up or job.crashes:  # it can run itself, or who waits for it
        wake(tx, SIGNAL)
