"""An aiosqlite connection that leaves the event loop only for what may wait: for the disk or for another process.

A statement on a local file takes microseconds, a trip to aiosqlite's thread and back a tenth of a millisecond of CPU
time, and the loop may be busy with all else before it hears the answer. So statements run where they are asked for;
a commit, a large delete and a lock that somebody else holds make the trip (`python bench/intake.py` prints the gain).
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from storage.compiled import COMPILED, Alike

BUSY_TIMEOUT_MS = 30_000
BEGIN_WRITE = "BEGIN IMMEDIATE"
LONG = ("DELETE", "PRAGMA")  # may take long, or wait, by themselves

Rows = list[Any]
T = TypeVar("T")


def _lower(value: Any) -> str | None:
    """Of all letters, as PostgreSQL does it: SQLite's own knows those of ASCII alone. No index may be made with it,
    since other programs that open the file have the other one."""
    return None if value is None else str(value).lower()


class DirectCursor:
    """What SQLAlchemy needs of a cursor. Rows are fetched with the statement, which its adapter asks for anyway."""

    def __init__(self, connection: "DirectConnection") -> None:
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self._connection = connection
        self._rows: Rows = []

    async def __aenter__(self) -> "DirectCursor":
        return self

    async def execute(self, statement: str, parameters: Iterable[Any] = ()) -> "DirectCursor":
        if statement == BEGIN_WRITE:
            await self._connection.begin_write()
        elif statement.startswith(LONG):
            await self._connection.away(lambda raw: self._run(raw.execute(statement, tuple(parameters))))
        else:
            await self._connection.here(lambda raw: self._run(raw.execute(statement, tuple(parameters))))
        return self

    async def executemany(self, statement: str, parameters: Sequence[Any]) -> "DirectCursor":
        await self._connection.here(lambda raw: self._run(raw.executemany(statement, parameters)))
        return self

    async def fetchall(self) -> Rows:
        return self._rows

    async def close(self) -> None:
        """The raw cursor is closed with its statement."""

    def _run(self, raw: sqlite3.Cursor) -> None:
        self.description, self._rows = raw.description, raw.fetchall() if raw.description else []
        self.rowcount, self.lastrowid = raw.rowcount, raw.lastrowid
        raw.close()


@dataclass
class Durability:
    """Whether the next transaction waits for the disk; one that does brings those before it there too."""

    is_lasting: bool = True


class DirectConnection(aiosqlite.Connection):
    """aiosqlite's connection and thread, with the cursor above."""

    def __init__(self, path: Path, durability: Durability) -> None:
        def connector() -> sqlite3.Connection:
            raw = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            raw.create_function("lower", 1, _lower, deterministic=True)
            return raw

        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True  # it does not keep the process alive
        self._durability, self._waits = durability, True
        self._sent = self._returned = 0  # trips; each is counted up by one thread alone

    def cursor(self) -> DirectCursor:  # type: ignore[override]  # SQLAlchemy's adapter needs no more than this
        return DirectCursor(self)

    async def here(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do it at once; what follows a trip that nobody waited for to the end (it was cancelled) queues behind it."""
        return work(self._conn) if self._sent == self._returned else await self.away(work)

    async def away(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do it on the thread."""

        def trip() -> T:
            try:
                return work(self._conn)
            finally:
                self._returned += 1

        self._sent += 1
        result: T = await self._execute(trip)  # type: ignore[no-untyped-call]
        return result

    async def begin_write(self) -> None:
        """Take the write lock; when another process holds it, wait for it on the thread."""
        if self._waits != self._durability.is_lasting:
            self._waits = self._durability.is_lasting
            await self.here(_wait_for_disk if self._waits else _trust_memory)
        try:
            await self.here(_begin_at_once)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            await self.away(lambda raw: raw.execute(BEGIN_WRITE).close())

    async def commit(self) -> None:
        await self.away(sqlite3.Connection.commit)

    async def rollback(self) -> None:
        await self.here(sqlite3.Connection.rollback)


def _wait_for_disk(raw: sqlite3.Connection) -> None:
    raw.execute("PRAGMA synchronous = FULL").close()


def _trust_memory(raw: sqlite3.Connection) -> None:
    """A commit outlives its process and not a power cut; the file stays whole."""
    raw.execute("PRAGMA synchronous = NORMAL").close()


def _begin_at_once(raw: sqlite3.Connection) -> None:
    raw.execute("PRAGMA busy_timeout = 0").close()
    try:
        raw.execute(BEGIN_WRITE).close()
    finally:
        raw.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}").close()


class FileDialect(Alike, SQLiteDialect_aiosqlite):
    """What a file's writer compiled serves its readers, and every other file."""

    supports_statement_cache = True


registry.register("sqlite.file", __name__, FileDialect.__name__)


async def connect(path: Path, durability: Durability) -> aiosqlite.Connection:
    """Open the file."""
    return await DirectConnection(path, durability)


def open_file(path: Path, *, begin: str, size: int, durability: Durability | None = None) -> AsyncEngine:
    """A pool of so many connections to a file, whose transactions start with `begin`."""
    engine = create_async_engine(
        "sqlite+file://",
        execution_options={"compiled_cache": COMPILED},
        async_creator=partial(connect, path, durability or Durability()),
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
