"""Who works on what: a job is reserved under a lease and a new fence, renewed while it runs, and freed when it ends.

Between keys the higher class goes first, then the older job. A class that would wait for ever is let through now and
then, so nothing starves; it gets no more than that, so a heap of old background work does not hold up people.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, exists, func, literal, or_, select, update

from storage.database import Tx, run
from storage.queue.history import note
from storage.queue.jobs import BULK, INTERACTIVE, Job, job_from, jobs
from storage.queue.leave import bury_crashed, come_back
from storage.queue.put import last_place

STARVING = timedelta(seconds=30)  # half of what a job may wait under endless load of higher classes
TRICKLE = timedelta(seconds=1)  # between two jobs of a starving class
AT_ONCE = 500  # delayed jobs that may join the order in one transaction
# A job that runs when its process ends is rarely the reason, but the one that is would end each process at its start:
# it comes back at once, then ever later (seconds), so that the others get on, and is a dead letter in the end.
CRASH_PAUSES = (0, 1, 2, 5)
MOST_CRASHES = 5
# After so many crashes a job runs with no other suspect beside it: who only ran beside the guilty one is done then.
SUSPECT = 2

_other = jobs.alias("other")
_blocked = exists().where(
    _other.c.key == jobs.c.key,
    _other.c.finished_at.is_(None),
    or_(_other.c.state == "running", and_(_other.c.state == "ready", _other.c.seq < jobs.c.seq)),
)
_suspect_runs = exists().where(_other.c.finished_at.is_(None), _other.c.state == "running", _other.c.crashes >= SUSPECT)
_can_run = (
    select(jobs.c.id, jobs.c.priority, jobs.c.crashes)
    .where(jobs.c.finished_at.is_(None), jobs.c.state == "ready", jobs.c.not_before <= bindparam("now"), ~_blocked)
    .where(or_(jobs.c.crashes < SUSPECT, ~_suspect_runs))
    .limit(bindparam("most"))
)
_IN_ORDER = _can_run.order_by(jobs.c.priority, jobs.c.seq)
_runs = exists().where(
    _other.c.finished_at.is_(None), _other.c.state == "running", _other.c.priority == bindparam("class")
)
# Not `exists`: when PostgreSQL plans for any moment, it takes a third of the table for younger than that, and would
# look for one of those row by row. The latest one is at the end of an index.
_last_done = (
    select(func.max(_other.c.finished_at))
    .where(_other.c.state == "done", _other.c.finished_at > bindparam("lately"))
    .where(_other.c.priority == bindparam("class"))
    .scalar_subquery()
)
_STARVING = _can_run.where(
    jobs.c.priority == bindparam("class"),
    jobs.c.ready_at <= bindparam("long_ago"),
    ~_runs,
    _last_done.is_(None),
).order_by(jobs.c.seq)
_DUE = (
    select(jobs.c.id)
    .where(jobs.c.finished_at.is_(None), jobs.c.state == "scheduled", jobs.c.not_before <= bindparam("now"))
    .order_by(jobs.c.not_before, jobs.c.seq)
    .limit(AT_ONCE)
)
_JOIN = (
    update(jobs)
    .where(jobs.c.id == bindparam("due"))
    .values(state="ready", seq=bindparam("place"), ready_at=bindparam("now"))
)
_TAKE = (
    update(jobs)
    .where(jobs.c.id.in_(bindparam("chosen", expanding=True)))
    .values(
        state="running",
        worker_id=bindparam("by"),
        lease_until=bindparam("until"),
        started_at=bindparam("now"),
        fence=jobs.c.fence + 1,
        attempts=jobs.c.attempts + 1,
    )
    .returning(*jobs.c)
)
_RUNNING = select(*jobs.c).where(jobs.c.finished_at.is_(None), jobs.c.state == "running")


async def reserve(
    tx: Tx, *, worker: str, now: datetime, lease: timedelta, limit: int, interactive_only: int = 0
) -> list[Job]:
    """Take up to `limit` due jobs, at most one a key, each under a lease and a new fence.

    Args:
        interactive_only: so many of `limit` are kept for jobs that a person waits for.
    """
    await _join_when_due(tx, now=now)
    chosen = await _choose(tx, now=now, limit=limit, general=limit - interactive_only)
    if not chosen:
        return []
    params = {"chosen": chosen, "by": worker, "until": now + lease, "now": now}
    taken = [job_from(row) for row in await run(tx, _TAKE, params)]
    taken.sort(key=lambda job: (job.priority, job.seq))
    note(tx, taken, "reserved", now=now)
    return taken


async def _join_when_due(tx: Tx, *, now: datetime) -> None:
    """A delayed job takes its place in the order when its time comes, and held nobody up before."""
    due = (await run(tx, _DUE, {"now": now})).scalars().all()
    if due:
        first = await last_place(tx) + 1
        rows = [{"due": job_id, "place": place, "now": now} for place, job_id in enumerate(due, first)]
        await run(tx, _JOIN, rows)


async def _choose(tx: Tx, *, now: datetime, limit: int, general: int) -> list[int]:
    ready = (await run(tx, _IN_ORDER, {"now": now, "most": limit})).all()
    starving: list[Row[Any]] = []
    if general > 0 and len(ready) == limit:  # otherwise there is room for all that could starve
        lowest = max(row.priority for row in ready[:general])
        starving = await _starving(tx, now=now, below=lowest, limit=general)
    room = general - len(starving)
    rest = [row for place, row in enumerate(ready) if place < room or row.priority == INTERACTIVE]
    chosen = (starving + [row for row in rest if row not in starving])[:limit]
    suspects = [row for row in chosen if row.crashes >= SUSPECT]
    return [row.id for row in chosen if row not in suspects[1:]]


async def _starving(tx: Tx, *, now: datetime, below: int, limit: int) -> list[Row[Any]]:
    """The first job of each class that waits too long, unless one of its class runs or has just ended."""
    found: list[Row[Any]] = []
    for priority in range(below + 1, BULK + 1):
        params = {"now": now, "most": 1, "class": priority, "long_ago": now - STARVING, "lately": now - TRICKLE}
        found += await run(tx, _STARVING, params)
    return found[:limit]


async def renew(
    tx: Tx, held: Sequence[Job], *, now: datetime, lease: timedelta, left: Mapping[int, timedelta] | None = None
) -> list[Job]:
    """Extend leases.

    Args:
        left: job id -> what is left of its time limit: its lease ends no later, so whoever is stuck holds it no longer.

    Returns:
        Those that are still ours, as they are now: one may have been told to stop. Of the others the lease is lost.
    """
    if not held:
        return []
    ours = or_(*(and_(jobs.c.id == job.id, jobs.c.fence == job.fence) for job in held))
    ends = {job_id: _moment(now + rest) for job_id, rest in (left or {}).items() if rest < lease}
    until = case(ends, value=jobs.c.id, else_=_moment(now + lease)) if ends else _moment(now + lease)
    longer = update(jobs).where(ours, jobs.c.state == "running").values(lease_until=until)
    return [job_from(row) for row in await run(tx, longer.returning(*jobs.c))]


def _moment(at: datetime) -> ColumnElement[datetime]:
    return literal(at, jobs.c.lease_until.type)


async def got_on(tx: Tx, job: Job) -> None:
    """It has stored something on the way to its end: what ended the processes before was not the job, so far."""
    ours = and_(jobs.c.id == job.id, jobs.c.fence == job.fence)
    await run(tx, update(jobs).where(ours, jobs.c.crashes > 0).values(crashes=0))


async def asked_to_stop(tx: Tx, *, worker: str) -> list[Job]:
    """The jobs that a worker runs and that were cancelled or superseded meanwhile, by whichever process."""
    ours = [job_from(row) for row in await run(tx, _RUNNING.where(jobs.c.worker_id == worker))]
    return [job for job in ours if job.is_told_to_stop]


async def sweep(tx: Tx, *, now: datetime, is_dead: Callable[[str], bool]) -> list[Job]:
    """Return jobs of vanished workers to the queue and bury those that ended too many processes.

    Returns:
        The buried ones, so that whoever waits for them can be told.
    """
    buried = []
    for job in [job_from(row) for row in await run(tx, _RUNNING)]:
        if not _is_lost(job, now=now, is_dead=is_dead):
            continue
        if job.crashes + 1 < MOST_CRASHES:
            pause = timedelta(seconds=CRASH_PAUSES[min(job.crashes, len(CRASH_PAUSES) - 1)])
            await come_back(tx, job, now=now, at=now + pause, error="its process ended while it ran")
        else:
            await bury_crashed(tx, job, now=now, error="killed its worker")
            buried.append(job)
    return buried


def _is_lost(job: Job, *, now: datetime, is_dead: Callable[[str], bool]) -> bool:
    return job.lease_until is None or job.lease_until <= now or is_dead(job.worker_id or "")
