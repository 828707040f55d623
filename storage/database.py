"""One database: many readers, one writer at a time, and nobody is told "database is locked"."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import CursorResult, Executable, Insert, bindparam, event, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage.driver import BEGIN_WRITE, Durability, open_file
from storage.nudge import Nudge
from storage.postgres import (
    CHANNEL,
    NOTIFY,
    QUICK_TURN,
    TURN,
    Connections,
    is_postgres,
    listening,
    open_engine,
)

READERS = 4
ONE_VIEW = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

# Asks for what a write needs, and changes nothing.
_WRITE_NOTHING = text("UPDATE alembic_version SET version_num = version_num WHERE version_num IS NULL")
_SIZE = text("SELECT pg_database_size(current_database())")

Table = TypeVar("Table", bound=SQLModel)
Tx = AsyncSession
StorageError = SQLAlchemyError  # the disk is full, the file is damaged: waiting may help, nothing else will


class Database:
    """Sessions on one database, and the signals that follow a commit.

    A write transaction on SQLite starts with BEGIN IMMEDIATE on the single writer connection: deferred ones that read
    first fail with "locked" under load, and a pool of writers only moves the queue into SQLite (docs/design.md 5). On
    PostgreSQL it starts by taking the writer's turn, a lock that all processes share.
    """

    def __init__(self, where: Path | str, connections: Connections | None = None) -> None:
        self.where = where
        self.connections = connections or Connections()
        self.url = "" if isinstance(where, Path) else where
        self.path: Path | None = None  # of the file, where there is one
        self._durability = Durability()
        if is_postgres(self.url):
            self._writer = self._readers = open_engine(self.url, self.connections)
        else:
            self.path = where if isinstance(where, Path) else file_of(where)
            self._writer = open_file(self.path, begin=BEGIN_WRITE, size=1, durability=self._durability)
            self._readers = open_file(self.path, begin="BEGIN", size=READERS)
        self._nudge = Nudge(self.path) if self.path is not None else None
        self._turn = asyncio.Lock()
        self._signals: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        # Who measures and logs is told here: what a transaction was and how long it took; what `tell` named in it.
        self.on_transaction: Callable[[str, float], None] = lambda _op, _seconds: None
        self.on_told: Callable[[Any], None] = lambda _news: None

    @asynccontextmanager
    async def write(self, *, is_lasting: bool = True) -> AsyncIterator[Tx]:
        """One write transaction: commits at the end, rolls back on any error. Never wait for the network inside.

        Args:
            is_lasting: it survives a crash of the server, or of the machine. What counts for seconds alone need not:
                it is seen by all at once and reaches the disk a moment later.
        """
        start = time.perf_counter()
        async with self._turn, AsyncSession(self._writer, expire_on_commit=False) as session:
            session.info["kept"] = []
            self._durability.is_lasting = is_lasting
            async with session.begin():
                if self.path is None:
                    await run(session, TURN if is_lasting else QUICK_TURN)
                yield session
                await insert_kept(session)
                await self._tell_others(session)
            if names := session.info.get("wake"):
                self._commit_woke(names)
        self.on_transaction("write", time.perf_counter() - start)
        for news in session.info.get("told", ()):
            self.on_told(news)

    def _commit_woke(self, names: Iterable[str]) -> None:
        for name in names:
            self._signals[name].set()
        if self._nudge is not None:
            self._nudge.give()

    async def _tell_others(self, session: Tx) -> None:
        """Processes on PostgreSQL are notified by the commit itself; those on one SQLite file are nudged after it."""
        if self.path is None and (names := session.info.get("wake")):
            await run(session, NOTIFY, {"channel": CHANNEL, "names": sorted(names)})

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """One consistent view; changes made in it are thrown away."""
        start = time.perf_counter()
        async with AsyncSession(self._readers, expire_on_commit=False) as session:
            if self.path is None:
                await session.connection(execution_options=ONE_VIEW)
            yield session
        self.on_transaction("read", time.perf_counter() - start)

    @asynccontextmanager
    async def awake(self) -> AsyncIterator[None]:
        """Hear of other processes' commits while inside."""
        if self._nudge is None:
            async with listening(self.url, self.connections, self._heard):
                yield
            return
        heeding = asyncio.create_task(self._nudge.heed(partial(self._heard, "*")))
        try:
            yield
        finally:
            heeding.cancel()
            await asyncio.gather(heeding, return_exceptions=True)

    def _heard(self, name: str) -> None:
        for signal in list(self._signals) if name == "*" else [name]:
            self._signals[signal].set()

    def signal(self, name: str) -> asyncio.Event:
        """The event that is set after each commit that called `wake(tx, name)`."""
        return self._signals[name]

    async def check(self) -> str:
        """For /readyz: "ok" while it can be written to, or what is wrong."""
        try:
            async with self.write() as tx:
                await (await tx.connection()).execute(_WRITE_NOTHING)
        except SQLAlchemyError as error:
            return type(error).__name__
        return "ok"

    @property
    def in_use(self) -> int:
        """Connections that somebody has at the moment."""
        pools = {engine.pool for engine in (self._writer, self._readers)}
        return sum(pool.checkedout() for pool in pools if isinstance(pool, AsyncAdaptedQueuePool))

    async def size(self) -> int:
        """Bytes on its disk, what is not yet in the file included."""
        if self.path is not None:
            files = (self.path, self.path.with_name(self.path.name + "-wal"))
            return sum(file.stat().st_size for file in files if file.exists())
        async with self.read() as tx:
            return int((await (await tx.connection()).execute(_SIZE)).scalar_one())

    async def close(self) -> None:
        await self._writer.dispose()
        await self._readers.dispose()


@event.listens_for(Session, "loaded_as_persistent")
def _keep(session: Session, row: object) -> None:
    """A session forgets rows that nobody holds, and reads them again; within one write transaction it need not."""
    if (kept := session.info.get("kept")) is not None:
        kept.append(row)


async def run(tx: Tx, statement: Executable, params: Any = None) -> CursorResult[Any]:
    """Execute a statement as it stands: for rows that no session needs to keep, at half the price of `tx.exec`.

    What the session has not flushed yet is not in the answer.
    """
    result: CursorResult[Any] = await (await begun(tx)).execute(statement, params)
    return result


async def begun(tx: Tx) -> AsyncConnection:
    """Its connection, for which it has to be its turn to write; without this that is so with the first statement."""
    connection: AsyncConnection | None = tx.info.get("connection")
    if connection is None:
        connection = tx.info["connection"] = await tx.connection()
    return connection


async def load(tx: Tx, table: type[Table], row_id: int) -> Table:
    """The row with this id, read once in a write transaction.

    SQLAlchemy's own `get` builds its statement anew each time, which takes longer than to run it.

    Raises:
        NoResultFound: there is none.
    """
    if identity_key(table, row_id) in tx.sync_session.identity_map:
        return await tx.get_one(table, row_id)
    row: Table = (await tx.exec(_by_id(table), params={"wanted": row_id})).one()
    return row


@cache
def _by_id(table: type[SQLModel]) -> SelectOfScalar[Any]:
    return select(table).where(inspect(table).primary_key[0] == bindparam("wanted"))


def insert_last(tx: Tx, statement: Insert, rows: Collection[Mapping[str, Any]]) -> None:
    """Insert these at the end of the transaction, with all that are given under this statement: for records alone."""
    if rows:
        tx.info.setdefault("last", {}).setdefault(statement, []).extend(rows)


async def insert_kept(tx: Tx) -> None:
    """Insert now what was to come at the end."""
    for statement, rows in tx.info.pop("last", {}).items():
        await run(tx, statement, rows)


def wake(tx: Tx, name: str) -> None:
    """Ask for a signal once this transaction is committed, so that nobody waits for the next poll."""
    tx.info.setdefault("wake", set()).add(name)


def tell(tx: Tx, news: object) -> None:
    """Have it told to whoever listens, once this transaction is committed."""
    tx.info.setdefault("told", []).append(news)


def file_of(url: str) -> Path:
    """The file that a SQLite URL names."""
    return Path(url.removeprefix("sqlite:///"))


@asynccontextmanager
async def open_database(where: Path | str, connections: Connections | None = None) -> AsyncIterator[Database]:
    """Open a SQLite file, creating its folder, or PostgreSQL by its URL; the schema is `migrate.upgrade`'s business."""
    database = Database(where, connections)
    if database.path is not None:
        database.path.parent.mkdir(parents=True, exist_ok=True)
    try:
        async with database.awake():
            yield database
    finally:
        await database.close()
