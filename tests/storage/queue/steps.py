"""What the queue's tests do to it, one transaction a step."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from storage import queue, retention
from storage.database import Database
from storage.queue import Job
from storage.retention import Keep

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)


def alive(_: str) -> bool:
    return False


def dead(_: str) -> bool:
    return True


def job(kind: str = "work", **given: Any) -> Job:
    return Job(**({"workspace_id": "T1", "kind": kind, "created_at": NOON} | given))


async def put(db: Database, *jobs: Job) -> list[Job]:
    async with db.write() as tx:
        return [await queue.put(tx, one) for one in jobs]


async def take(
    db: Database, *, worker: str = "w1", now: datetime = NOON, limit: int = 10, interactive_only: int = 0
) -> list[Job]:
    async with db.write() as tx:
        return await queue.reserve(
            tx, worker=worker, now=now, lease=LEASE, limit=limit, interactive_only=interactive_only
        )


async def kinds(db: Database, *, now: datetime = NOON, limit: int = 10) -> list[str]:
    """Take what can be taken; what it is."""
    return [taken.kind for taken in await take(db, now=now, limit=limit)]


async def prune(db: Database, what: str = "finished jobs", *, before: datetime) -> int:
    """What the retention of one kind drops, for rows older than a moment."""
    keep = Keep(bodies=0, ignored=0, deliveries=0, jobs=0, steps=0, threads=0)
    [rule] = [rule for rule in retention.rules(keep, now=before) if rule.what == what]
    return await retention.apply(db, rule)


async def finish(db: Database, *taken: Job, now: datetime = NOON) -> None:
    async with db.write() as tx:
        for one in taken:
            await queue.finish(tx, one, now=now)


async def ignore(db: Database, taken: Job) -> None:
    async with db.write() as tx:
        await queue.ignore(tx, taken, now=NOON, why="no issue in it")


async def retry(db: Database, taken: Job, *, at: datetime) -> None:
    async with db.write() as tx:
        await queue.retry(tx, taken, now=NOON, at=at, error_class="transient", error="later")


async def throttle(db: Database, taken: Job, *, at: datetime) -> None:
    async with db.write() as tx:
        await queue.throttle(tx, taken, now=NOON, at=at, error_class="throttled", error="slow down")


async def give_back(db: Database, taken: Job) -> None:
    async with db.write() as tx:
        await queue.give_back(tx, taken, now=NOON)


async def bury(db: Database, *taken: Job, now: datetime = NOON, error: str = "ValueError: no") -> None:
    async with db.write() as tx:
        for one in taken:
            await queue.bury(tx, one, now=now, error_class="bug", error=error)


async def replay(db: Database, job_id: int, *, now: datetime = NOON, force: bool = False) -> Job:
    async with db.write() as tx:
        return await queue.replay(tx, job_id, now=now, why="the permission is back", force=force)


async def cancel(db: Database, job_id: int) -> Job | None:
    async with db.write() as tx:
        return await queue.cancel(tx, job_id, by="ada", why="not needed", now=NOON)


async def renew(
    db: Database, held: Sequence[Job], *, now: datetime, left: Mapping[int, timedelta] | None = None
) -> list[int]:
    async with db.write() as tx:
        return sorted(one.id for one in await queue.renew(tx, held, now=now, lease=LEASE, left=left))


async def told(db: Database, *, worker: str = "w1") -> list[int]:
    async with db.read() as tx:
        return [one.id for one in await queue.asked_to_stop(tx, worker=worker)]


async def sweep(db: Database, *, now: datetime = NOON, is_dead: Callable[[str], bool] = alive) -> list[Job]:
    async with db.write() as tx:
        return await queue.sweep(tx, now=now, is_dead=is_dead)


async def stored(db: Database, job_id: int) -> Job:
    async with db.read() as tx:
        found = await queue.get(tx, job_id)
    assert found is not None
    return found


async def state(db: Database, job_id: int) -> str:
    return (await stored(db, job_id)).state


async def stages(db: Database, job_id: int) -> list[str]:
    async with db.read() as tx:
        return [event.stage for event in await queue.history(tx, job_id)]
