"""What is wrong with a command line is said in one line, with the next step; what it answers can be had as JSON."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from app import serve
from handlers.cli import build_cli
from tests.handlers.cli.conftest import Run

# Whose answers programs may want; `audit export` is JSON already.
SPOKEN = {"ticket", "team", "person", "ownership", "sla", "reminders", "digest", "calendar", "audit", "access", "help"}
WRONG = [
    ("person", "import", "nope.csv"),
    ("person", "forget", "bob"),
    ("person", "link", "bob"),
    ("ticket", "list"),
    ("ownership", "import", "CODEOWNERS"),
    ("ownership", "test"),
    ("reminders", "preview", "--days", "0"),
    ("team", "member", "promote", "Platform", "bob"),
    ("calendar", "check"),
    ("sla", "set", "Platform"),
    ("audit", "verify", "--hed", "1"),
    ("nonsense",),
]


def verbs(command: Any, name: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each verb that does something, with its name in full."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for called, one in inner.items():
        yield from verbs(one, (*name, called))


def test_every_answer_can_be_had_as_json() -> None:
    without = [
        " ".join(name)
        for name, command in verbs(typer.main.get_command(build_cli(serve)))
        if name[0] in SPOKEN and not any("--json" in option.opts for option in command.params)
    ]
    assert without == ["audit export"]


@pytest.mark.parametrize("line", WRONG, ids=" ".join)
def test_a_wrong_line_is_answered_by_one(run: Run, line: tuple[str, ...]) -> None:
    outcome = run(*line)
    assert (outcome.code, outcome.out) == (2, "")
    [said] = outcome.err.splitlines()
    assert said.endswith("--help` says how it is used.")


def test_a_group_without_a_verb_shows_its_verbs(run: Run) -> None:
    outcome = run("team")
    assert outcome.code == 2
    assert "rename" in outcome.err


def test_what_a_team_is_told_is_said_back(run: Run) -> None:
    assert run("team", "add", "Platform").code == 0
    assert json.loads(run("team", "set", "Platform", "zone", "Europe/Berlin", "--json").out) == [
        "Platform, zone: Europe/Berlin – its time zone"
    ]
    assert run("team", "rename", "Platform", "Core").out == "Team Platform is Core now.\n"
    assert run("team", "describe", "Core", "the rest").out == "Core, description: the rest – what it looks after\n"
    assert json.loads(run("person", "add", "--slack-id", "U0BOB", "--name", "bob", "--json").out) == ["bob (U0BOB)."]
    [bob] = json.loads(run("person", "export", "--json").out)
    assert (bob["slack_id"], bob["rotation"]) == ("U0BOB", "on")
