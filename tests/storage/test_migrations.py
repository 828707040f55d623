"""An empty database and a filled one both reach this version's schema, also when two processes start together."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import SQLModel

from storage import migrate
from tests.postgres import Postgres
from tests.team import DATABASES

FILLED = """
INSERT INTO people (id, workspace_id, slack_id, name, is_admin, is_outsider, is_active, created_at)
    VALUES (1, 'T1', 'U1', 'ada', TRUE, FALSE, TRUE, '2026-03-02 12:00:00.000000');
INSERT INTO tickets (id, workspace_id, number, title, description, summary, fingerprint, tags, status, reporter_id,
    source, channel_id, channel_name, is_private, triage_note, assign_reason, created_at)
    VALUES (7, 'T1', 1, 'Redis is down', 'redis is down', '', '', '[]', 'open', 1,
    'slack', 'C1', 'ops', FALSE, '', '', '2026-03-02 12:00:00.000000');
INSERT INTO assignments (workspace_id, ticket_id, person_id, assigned_at)
    VALUES ('T1', 7, 1, '2026-03-02 12:00:00.000000');
INSERT INTO receipts (workspace_id, key, kind, channel_id, ts, ticket_id, at, correlation_id)
    VALUES ('T1', 'card:7', 'post', 'C1', '1.1', 7, '2026-03-02 12:00:00.000000', 'c');
INSERT INTO deliveries (id, workspace_id, source, dedupe_key, kind, payload, correlation_id, received_at)
    VALUES (3, 'T1', 'slack', 'Ev1', 'message', '{"text": "é"}', 'c', '2026-03-02 12:00:00.000000');
"""


@pytest.fixture(params=DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """A database without any table, on both kinds."""
    if request.param == "sqlite":
        yield tmp_path / "new.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create(empty=True)
    yield url
    server.drop(url)


def go(where: Path | str, revision: str) -> None:
    with migrate.engine(where).begin() as connection:
        settings = migrate.config()
        settings.attributes["connection"] = connection
        (command.downgrade if migrate.version(connection) else command.upgrade)(settings, revision)


def filled(where: Path | str) -> None:
    """A database as the first version left it."""
    go(where, "0001")
    run(where, *FILLED.split(";")[:-1])


def run(where: Path | str, *statements: str) -> Sequence[Any]:
    """What the last of them answers."""
    with migrate.engine(where).begin() as connection:
        done = [connection.execute(text(statement.replace(":", "\\:"))) for statement in statements]
        return [tuple(row) for row in done[-1]] if done[-1].returns_rows else []


def rows(where: Path | str, table: str) -> Sequence[tuple[object, ...]]:
    return run(where, f"SELECT id, workspace_id FROM {table}")


def test_an_empty_file_reaches_the_newest_schema_once(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "new.db"
    assert migrate.version_of(path) is None
    assert migrate.upgrade(path) is True
    assert migrate.version_of(path) == migrate.newest()
    assert migrate.upgrade(path) is False


def test_the_tables_are_what_the_program_expects(where: Path | str) -> None:
    migrate.upgrade(where)
    migrate.load_tables()
    with migrate.engine(where).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_a_filled_database_of_the_first_version_stays_intact(where: Path | str) -> None:
    filled(where)
    migrate.upgrade(where)
    kept = run(where, "SELECT body, size, encoding, status FROM deliveries WHERE id = 3")
    assert [(bytes(body), *rest) for body, *rest in kept] == [('{"text": "é"}'.encode(), 14, "identity", "accepted")]
    assert [rows(where, table) for table in ("tickets", "people")] == [[(7, "T1")], [(1, "T1")]]


def test_a_filled_file_of_the_first_version_is_sound_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "filled.db"
    filled(path)
    migrate.upgrade(path)
    with closing(sqlite3.connect(path)) as connection:
        made = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'deliveries'").fetchone()
        assert "AUTOINCREMENT" in made[0]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_newest_version_can_be_taken_back(where: Path | str) -> None:
    filled(where)
    migrate.upgrade(where)
    run(where, "UPDATE tickets SET origin_channel_id = 'D1', origin_ts = '1.1'")
    go(where, "0001")
    assert migrate.version_of(where) == "0001"
    tables = ("tickets", "assignments", "receipts")
    assert [rows(where, table) for table in tables] == [[(7, "T1")], [(1, "T1")], [(1, "T1")]]
    assert run(where, "SELECT payload FROM deliveries") == [('{"text": "é"}',)]
    assert migrate.upgrade(where) is True


def test_what_the_former_version_has_no_place_for_is_not_dropped(where: Path | str) -> None:
    filled(where)
    migrate.upgrade(where)
    run(where, "UPDATE tickets SET reporter_id = NULL")
    with pytest.raises(IntegrityError):
        go(where, "0003")
    assert (migrate.version_of(where), rows(where, "tickets")) == (migrate.newest(), [(7, "T1")])


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


AUDITED = """
INSERT INTO audit_events (id, workspace_id, at, actor, surface, action, object_kind, object_id, correlation_id, before,
    after) VALUES (5, 'T1', '2026-03-02 12:00:00.000000', 'person:1', 'slash', 'status', 'ticket', '7', 'c',
    '{"status": "open"}', '{"reason": "é"}')
"""


def test_what_was_said_on_record_moves_to_rows_of_its_own_and_back(where: Path | str) -> None:
    go(where, "0001")
    run(where, AUDITED)
    migrate.upgrade(where)
    [(said,)] = run(where, "SELECT text FROM audit_events e JOIN audit_payloads p ON p.digest = e.digest")
    assert json.loads(said) == {"before": {"status": "open"}, "after": {"reason": "é"}}
    with pytest.raises(DBAPIError, match="is append-only"):
        run(where, "DELETE FROM audit_events")
    go(where, "0001")
    [(before, after)] = run(where, "SELECT before, after FROM audit_events")
    loaded = [json.loads(one) if isinstance(one, str) else one for one in (before, after)]
    assert loaded == [{"status": "open"}, {"reason": "é"}]


def test_the_words_that_teams_own_become_rules_and_come_back(where: Path | str) -> None:
    go(where, "0014")
    run(
        where,
        "INSERT INTO teams (id, workspace_id, name, slug, description, keywords, components, created_at) VALUES"
        " (1, 'T1', 'Platform', 'platform', '', '[\"redis\", \"kafka\"]', '[\"queue\"]', '2026-03-02 12:00:00.000000')",
    )
    migrate.upgrade(where)
    rules = run(where, "SELECT kind, pattern, team_id, source FROM ownership_rules ORDER BY id")
    assert rules == [
        ("keyword", "redis", 1, "manual"),
        ("keyword", "kafka", 1, "manual"),
        ("component", "queue", 1, "manual"),
    ]
    go(where, "0014")
    [(keywords, components)] = run(where, "SELECT keywords, components FROM teams")
    known = [json.loads(words) if isinstance(words, str) else words for words in (keywords, components)]
    assert known == [["redis", "kafka"], ["queue"]]


LOGINS = """
INSERT INTO people (id, workspace_id, slack_id, name, github_login, is_admin, is_outsider, is_active, created_at) VALUES
    (1, 'T1', 'U1', 'ada', 'Octocat', FALSE, FALSE, TRUE, '2026-03-02 12:00:00.000000'),
    (2, 'T1', 'U2', 'bob', NULL, FALSE, TRUE, TRUE, '2026-03-02 12:00:00.000000'),
    (3, 'T1', 'U3', 'cy', 'twice', FALSE, FALSE, TRUE, '2026-03-02 12:00:00.000000'),
    (4, 'T1', 'U4', 'di', 'Twice', FALSE, FALSE, TRUE, '2026-03-02 12:00:00.000000')
"""


def test_logins_that_admins_entered_are_verified_unless_two_people_had_one(where: Path | str) -> None:
    go(where, "0001")
    run(where, LOGINS)
    migrate.upgrade(where)
    known = run(where, "SELECT person_id, value, shown, state FROM identities ORDER BY person_id")
    assert known == [(1, "octocat", "Octocat", "verified"), (3, "twice", "twice", "claimed")]
    assert run(where, "SELECT id FROM people WHERE is_external") == [(2,)]
    go(where, "0014")
    assert run(where, "SELECT id, github_login FROM people WHERE github_login IS NOT NULL") == [(1, "Octocat")]


def test_threads_begin_in_the_phase_that_their_tickets_are_in(where: Path | str) -> None:
    filled(where)
    run(
        where,
        "UPDATE tickets SET status = 'resolved'",
        "INSERT INTO thread_links (id, workspace_id, channel_id, thread_ts, ticket_id)"
        " VALUES (4, 'T1', 'C1', '1.1', 7)",
    )
    migrate.upgrade(where)
    assert run(where, "SELECT ticket_id, phase, pull_id FROM thread_links") == [(7, "done", None)]
    run(
        where,
        "INSERT INTO thread_links (id, workspace_id, channel_id, thread_ts, phase, phase_changes)"
        " VALUES (5, 'T1', 'C1', '2.1', 'intake', '[]')",
    )
    go(where, "0001")
    assert run(where, "SELECT id, ticket_id FROM thread_links") == [(4, 7)], "a request without a ticket has no place"
