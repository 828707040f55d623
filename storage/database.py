"""One SQLite file: many readers, one writer, and nobody is told "database is locked"."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.driver import BEGIN_WRITE, BUSY_TIMEOUT_MS, connect

READERS = 4

Tx = AsyncSession
StorageError = SQLAlchemyError  # the disk is full, the file is damaged: waiting may help, nothing else will


class Database:
    """Sessions on one SQLite file, and the signals that follow a commit.

    A write transaction starts with BEGIN IMMEDIATE on the single writer connection: deferred ones that read first
    fail with "locked" under load, and a pool of writers only moves the queue into SQLite (docs/design.md 5).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = _engine(path, begin=BEGIN_WRITE, size=1)
        self._readers = _engine(path, begin="BEGIN", size=READERS)
        self._turn = asyncio.Lock()
        self._signals: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """One write transaction: commits at the end, rolls back on any error. Never wait for the network inside."""
        async with self._turn, AsyncSession(self._writer, expire_on_commit=False) as session:
            session.info["kept"] = []
            async with session.begin():
                yield session
            for name in session.info.get("wake", ()):
                self._signals[name].set()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """One consistent view; changes made in it are thrown away."""
        async with AsyncSession(self._readers, expire_on_commit=False) as session:
            yield session

    def signal(self, name: str) -> asyncio.Event:
        """The event that is set after each commit that called `wake(tx, name)`."""
        return self._signals[name]

    async def check(self) -> str:
        """For /readyz: "ok", or what is wrong."""
        try:
            async with self.read() as tx:
                await tx.exec(select(1))
        except SQLAlchemyError as error:
            return type(error).__name__
        return "ok"

    async def close(self) -> None:
        await self._writer.dispose()
        await self._readers.dispose()


@event.listens_for(Session, "loaded_as_persistent")
def _keep(session: Session, row: object) -> None:
    """A session forgets rows that nobody holds, and reads them again; within one write transaction it need not."""
    if (kept := session.info.get("kept")) is not None:
        kept.append(row)


def wake(tx: Tx, name: str) -> None:
    """Ask for a signal once this transaction is committed, so that nobody waits for the next poll."""
    tx.info.setdefault("wake", set()).add(name)


@asynccontextmanager
async def open_database(path: Path) -> AsyncIterator[Database]:
    """Open the file, creating its folder; the schema is `migrate.upgrade`'s business."""
    path.parent.mkdir(parents=True, exist_ok=True)
    database = Database(path)
    try:
        yield database
    finally:
        await database.close()


def _engine(path: Path, *, begin: str, size: int) -> AsyncEngine:
    engine = create_async_engine(
        "sqlite+aiosqlite://",
        async_creator=partial(connect, path),
        poolclass=AsyncAdaptedQueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=60,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        # FULL: an event that Slack was told we have must survive a power cut.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
