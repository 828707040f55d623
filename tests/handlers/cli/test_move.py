"""`db move`: to another database and back, told table by table; broken off, it leaves the target empty."""

import re
import signal

import psycopg
import pytest

from bench.move import fill
from storage import migrate
from storage.transfer import moved_to
from tests.files import put_newest
from tests.handlers.cli.conftest import DATABASE, Run, ended, started
from tests.postgres import Postgres
from tests.waiting import until

TICKETS = 20
WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.create(empty=True)


@pytest.fixture(autouse=True)
def _with_tickets() -> None:
    put_newest(DATABASE)
    fill(DATABASE, tickets=TICKETS)


def test_there_and_back(run: Run, url: str) -> None:
    name = url.replace("postgres@", "")
    there = run("db", "move", "--to", url)
    assert there.err == ""
    assert there.out.splitlines()[-2:] == [
        f"Everything is in {name} now: every count and checksum agrees.",
        f"Set DATABASE_URL to it. {DATABASE} stays as it is, and `serve` refuses it from now on.",
    ]
    assert re.search(r"^tickets +20 rows  [0-9a-f]{16}$", there.out, re.MULTILINE)
    back = run("db", "move", "--to", "sqlite:///back.db", DATABASE_URL=url)
    assert back.out.splitlines()[:-2] == there.out.splitlines()[:-2]
    assert "tickets 20," in run("db", "check", DATABASE_URL="sqlite:///back.db").out


def test_a_rehearsal_says_as_much_and_writes_nothing(run: Run, url: str) -> None:
    rehearsed = run("db", "move", "--to", url, "--dry-run")
    assert rehearsed.out.endswith("Nothing was written.\n")
    assert migrate.version_of(url) is None
    assert run("db", "move", "--to", url).out.splitlines()[:-2] == rehearsed.out.splitlines()[:-1]


def test_serve_refuses_what_was_left_unless_forced(run: Run, url: str) -> None:
    run("db", "move", "--to", url)
    refused = run("serve")
    assert refused.code == 2
    assert refused.err.startswith(f"{DATABASE} was moved to {url.replace('postgres@', '')}: set DATABASE_URL to that.")
    assert "was moved" not in run("serve", DATABASE_URL=url).err
    assert "was moved" not in run("serve", "--force").err


def test_a_target_with_rows_is_refused(run: Run, url: str) -> None:
    run("team", "add", "Platform", DATABASE_URL=url)
    refused = run("db", "move", "--to", url)
    assert refused.code == 2
    assert "is not empty" in refused.err


def test_a_wrong_target_is_one_line(run: Run) -> None:
    assert run("db", "move", "--to", "mysql://x/y").err.startswith("--to is neither SQLite nor PostgreSQL")
    away = run("db", "move", "--to", "postgresql://me:hunter2@127.0.0.1:1/chargehand")
    assert (away.code, len(away.err.splitlines())) == (1, 1)
    assert "hunter2" not in away.err


async def test_killed_half_way_the_target_is_empty_and_the_source_in_use(url: str) -> None:
    """A lock on the target's tickets holds the move up after people, jobs and more are written."""
    migrate.upgrade(url)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as watch:
        async with await psycopg.AsyncConnection.connect(url) as holding:
            await holding.execute("LOCK TABLE tickets IN SHARE MODE")
            moving = await started("db", "move", "--to", url)

            async def waits() -> object:
                return await (await watch.execute(WAITING)).fetchone()

            await until(waits, timeout=60)
            moving.send_signal(signal.SIGKILL)
            assert b"people" in (await moving.communicate())[0]

        async def is_gone() -> bool:
            return not await (await watch.execute(WAITING)).fetchone()

        await until(is_gone)
        for table in ("people", "tickets", "jobs", "deliveries"):
            assert await (await watch.execute(f"SELECT count(*) FROM {table}")).fetchone() == (0,)  # type: ignore[arg-type]  # ours
    assert moved_to(DATABASE) is None
    assert (await ended(await started("db", "move", "--to", url))).code == 0
