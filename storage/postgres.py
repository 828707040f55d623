"""PostgreSQL, once a team outgrows one machine: connections, the one writer's turn, and wake-ups between processes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects import registry
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from storage.compiled import COMPILED

CHANNEL = "chargehand"
# One write transaction at a time on this database, as on SQLite: what is proven there holds here. A process that
# stops in the middle of one loses its turn with its connection. What was acknowledged survives the server, even one
# that was told (synchronous_commit = off) to lose its last half second; a stricter setting stays.
TURN = text(
    "SELECT pg_advisory_xact_lock(hashtext('chargehand:' || current_schema())),"
    " CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END"
)
# The same, and nobody waits for the disk at its end.
QUICK_TURN = text(
    "SELECT pg_advisory_xact_lock(hashtext('chargehand:' || current_schema())),"
    " set_config('synchronous_commit', 'off', true)"
)
# Before the schema is there, its own turn cannot be taken.
MIGRATING = text("SELECT pg_advisory_xact_lock(hashtext('chargehand migrates'))")
NOTIFY = text("SELECT pg_notify(:channel, current_schema() || ':' || name) FROM unnest(CAST(:names AS text[])) AS name")
IDLE_IN_TRANSACTION_MS = 10_000
# For a transaction that has to wait for another database, or for a program of PostgreSQL's.
PATIENTLY = text("SET LOCAL idle_in_transaction_session_timeout = 0")
RECYCLE_SECONDS = 1800
# A server that vanished without a word is noticed within about 15 s, not after the two hours that are usual.
PATIENCE: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
registry.register("postgresql.server", "storage.postgres_dialect", "ServerDialect")
PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0)  # seconds before the next try to listen again


@dataclass(frozen=True, kw_only=True)
class Connections:
    """How to connect. `has_pooler`: one in transaction mode stands between, so nothing may outlive a transaction."""

    pool: int = 5
    overflow: int = 3
    schema: str | None = None
    has_pooler: bool = False


def is_postgres(where: object) -> bool:
    """Whether a database URL names PostgreSQL."""
    return str(where).startswith(("postgres://", "postgresql://", "postgresql+psycopg://"))


def url_of(where: str) -> URL:
    """Any of the usual spellings, for our driver.

    Raises:
        ValueError: it cannot be read.
    """
    _, _, rest = where.partition("://")
    try:
        return make_url(f"postgresql+psycopg://{rest}")
    except (ArgumentError, ValueError):
        raise ValueError("cannot be read; example: postgresql://me:password@db.example.com:5432/chargehand") from None


def password_of(where: str) -> str:
    """The password in a URL, as it is typed; empty when it has none."""
    return str(url_of(where).password or "")


def open_engine(where: str, connections: Connections) -> AsyncEngine:
    """A pool of connections that notices when the server went away."""
    engine = create_async_engine(
        url_of(where).set(drivername="postgresql+server"),
        execution_options={"compiled_cache": COMPILED},
        pool_size=connections.pool,
        max_overflow=connections.overflow,
        pool_timeout=30,
        pool_pre_ping=True,
        pool_recycle=RECYCLE_SECONDS,
        connect_args=connect_args(connections),
    )
    set_up(engine.sync_engine, connections)
    return engine


def open_sync(where: str, connections: Connections) -> Engine:
    """One connection at a time, for what is done before anything else runs: migrations, a look from outside."""
    engine = create_engine(url_of(where), poolclass=NullPool, connect_args=connect_args(connections))
    set_up(engine, connections)
    return engine


def connect_args(connections: Connections) -> dict[str, Any]:
    """What psycopg is told."""
    return PATIENCE | ({"prepare_threshold": None} if connections.has_pooler else {})


def set_up(engine: Engine, connections: Connections) -> None:
    """Our schema, and no transaction that is left alone for long; behind a pooler each transaction says so again."""

    def for_now(connection: Connection) -> None:
        connection.exec_driver_sql(_say("LOCAL", connections), execution_options={"no_parameters": True})

    def for_good(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(_say("SESSION", connections))
        cursor.close()
        connection.commit()

    if connections.has_pooler:
        event.listen(engine, "begin", for_now)
    else:
        event.listen(engine, "connect", for_good)


def _say(scope: str, connections: Connections) -> str:
    words = [f"SET {scope} idle_in_transaction_session_timeout = {IDLE_IN_TRANSACTION_MS}"]
    if connections.schema:
        words.append(f'SET {scope} search_path TO "{connections.schema}"')
    return "; ".join(words)


@asynccontextmanager
async def listening(where: str, connections: Connections, heard: Callable[[str], None]) -> AsyncIterator[None]:
    """Call `heard` with each name that a commit in any process notified of; a lost connection is opened again."""
    if connections.has_pooler:  # it would hand the connection to somebody else; polling does the work
        yield
        return
    task = asyncio.create_task(_listen(where, connections, heard))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()  # a bug in it is nobody's secret


async def _listen(where: str, connections: Connections, heard: Callable[[str], None]) -> None:
    import psycopg  # noqa: PLC0415 - an extra, needed by this engine alone

    url = url_of(where).set(drivername="postgresql").render_as_string(hide_password=False)
    failed = 0
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True, **PATIENCE) as connection:
                if connections.schema:
                    await connection.execute(f'SET search_path TO "{connections.schema}"')
                row = await (await connection.execute("SELECT current_schema()")).fetchone()
                await connection.execute(f"LISTEN {CHANNEL}")
                failed = 0
                heard("*")  # what happened meanwhile was not heard
                async for told in connection.notifies():
                    schema, _, name = told.payload.rpartition(":")
                    if row and schema == row[0]:
                        heard(name)
        except psycopg.Error:
            await asyncio.sleep(PAUSES[min(failed, len(PAUSES) - 1)])
            failed += 1
