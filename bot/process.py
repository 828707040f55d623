"""This process among those that work on one database: it says that it lives, and sees at once which ones are gone.

Not by pid: containers on one machine share the file but not their pids. Whoever dies, however it dies, lets go of its
file lock; where there is no file to lock beside, a process that falls silent counts as gone.
"""

import asyncio
import fcntl
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from pathlib import Path

import structlog

from storage import workers
from storage.database import Database, StorageError, Tx
from storage.postgres import Connections
from storage.workers import Process

log = structlog.get_logger()

HEARTBEAT_SECONDS = 5.0


@asynccontextmanager
async def at_work(db: Database, *, role: str, version: str, clock: Callable[[], datetime]) -> AsyncIterator[Process]:
    """Be one of the processes at work while inside; the row is gone afterwards."""
    host = socket.gethostname()
    name = f"{host}-{secrets.token_hex(4)}"
    now = clock()
    me = Process(id=name, role=role, host=host, version=version, started_at=now, heartbeat_at=now)
    with _locked(db.path.with_name(f"{db.path.name}-{name}.lock") if db.path else None) as lock:
        me.lock = lock.name if lock else None
        async with db.write() as tx:
            await workers.beat(tx, me, now=now)
        async with asyncio.TaskGroup() as tasks:
            beating = tasks.create_task(_beat(db, me, clock))
            try:
                yield me
            finally:
                beating.cancel()
                with suppress(StorageError):  # the others see it by the lock, or by the silence
                    async with db.write() as tx:
                        await workers.leave(tx, me.id)


async def announce(db: Database, me: Process, *, address: str) -> None:
    """Let the others see where this process serves its health and metrics."""
    me.address = address
    await _say(db, me)


async def drain(db: Database, me: Process) -> None:
    """Let the others see that this process takes no more work."""
    me.draining = True
    with suppress(StorageError):  # the next heartbeat says it
        await _say(db, me)


async def _say(db: Database, me: Process) -> None:
    async with db.write() as tx:
        await workers.beat(tx, me, now=me.heartbeat_at)


async def gone(db: Database, tx: Tx, *, me: str, now: datetime) -> Callable[[str], bool]:
    """A check whether a holder of jobs or roles is a process that is no more."""

    def is_free(lock: str) -> bool:  # beside the database: what sees the one sees the other
        return db.path is not None and _is_free(db.path.with_name(lock))

    there = await workers.present(tx, me=me, now=now, is_free=is_free)
    return lambda holder: holder not in there


def living(where: Path | str, connections: Connections, *, now: datetime) -> list[str]:
    """Who works on a database, seen from outside it: whoever holds a lock beside the file, however long it was silent,
    or was heard of lately on a server."""
    if not isinstance(where, Path):
        return workers.heard_of(where, connections, now=now)
    locks = sorted(where.parent.glob(f"{where.name}-*.lock"))
    return [lock.stem.removeprefix(f"{where.name}-") for lock in locks if not _is_free(lock)]


async def _beat(db: Database, me: Process, clock: Callable[[], datetime]) -> None:
    while True:
        await asyncio.sleep(HEARTBEAT_SECONDS)
        try:
            async with db.write() as tx:
                await workers.beat(tx, me, now=clock())
        except StorageError as error:
            log.error("heartbeat cannot be written", error=str(error)[:200])


@contextmanager
def _locked(path: Path | None) -> Iterator[Path | None]:
    if path is None:
        yield None
        return
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield path
    finally:
        path.unlink(missing_ok=True)
        os.close(file)


def _is_free(path: Path) -> bool:
    """Whether nobody holds the lock; what a dead process left behind is removed."""
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        path.unlink(missing_ok=True)
        return True
    finally:
        os.close(file)
