"""Brings a database to this version's schema, and says which one it has."""

import importlib
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from storage.database import Tx, file_of
from storage.postgres import MIGRATING, PATIENTLY, TURN, Connections, is_postgres, open_sync

AGGREGATES = (
    "absences", "alarms", "audit", "backup", "calendars", "channels", "comments", "decisions", "duplicates", "feedback",
    "gaps", "group_links", "homes", "identities", "inbox", "issues", "leases", "limits", "llm_cache", "llm_ledger",
    "llm_state", "mutes", "notices", "outbox", "ownership", "people", "proposals", "pulls", "questions", "queue.jobs",
    "receipts", "reminders", "repositories", "review_requests", "seals", "settings_kv", "sla", "thread_links",
    "thread_messages", "thread_summaries", "tickets", "turns", "undo_steps", "watches", "webhook_secrets", "workers",
)  # fmt: skip


_REVISION = text("SELECT version_num FROM alembic_version")


class WrongSchemaError(Exception):
    """This version cannot work on the database as it is; the text names what to do."""


def load_tables() -> None:
    """Import every module that defines a table, so that the metadata is whole."""
    for name in AGGREGATES:
        importlib.import_module(f"storage.{name}")


def config() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return settings


def upgrade(where: Path | str, connections: Connections | None = None) -> bool:
    """Upgrade to the newest schema; False when it was there. Two processes that start together do not race."""
    if is_postgres(where):
        return _upgrade_postgres(engine(where, connections), connections)
    path = where if isinstance(where, Path) else file_of(where)
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as first:
        first.execute("PRAGMA journal_mode=WAL")
    with engine(path).begin() as connection:
        return _upgrade(connection)


def _upgrade_postgres(engine: Engine, connections: Connections | None) -> bool:
    with engine.begin() as connection:
        connection.execute(MIGRATING)
        if connections and connections.schema:
            connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{connections.schema}"')
        connection.execute(TURN)
        return _upgrade(connection)


def _upgrade(connection: Connection) -> bool:
    known = version(connection)
    if known == newest():
        return False
    refuse_later(known)
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
    return True


def require_newest(where: Path | str, connections: Connections | None = None) -> None:
    """For a process that does not migrate by itself.

    Raises:
        WrongSchemaError: the database is at another schema than this version's.
    """
    known = version_of(where, connections)
    if known == newest():
        return
    refuse_later(known)
    raise WrongSchemaError(
        f"The database has schema {known or 'none'}, this version wants {newest()}: run `python app.py db upgrade`."
    )


def refuse_later(known: str | None) -> None:
    """Say so when a schema is one that this version does not know.

    Raises:
        WrongSchemaError: it is a later one.
    """
    if known not in {None, *(script.revision for script in ScriptDirectory.from_config(config()).walk_revisions())}:
        raise WrongSchemaError(
            f"The database has schema {known}, which a newer version of Chargehand made: start that version."
        )


def engine(where: Path | str, connections: Connections | None = None) -> Engine:
    """One connection at a time, for what is done while nothing else runs. On SQLite a transaction has the file to
    itself from its beginning; on PostgreSQL after `take_turn`."""
    if is_postgres(where):
        return open_sync(str(where), connections or Connections())
    path = where if isinstance(where, Path) else file_of(where)
    opened = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": 60})

    @event.listens_for(opened, "connect")
    def by_hand(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None

    @event.listens_for(opened, "begin")
    def exclusively(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return opened


def take_turn(connection: Connection) -> None:
    """Be the one that writes until this transaction ends, however long it takes."""
    if connection.dialect.name == "postgresql":
        connection.execute(PATIENTLY)
        connection.execute(TURN)


def version(connection: Connection) -> str | None:
    """The schema version of an open database; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def version_of(where: Path | str, connections: Connections | None = None) -> str | None:
    """The schema version of a database; None when it is missing or empty."""
    if is_postgres(where):
        engine = open_sync(str(where), connections or Connections())
    elif (path := where if isinstance(where, Path) else file_of(where)).exists():
        engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    else:
        return None
    with engine.connect() as connection:
        return version(connection)


async def revision(tx: Tx) -> str | None:
    """The schema version of a database that is in use."""
    return (await (await tx.connection()).execute(_REVISION)).scalar()


@cache
def newest() -> str | None:
    """The schema version this program wants."""
    return ScriptDirectory.from_config(config()).get_current_head()
