"""The verbs on PostgreSQL: they work as on a file, or name the program that does it there."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.github import facts
from storage import migrate
from storage.database import open_database
from tests.handlers.cli.conftest import Run
from tests.postgres import Postgres


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.create(empty=True)


def test_a_database_is_made_used_and_checked(run: Run, url: str) -> None:
    name = url.replace("postgres@", "")
    made = run("db", "upgrade", DATABASE_URL=url)
    assert made.out == f"{name} is now at schema {migrate.newest()}.\n"
    assert (
        run("team", "add", "Platform", "--keyword", "redis", DATABASE_URL=url.replace("postgresql", "postgres")).code
        == 0
    )
    assert "Platform" in run("team", "list", DATABASE_URL=url.replace("postgresql", "postgresql+psycopg")).out
    checked = run("db", "check", DATABASE_URL=url)
    assert checked.code == 0
    assert checked.out.splitlines()[0] == f"{name} is sound."
    assert "teams 1" in checked.out


@pytest.mark.parametrize(("verb", "instead"), [("shell", "`psql`"), ("reset", "`dropdb` and `createdb`")])
def test_what_is_for_files_names_the_program_of_the_server(run: Run, url: str, verb: str, instead: str) -> None:
    refused = run("db", *verb.split(), DATABASE_URL=url)
    assert refused.code == 2
    assert "is no SQLite file: " + instead in refused.err


def test_the_doctor_looks_at_the_server(run: Run, url: str) -> None:
    assert "answers; the first `serve` makes the tables" in run("doctor", DATABASE_URL=url).out
    run("db", "upgrade", DATABASE_URL=url)
    assert f"is sound: schema {migrate.newest()}, 0 tickets" in run("doctor", DATABASE_URL=url).out


async def test_the_doctor_names_hooks_that_lack_events(run: Run, postgres: Postgres) -> None:
    url, at = postgres.create(), datetime(2026, 3, 2, 12, tzinfo=UTC)
    async with open_database(url) as db, db.write() as tx:
        await facts.remember_contact(tx, "5", facts.Contact(at, ("check_run",)), workspace_id="T1")
    examined = await asyncio.to_thread(run, "doctor", DATABASE_URL=url, GITHUB_WEBHOOK_SECRET="hush")
    assert "does not send check_run" in examined.out


def test_a_server_that_is_away_is_one_line_without_the_password(run: Run) -> None:
    away = "postgresql://me:hunter2@127.0.0.1:1/chargehand"
    refused = run("team", "list", DATABASE_URL=away)
    assert refused.code == 1
    assert refused.err.startswith("The database cannot be reached: connection failed: ")
    assert len(refused.err.splitlines()) == 1
    examined = run("doctor", DATABASE_URL=away).out
    assert "postgresql://127.0.0.1:1/chargehand: connection failed" in examined
    assert "hunter2" not in refused.err + examined
