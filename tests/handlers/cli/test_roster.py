"""`person import` shows what it would do, does it as a whole or not at all, and `person export` takes it back out."""

import asyncio
from pathlib import Path

import pytest
from sqlmodel import select

from agent.roster.sheet import MOST_BYTES
from storage.audit import AuditEvent
from storage.database import open_database
from storage.identities import Identity
from storage.people import Person
from tests.handlers.cli.conftest import DATABASE, ROOT, Run

EXAMPLE = str(ROOT / "examples" / "people.csv")


async def count(table: type[Person | AuditEvent | Identity]) -> int:
    async with open_database(DATABASE) as db, db.read() as tx:
        return len(list(await tx.exec(select(table))))


def test_the_example_is_shown_first_and_nothing_is_made(run: Run) -> None:
    shown = run("person", "import", EXAMPLE)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.splitlines()[0] == "+ line 2: person: U0ALICE001"
    assert shown.out.splitlines()[-1] == "34 changes; nothing is changed yet: --apply makes them."
    assert not DATABASE.exists()


@pytest.mark.usefixtures("newest")
def test_what_was_imported_is_exported_and_says_nothing_new(run: Run, tmp_path: Path) -> None:
    assert run("person", "import", EXAMPLE, "--apply").out.splitlines()[-1] == "34 changes made."
    file = tmp_path / "out.csv"
    assert run("person", "export", str(file)).code == 0
    assert file.read_text(encoding="utf-8") == run("person", "export").out
    again = run("person", "import", str(file), "--apply").out.splitlines()
    assert again == [*(f"= line {line}: nothing new" for line in range(2, 9)), "0 changes made."]
    listed = run("person", "list").out
    assert "responder of Platform, responder of Payments" in listed
    assert "bobhub" in listed


@pytest.mark.usefixtures("newest")
async def test_one_broken_line_among_many_changes_nothing(run: Run, tmp_path: Path) -> None:
    await asyncio.to_thread(run, "team", "add", "Platform")
    known = await count(AuditEvent)
    file = tmp_path / "people.csv"
    rows = [f"U{number:07},Platform,responder,{'many' if number == 4321 else 5}" for number in range(5000)]
    text = "slack_id,team,role,capacity\n" + "\n".join(row.ljust(400) for row in rows) + "\n"
    assert len(text) > 0.95 * MOST_BYTES
    file.write_text(text, encoding="utf-8")
    shown = await asyncio.to_thread(run, "person", "import", str(file), "--apply")
    assert shown.code == 2
    assert shown.err == "Nothing was changed, since something is wrong: line 4323.\n"
    assert "! line 4323: “many” is no capacity: write a number from 1 to 999, or off" in shown.out
    assert (await count(Person), await count(AuditEvent)) == (0, known)


def test_a_picture_is_no_file_of_people(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(bytes(range(256)) * 8000)
    shown = run("person", "import", str(file))
    assert (shown.code, shown.out) == (2, "")
    assert shown.err == "That is no CSV file: byte 129 is no text in UTF-8.\n"


@pytest.mark.usefixtures("newest")
async def test_only_an_admin_imports(run: Run) -> None:
    await asyncio.to_thread(run, "person", "add", "--slack-id", "U0BOB00001", "--name", "bob")
    for command in (["import", EXAMPLE, "--apply"], ["import", EXAMPLE], ["export"]):
        shown = await asyncio.to_thread(run, "person", *command, "--as", "bob")
        assert (shown.code, shown.out) == (1, "")
        assert shown.err.endswith("people: that is for admins.\n")
    assert await count(Person) == 1


@pytest.mark.usefixtures("newest")
@pytest.mark.parametrize("login", ["bobhub", "@BobHub"])
async def test_an_admin_vouches_for_a_login(run: Run, login: str) -> None:
    await asyncio.to_thread(run, "person", "add", "--slack-id", "U0BOB00001", "--name", "bob")
    await asyncio.to_thread(run, "person", "add", "--slack-id", "U0CY00001", "--name", "cy")
    assert (await asyncio.to_thread(run, "person", "link", "bob", login)).code == 0
    taken = await asyncio.to_thread(run, "person", "link", "cy", "bobhub")
    assert taken.code == 2
    assert taken.err.endswith("is @bob on GitHub: `unlink github` them first.\n")
    gone = await asyncio.to_thread(run, "person", "unlink", "bob")
    assert gone.out == f"{login.removeprefix('@')} on GitHub is nobody's any more.\n"
    assert await count(Identity) == 0


@pytest.mark.usefixtures("newest")
def test_a_team_is_run_from_the_command_line_as_in_slack(run: Run) -> None:
    run("team", "add", "Platform")
    run("team", "add", "Payments")
    run("person", "add", "--slack-id", "U0BOB00001", "--name", "bob")
    assert run("team", "rename", "Platform", "Core").code == 0
    assert run("team", "describe", "Core", "Databases").code == 0
    assert run("team", "set", "Core", "capacity", "4").code == 0
    shown = run("team", "member", "add", "Core", "bob", "manager").out.splitlines()
    assert shown[0] == "Core: bob (manager)"
    assert "  description: Databases – what it looks after" in shown
    refused = run("team", "member", "remove", "Core", "bob", "--as", "bob")
    assert (refused.code, refused.err) == (1, "You may not change who manages Core: that is for admins.\n")
    assert run("team", "member", "remove", "Core", "bob").out.splitlines()[0] == "Core: nobody yet"
    assert run("team", "delete", "Core").out == "Team Core is deleted; 0 open tickets moved.\n"
    assert run("team", "show", "Core").code == 2
    assert run("team", "restore", "core").out == "Team Core is back.\n"


@pytest.mark.usefixtures("newest")
def test_a_deleted_team_is_seen_before_anything_is_applied(run: Run, tmp_path: Path) -> None:
    run("team", "add", "Platform")
    run("team", "add", "Crew")
    run("team", "delete", "Crew")
    file = tmp_path / "people.csv"
    file.write_text("slack_id,team,role\nU0BOB00001,Crew,responder\n")
    shown = run("person", "import", str(file))
    assert (shown.code, "! line 2: There was a team Crew" in shown.out) == (2, True)
