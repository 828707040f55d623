"""`db …`: schema, health, backups that were read back, and a reset that does not lose tickets."""

import atexit
import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from storage.migrate import newest
from tests.handlers.cli.conftest import ROOT, Outcome, Run, app

DATABASE = Path("data/chargehand.db")
STORY = str(ROOT / "stories/redis.yml")


@pytest.fixture
def _with_a_ticket() -> None:
    shutil.copytree(_told(), "data")


@cache
def _told() -> Path:
    """What a story leaves; to play it takes as long as all else here."""
    folder = Path(tempfile.mkdtemp(prefix="chargehand-told-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    assert app("demo", "--script", STORY, "--data", str(folder)).code == 0
    return folder


def test_upgrade_makes_a_database_and_is_done_once(run: Run) -> None:
    assert run("db", "upgrade").out == f"{DATABASE} is now at schema {newest()}.\n"
    assert run("db", "upgrade").out == f"{DATABASE} was already at schema {newest()}.\n"


def test_without_a_database_each_verb_says_how_to_get_one(run: Run) -> None:
    for verb in (["check"], ["backup", "copy.db"], ["shell"]):
        said = run("db", *verb)
        assert (said.code, said.out) == (2, "")
        assert said.err.startswith(f"There is no database at {DATABASE}: `serve` or `db upgrade` makes one")
    assert not Path("copy.db").exists()


@pytest.mark.usefixtures("_with_a_ticket")
def test_check_counts_what_is_there(run: Run) -> None:
    checked = run("db", "check")
    assert (checked.code, checked.err) == (0, "")
    sound, counted, schema = checked.out.splitlines()
    assert sound == f"{DATABASE} is sound."
    assert counted.startswith("tickets 1, people ")
    assert schema == f"Schema {newest()}, the newest."


def test_check_finds_a_row_that_points_nowhere(run: Run) -> None:
    run("db", "upgrade")
    with closing(sqlite3.connect(DATABASE)) as db, db:
        db.execute("INSERT INTO memberships (workspace_id, team_id, person_id, role) VALUES ('T', 7, 7, 'manager')")
    checked = run("db", "check")
    assert (checked.code, checked.out) == (1, "")
    assert "Damaged: memberships row 1 points to a " in checked.err


def test_check_finds_damage(run: Run) -> None:
    run("db", "upgrade")
    with DATABASE.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 4096)
    checked = run("db", "check")
    assert checked.code == 1
    assert checked.err.startswith("Damaged: ")
    assert "put back the latest backup" in checked.err


def test_check_asks_for_an_upgrade(run: Run) -> None:
    DATABASE.parent.mkdir()
    DATABASE.touch()
    checked = run("db", "check")
    assert checked.code == 1
    assert checked.out.splitlines()[-1].endswith("run `python app.py db upgrade`.")


@pytest.mark.usefixtures("_with_a_ticket")
def test_a_backup_holds_what_was_written_last(run: Run) -> None:
    with closing(sqlite3.connect(DATABASE)) as live:
        live.execute("PRAGMA wal_autocheckpoint = 0")
        live.execute("UPDATE tickets SET title = 'only in the log yet'")
        live.commit()
        assert run("db", "backup", "copy.db").out == (
            "copy.db holds 1 ticket and was read back whole; copy.db.json says so.\n"
        )
    with closing(sqlite3.connect("copy.db")) as copy:
        assert copy.execute("SELECT title FROM tickets").fetchall() == [("only in the log yet",)]


@pytest.mark.usefixtures("_with_a_ticket")
def test_a_backup_overwrites_nothing(run: Run) -> None:
    Path("copy.db").write_text("precious")
    refused = run("db", "backup", "copy.db")
    assert refused == Outcome(2, "", "copy.db is there already and a backup overwrites nothing: name a new file.\n")
    assert Path("copy.db").read_text() == "precious"


def test_reset_asks(run: Run) -> None:
    run("team", "add", "Platform")
    assert run("db", "reset", answer="n\n").code == 1
    assert "Platform" in run("team", "list").out
    assert run("db", "reset", answer="y\n").code == 0
    assert run("team", "list").out == "No team yet: `python app.py team add NAME`.\n"


@pytest.mark.usefixtures("_with_a_ticket")
def test_reset_refuses_tickets_unless_forced(run: Run) -> None:
    refused = run("db", "reset", answer="y\n")
    assert refused.code == 2
    assert refused.err == (
        f"{DATABASE} holds 1 ticket: make a copy with `python app.py db backup PATH`, then add --force.\n"
    )
    assert run("db", "reset", "--force", answer="y\n").code == 0
    assert "tickets 0," in run("db", "check").out


def test_reset_refuses_what_it_cannot_read(run: Run) -> None:
    DATABASE.parent.mkdir()
    DATABASE.write_bytes(b"no database at all" * 100)
    assert run("db", "reset", answer="y\n").code == 2
    assert run("db", "reset", "--force", answer="y\n").code == 0
    assert run("db", "check").code == 0


def test_the_shell_answers_sql_where_sqlite3_is_not_installed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    run("team", "add", "Platform")
    talk = run("db", "shell", answer="SELECT name, channel_id FROM teams\nSELECT nonsense\nSELECT 7\n")
    assert "Platform | \n" in talk.out
    assert talk.out.rstrip().endswith("7\nsql>")
    assert talk.err == "no such column: nonsense\n"
