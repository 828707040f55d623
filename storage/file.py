"""The database as a file: looked into, copied while in use, and set aside."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from storage import migrate

MOST_PROBLEMS = 5
ENDS = ("", "-wal", "-shm")  # of the files that one database is
COUNTED = ("tickets", "people", "teams", "deliveries", "jobs", "outbox", "receipts", "audit_events")


@dataclass(frozen=True)
class Inspection:
    """What a database file is like. `version` is None while it has no tables; no problems means sound."""

    version: str | None
    newest: str | None
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def is_current(self) -> bool:
        return self.version is not None and self.version == self.newest


def inspect(path: Path) -> Inspection:
    """Read a file that is there for damage, and count what is in it."""
    newest = migrate.newest()
    try:
        with _opened(path) as db:
            problems = [str(row[0]) for row in db.execute(f"PRAGMA integrity_check({MOST_PROBLEMS})") if row[0] != "ok"]
            broken = db.execute("PRAGMA foreign_key_check").fetchmany(MOST_PROBLEMS)
            problems += [
                f"{table} row {row} points to a {parent} row that is not there" for table, row, parent, _ in broken
            ]
            return Inspection(_version(db), newest, counts(db), problems)
    except sqlite3.DatabaseError as error:
        return Inspection(None, newest, problems=[str(error)])


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """Table -> number of rows, for those that are there."""
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {
        name: int(db.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608 - the names are ours
        for name in COUNTED
        if name in there
    }


def backup(source: Path, target: Path) -> Inspection:
    """Copy the database as of one moment, while others write to it; the copy is read back whole."""
    with _opened(source) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
    settle(target)
    return inspect(target)


def settle(path: Path) -> None:
    """Make it one file that needs no write-ahead log, until it is opened for work again."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=DELETE")


def rename(path: Path, new: Path) -> None:
    """Move the database with its write-ahead log."""
    for end in ENDS:
        if (part := path.with_name(path.name + end)).exists():
            part.rename(new.with_name(new.name + end))


def remove(path: Path) -> None:
    """Delete the database with its write-ahead log."""
    for end in ENDS:
        path.with_name(path.name + end).unlink(missing_ok=True)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as db:
        yield db


def _version(db: sqlite3.Connection) -> str | None:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return None
    row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None
