"""A job joins the queue with the change that asks for it: once under its dedupe key, in the order of its key."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from storage.columns import values_of
from storage.database import Tx, run, wake
from storage.queue.history import note
from storage.queue.jobs import SIGNAL, UNFINISHED, Job, job_from, jobs
from storage.upsert import insert

MOST_ARGS = 16_384  # bytes of JSON: ids, not payloads

_LAST = select(func.coalesce(func.max(jobs.c.seq), 0))
_INSERT = insert(jobs).on_conflict_do_nothing().returning(jobs.c.id, jobs.c.seq)
_INSERT_NEXT = _INSERT.values(seq=_LAST.scalar_subquery() + 1)
_KNOWN = select(*jobs.c).where(jobs.c.dedupe_key == bindparam("wanted"))


async def put(tx: Tx, job: Job) -> Job:
    """Add a job to this transaction.

    Returns:
        The job itself, with its id; or the one that has its dedupe key already, finished or not.

    Raises:
        ValueError: its args are not ids but a payload.
    """
    if await _add(tx, [job]):
        return job
    existing = await known(tx, str(job.dedupe_key))
    assert existing is not None, "only a known dedupe key keeps a job out"
    return existing


async def put_all(tx: Tx, wanted: Sequence[Job]) -> None:
    """Add several jobs in this order; those whose dedupe key is known are left out."""
    if wanted:
        await _add(tx, wanted)


async def _add(tx: Tx, wanted: Sequence[Job]) -> list[Job]:
    """The new ones, with their ids."""
    for job in wanted:
        _prepare(job)
    new = await (_insert_one(tx, wanted[0]) if len(wanted) == 1 else _insert(tx, wanted))
    for state, stage in (("ready", "queued"), ("scheduled", "scheduled")):
        note(tx, [job for job in new if job.state == state], stage)
    for job in new:
        if job.supersede_key is not None:
            await _supersede(tx, job)
    wake(tx, SIGNAL)
    return new


async def _insert_one(tx: Tx, job: Job) -> list[Job]:
    """What is put alone, as most jobs are, finds its place in the statement that takes it."""
    added = (await run(tx, _INSERT_NEXT, values_of(job))).first()
    if added is None:
        return []
    job.id, job.seq = added.id, added.seq
    return [job]


async def _insert(tx: Tx, wanted: Sequence[Job]) -> list[Job]:
    for place, job in enumerate(wanted, await last_place(tx) + 1):
        job.seq = place
    ids = {row.seq: row.id for row in await run(tx, _INSERT, [values_of(job) for job in wanted])}
    new = [job for job in wanted if job.seq in ids]
    for job in new:
        job.id = ids[job.seq]
    return new


async def known(tx: Tx, dedupe_key: str) -> Job | None:
    """The job that was put under a dedupe key."""
    row = (await run(tx, _KNOWN, {"wanted": dedupe_key})).first()
    return None if row is None else job_from(row)


async def is_busy(tx: Tx, key: str) -> bool:
    """Whether a job of this key waits or runs."""
    found = select(jobs.c.id).where(jobs.c.key == key, jobs.c.finished_at.is_(None)).limit(1)
    return (await run(tx, found)).first() is not None


async def move(tx: Tx, dedupe_key: str, *, not_before: datetime) -> bool:
    """Give a job that has not started yet another time; False when there is none."""
    waiting = (jobs.c.dedupe_key == dedupe_key) & jobs.c.state.in_(("scheduled", "ready")) & (jobs.c.fence == 0)
    moved = update(jobs).where(waiting).values(state="scheduled", not_before=not_before)
    wake(tx, SIGNAL)
    return (await run(tx, moved)).rowcount > 0


async def last_place(tx: Tx) -> int:
    """The greatest seq so far: one transaction writes at a time, so the next one is free."""
    return int((await run(tx, _LAST)).scalar_one())


def _prepare(job: Job) -> None:
    size = len(json.dumps(job.args))
    if size > MOST_ARGS:
        raise ValueError(f"{job.kind}: args of {size} bytes; a job carries ids, at most {MOST_ARGS} bytes")
    job.not_before = job.not_before or job.created_at
    job.ready_at = job.created_at
    job.state = "ready" if job.not_before <= job.created_at else "scheduled"


async def _supersede(tx: Tx, job: Job) -> None:
    """The newest version counts, in whatever order they come: older ones give way, unless this is an older one."""
    same = (jobs.c.supersede_key == job.supersede_key) & (jobs.c.id != job.id)
    newer = same & (jobs.c.supersede_version > (job.supersede_version or 0))
    newest = select(jobs.c.id).where(newer).order_by(jobs.c.supersede_version.desc(), jobs.c.seq.desc()).limit(1)
    if found := (await run(tx, newest)).first():
        await _give_way(tx, [job], to=found.id, now=job.created_at)
        job.state, job.superseded_by, job.finished_at = "superseded", found.id, job.created_at
        return
    older = [job_from(row) for row in await run(tx, select(*jobs.c).where(same, jobs.c.finished_at.is_(None)))]
    await _give_way(tx, older, to=job.id, now=job.created_at)
    if older:
        note(tx, [job], "supersedes", detail=", ".join(f"job {one.id}" for one in older))


async def _give_way(tx: Tx, older: Sequence[Job], *, to: int, now: datetime) -> None:
    """Those that wait end here; one that runs is told, and ends as superseded whatever it does."""
    these = jobs.c.id.in_([job.id for job in older])
    await run(tx, update(jobs).where(these).values(superseded_by=to))
    waiting = these & jobs.c.state.in_(UNFINISHED) & (jobs.c.state != "running")
    await run(tx, update(jobs).where(waiting).values(state="superseded", finished_at=now))
    note(tx, older, "superseded", now=now, detail=f"by job {to}")
