"""Brings a database to this version's schema, and says which one it has."""

import importlib
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

AGGREGATES = (
    "audit", "inbox", "leases", "outbox", "people", "queue.jobs", "settings_kv", "thread_links", "tickets",
)  # fmt: skip


def load_tables() -> None:
    """Import every module that defines a table, so that the metadata is whole."""
    for name in AGGREGATES:
        importlib.import_module(f"storage.{name}")


def config() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return settings


def upgrade(path: Path) -> bool:
    """Upgrade to the newest schema; False when it was there. Two processes that start together do not race."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as first:
        first.execute("PRAGMA journal_mode=WAL")
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": 60})

    @event.listens_for(engine, "connect")
    def by_hand(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def exclusively(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        if version(connection) == newest():
            return False
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
    return True


def version(connection: Connection) -> str | None:
    """The schema version of an open database; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def version_of(path: Path) -> str | None:
    """The schema version of a file; None when it is missing or empty."""
    if not path.exists():
        return None
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        return version(connection)


def newest() -> str | None:
    """The schema version this program wants."""
    return ScriptDirectory.from_config(config()).get_current_head()
