"""What came from GitHub while the queue was full is worked on in the order in which it came, once there is room."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.github.payload import NotReadable, as_stored
from handlers.intake import Work, job_of
from handlers.wanted import work_of
from storage import inbox, queue
from storage.database import Database, StorageError
from storage.inbox import Delivery
from storage.queue.load import load

log = structlog.get_logger()

LOOK_SECONDS = 2.0
AT_ONCE = 100  # deliveries; their bodies are read again


async def feed(db: Database, *, most: int, clock: Callable[[], datetime]) -> int:
    """Give deliveries that wait their jobs until so many jobs wait; how many there were.

    Two processes may do so at once: a delivery has one job.

    Raises:
        StorageError: the rest goes on waiting.
    """
    fed = 0
    while found := await _next(db, most=most, now=clock()):
        works = list(zip(found, await asyncio.to_thread(_works, found), strict=True))
        now = clock()
        async with db.write() as tx:
            await queue.put_all(tx, [job_of(one, work, one.id, now=now) for one, (work, _) in works if work])
            await inbox.fed(tx, [one.id for one in found])
            for one, (work, reason) in works:
                if work is None:
                    await inbox.ignore(tx, one.id, reason)
        fed += len(found)
        log.info("deliveries.fed", count=len(found))
    return fed


async def feeding(db: Database, *, most: int, clock: Callable[[], datetime], stop: asyncio.Event) -> None:
    """Look every now and then, until `stop` is set."""
    while not stop.is_set():
        try:
            await feed(db, most=most, clock=clock)
        except StorageError as error:
            log.error("deliveries wait", error=str(error)[:200])
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await stop.wait()
        except TimeoutError:
            continue


async def _next(db: Database, *, most: int, now: datetime) -> list[Delivery]:
    """Those for which there is room, first come first served."""
    async with db.read() as tx:
        if not await inbox.is_any_waiting(tx):
            return []
        room = most - (await load(tx, now=now)).jobs
        return await inbox.waiting(tx, limit=min(room, AT_ONCE)) if room > 0 else []


def _works(found: list[Delivery]) -> list[tuple[Work | None, str]]:
    return [_work(one) for one in found]


def _work(delivery: Delivery) -> tuple[Work | None, str]:
    """As at the door; a newer version may want less than the one that let it in."""
    try:
        payload = as_stored(delivery.raw, delivery.headers)
    except NotReadable as problem:
        return None, str(problem)
    return work_of(delivery.kind, payload, own_login="")  # one of the bot's own asked for no work and did not wait
