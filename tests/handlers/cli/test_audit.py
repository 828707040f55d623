"""`audit …`: whoever runs Chargehand can check the record, note its head, hand it on, and forget a person."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage import seals
from storage.database import open_database
from tests.handlers.cli.conftest import OPERATOR, Run
from tests.storage.test_audit import adopt

FILE = Path("data/chargehand.db")


async def seal() -> None:
    """What `serve` does every ten seconds."""
    async with open_database(FILE) as db:
        await adopt(db)
        await seals.seal(db)


def tamper(statement: str) -> None:
    with closing(sqlite3.connect(FILE, isolation_level=None)) as db:
        for (trigger,) in list(db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")):
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute(statement)


@pytest.fixture
def record(newest: None, run: Run) -> None:
    """Three events: a team, a person and a role."""
    run("team", "add", "Platform", "--description", "what U0BOB built")
    run("person", "add", "--slack-id", "U0BOB", "--name", "bob", "--team", "Platform", "--role", "manager")
    asyncio.run(seal())


@pytest.mark.usefixtures("record")
def test_a_whole_record_is_counted_and_its_head_is_the_one_that_was_noted(run: Run) -> None:
    noted = json.loads(run("audit", "head", "--json").out)
    assert run("audit", "head").out == f"3 {noted['head']}\n"
    assert run("audit", "verify").out == f"3 events are whole.\nHead: {noted['head']}\n"
    run("team", "add", "Payments")
    found = run("audit", "verify", "--head", noted["head"], "--json")
    assert found.code == 0
    assert json.loads(found.out) == {
        "whole": True,
        "sealed": 3,
        "unsealed": 1,
        "forgotten": 0,
        "head": noted["head"],
        "broken": None,
    }


@pytest.mark.usefixtures("record")
def test_a_changed_row_is_named_and_the_exit_code_is_1(run: Run) -> None:
    tamper("UPDATE audit_payloads SET text = replace(text, 'Platform', 'Payments') WHERE id = 1")
    found = run("audit", "verify")
    said = "Broken at 1: the words of its event 1 are not as they were. The 0 before it are whole.\n"
    assert (found.code, found.out) == (1, said)


@pytest.mark.usefixtures("record")
def test_a_cut_tail_is_found_by_the_head_that_was_noted(run: Run) -> None:
    noted = run("audit", "head").out.split()[1]
    tamper("DELETE FROM audit_events WHERE id = 3")
    assert run("audit", "verify").out.startswith("Broken at 3: its event 3 is gone.")
    tamper("DELETE FROM audit_seals WHERE sequence = 3")
    assert run("audit", "verify").code == 0
    found = run("audit", "verify", "--head", noted)
    assert found.code == 1
    assert found.out.startswith("Broken at 3: the head noted earlier is in no seal")


@pytest.mark.usefixtures("record")
def test_the_record_is_exported_as_lines_of_json(run: Run) -> None:
    lines = [json.loads(line) for line in run("audit", "export").out.splitlines()]
    assert [(one["sequence"], one["action"], one["object"]) for one in lines] == [
        (1, "add", "team:1"),
        (2, "add", "person:1"),
        (3, "role", "person:1"),
    ]
    assert lines[2]["after"] == {"team": "Platform", "role": "manager"}
    assert {one["actor"] for one in lines} == {OPERATOR}
    assert run("audit", "export", "--object", "team:1").out.count("\n") == 1
    assert run("audit", "export", "--since", "1h").out.count("\n") == 3
    assert run("audit", "export", "--since", "2999-01-01").out == ""
    unknown = run("audit", "export", "--object", "CH-9")
    assert (unknown.code, unknown.err) == (
        2,
        "“CH-9” is not on record: name a ticket as CH-12, or KIND:ID as in person:7.\n",
    )


@pytest.mark.usefixtures("record")
def test_a_persons_words_are_forgotten_on_the_record(run: Run) -> None:
    assert run("audit", "forget", "bob", "--reason", " ").code == 2
    done = run("audit", "forget", "bob", "--reason", "they asked")
    assert done.out == "The words of 3 events with bob are gone; `python app.py audit verify` still holds.\n"
    asyncio.run(seal())
    assert run("audit", "verify").out.startswith("4 events are whole, of 3 the words are forgotten.\nHead: ")
    lines = [json.loads(line) for line in run("audit", "export").out.splitlines()]
    assert [one["forgotten"] for one in lines] == [True, True, True, False]
    assert (lines[3]["action"], lines[3]["after"]["reason"]) == ("forget", "they asked")
    assert "U0BOB" not in run("audit", "export").out


def test_without_a_database_there_is_nothing_to_check(run: Run) -> None:
    assert run("audit", "verify").code == 2


@pytest.mark.usefixtures("newest")
def test_an_empty_record_is_whole(run: Run) -> None:
    assert run("audit", "head").out == "Nothing is sealed yet.\n"
    assert run("audit", "verify").out.startswith("0 events are whole.\nHead: none yet")
