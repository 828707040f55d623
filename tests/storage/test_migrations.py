"""An empty file and a filled one both reach this version's schema, also when two processes start together."""

import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from storage import migrate

FILLED = """
INSERT INTO people (id, workspace_id, slack_id, name, is_admin, is_outsider, is_active, created_at)
    VALUES (1, 'T1', 'U1', 'ada', 1, 0, 1, '2026-03-02 12:00:00.000000');
INSERT INTO tickets (id, workspace_id, number, title, description, summary, fingerprint, tags, status, reporter_id,
    source, channel_id, channel_name, is_private, triage_note, assign_reason, created_at)
    VALUES (7, 'T1', 1, 'Redis is down', 'redis is down', '', '', '[]', 'open', 1,
    'slack', 'C1', 'ops', 0, '', '', '2026-03-02 12:00:00.000000');
INSERT INTO assignments (workspace_id, ticket_id, person_id, assigned_at)
    VALUES ('T1', 7, 1, '2026-03-02 12:00:00.000000');
INSERT INTO receipts (workspace_id, key, kind, channel_id, ts, ticket_id, at, correlation_id)
    VALUES ('T1', 'card:7', 'post', 'C1', '1.1', 7, '2026-03-02 12:00:00.000000', 'c');
"""


def upgrade_to(path: Path, revision: str) -> None:
    with on(path) as connection:
        settings = migrate.config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
        connection.commit()


def on(path: Path) -> Connection:
    return create_engine(f"sqlite:///{path}", poolclass=NullPool).connect()


def rows(path: Path, table: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT id, workspace_id FROM {table}").fetchall()


def test_an_empty_file_reaches_the_newest_schema_once(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "new.db"
    assert migrate.version_of(path) is None
    assert migrate.upgrade(path) is True
    assert migrate.version_of(path) == migrate.newest()
    assert migrate.upgrade(path) is False


def test_the_tables_are_what_the_program_expects(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    migrate.upgrade(path)
    migrate.load_tables()
    with on(path) as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_a_filled_database_of_the_first_version_stays_intact(tmp_path: Path) -> None:
    path = tmp_path / "filled.db"
    upgrade_to(path, "0001")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FILLED)
    migrate.upgrade(path)
    assert [rows(path, table) for table in ("tickets", "people")] == [[(7, "T1")], [(1, "T1")]]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_newest_version_can_be_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "filled.db"
    migrate.upgrade(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FILLED)
        connection.execute("UPDATE tickets SET origin_channel_id = 'D1', origin_ts = '1.1'")
        connection.commit()
    with on(path) as connection:
        settings = migrate.config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0001")
        connection.commit()
    assert migrate.version_of(path) == "0001"
    tables = ("tickets", "assignments", "receipts")
    assert [rows(path, table) for table in tables] == [[(7, "T1")], [(1, "T1")], [(1, "T1")]]
    assert migrate.upgrade(path) is True


async def test_processes_that_start_together_do_not_race(tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    code = f"from pathlib import Path; from storage import migrate; print(migrate.upgrade(Path({str(path)!r})))"
    started = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
        for _ in range(3)
    ]
    said = [(await process.communicate())[0].decode().strip() for process in started]
    assert sorted(said) == ["False", "False", "True"]
    assert migrate.version_of(path) == migrate.newest()
