"""Errors are one clear line and an exit code; help does not wait for what it does not need."""

import asyncio
import signal
import socket
import tomllib
from pathlib import Path

import pytest

from bot.sandbox.slack import SlackSandbox
from storage import workspace
from storage.database import open_database
from tests.handlers.cli.conftest import APP, ROOT, Outcome, Run, connected, ended, python, started

BROKEN = """
import asyncio
from handlers.cli import build_cli

async def serve(settings, *, stop, started=None, parts=None):
    async with asyncio.TaskGroup():
        raise KeyError("the wheel came off")

build_cli(serve)()
"""
HEAVY = ("aiohttp", "alembic", "anthropic", "apscheduler", "pydantic_settings", "slack_sdk", "sqlalchemy", "yaml")
LIGHT = f"""
import sys
from handlers.cli import build_cli
try:
    build_cli(None)(["--help"])
except SystemExit:
    print("loaded:", *[name for name in {HEAVY} if name in sys.modules])
"""


def test_the_version_is_the_projects(run: Run) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert run("--version") == Outcome(0, f"chargehand {project['version']}\n", "")


def test_help_names_every_verb_without_loading_what_they_need() -> None:
    helped = python("-c", LIGHT, PYTHONPATH=str(ROOT))
    for verb in ("serve", "demo", "doctor", "manifest", "db", "team", "person", "jobs"):
        assert f"\n  {verb} " in helped.out
    assert helped.out.splitlines()[-1] == "loaded:"


def test_a_python_without_the_dependencies_is_told_of_make_setup() -> None:
    refused = python("-S", APP, "serve")
    assert refused.code == 1
    assert refused.err.splitlines() == [
        "This Python lacks Chargehand's dependencies: run `make setup`, then `.venv/bin/python app.py …`."
    ]


def test_an_unknown_verb_gets_the_closest_one(run: Run) -> None:
    refused = run("srve")
    assert refused.code == 2
    assert "Did you mean 'serve'?" in refused.err


def test_a_bad_setting_is_named_with_its_problem_and_an_example(run: Run) -> None:
    refused = run("team", "list", CHARGEHAND_WORKER_CONCURRENCY="many", DATABASE_URL="mysql://secret@host/db")
    assert refused.code == 2
    assert refused.err.splitlines() == [
        "DATABASE_URL is neither SQLite nor PostgreSQL; examples: sqlite:///data/chargehand.db, postgresql://me@db/chargehand",
        "CHARGEHAND_WORKER_CONCURRENCY input should be a valid integer, unable to parse string as an integer;"
        " example: 8",
    ]


def test_a_folder_that_cannot_be_one_is_one_line(run: Run) -> None:
    refused = run("team", "add", "Platform", DATABASE_URL="sqlite:////dev/null/chargehand.db")
    assert refused == Outcome(1, "", "/dev/null: File exists. Check the path and its permissions.\n")


def test_a_damaged_database_is_one_line(run: Run) -> None:
    Path("bad.db").write_bytes(b"no database at all" * 100)
    refused = run("person", "list", DATABASE_URL="sqlite:///bad.db")
    assert refused.code == 1
    assert refused.err.startswith("The database cannot be used: file is not a database.")
    assert len(refused.err.splitlines()) == 1


def test_a_bug_is_one_line_and_a_traceback_only_for_who_asks() -> None:
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "PYTHONPATH": str(ROOT)}
    quiet = python("-c", BROKEN, "serve", **tokens, CHARGEHAND_LOG_LEVEL="error")
    assert quiet.code == 1
    assert quiet.err.splitlines() == [
        "This is a bug: KeyError: 'the wheel came off'. CHARGEHAND_LOG_LEVEL=debug shows where; please report it."
    ]
    loud = python("-c", BROKEN, "serve", **tokens, CHARGEHAND_LOG_LEVEL="debug")
    assert "Traceback" in loud.err


async def test_serve_without_tokens_names_the_setting_and_the_doctor() -> None:
    refused = await ended(await started("serve", CHARGEHAND_LOG_LEVEL="warning"))
    assert refused == Outcome(2, "", "SLACK_BOT_TOKEN is not set; `python app.py doctor` lists what is missing\n")


async def test_serve_with_a_wrong_token_ends_without_showing_it(slack: SlackSandbox) -> None:
    for setting, token in (("SLACK_BOT_TOKEN", "xoxb-hush-1"), ("SLACK_APP_TOKEN", "xapp-hush-1")):
        settings = connected(slack) | {setting: token, "CHARGEHAND_LOG_LEVEL": "warning"}
        refused = await ended(await started("serve", **settings))
        assert refused == Outcome(2, "", f"{setting} is refused by Slack: invalid_auth\n")


async def test_serve_on_a_taken_port_is_one_line(slack: SlackSandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = connected(slack) | {
            "CHARGEHAND_HTTP_PORT": str(taken.getsockname()[1]),
            "CHARGEHAND_LOG_LEVEL": "error",
        }
        refused = await ended(await started("serve", **settings))
    assert refused.code == 1
    where = f"('127.0.0.1', {settings['CHARGEHAND_HTTP_PORT']})"
    assert refused.err == f"The address {where} is taken: end the other process or choose another port.\n"


async def test_serve_refuses_another_workspaces_database(slack: SlackSandbox, run: Run) -> None:
    await asyncio.to_thread(run, "db", "upgrade")
    async with open_database(Path("data/chargehand.db")) as db, db.write() as tx:
        await workspace.adopt(tx, "T0ELSEWHERE")
    refused = await ended(await started("serve", **connected(slack), CHARGEHAND_LOG_LEVEL="error"))
    assert refused.code == 2
    assert refused.err == (
        "This database belongs to workspace T0ELSEWHERE, the token to T0SANDBOX; point DATABASE_URL to another file.\n"
    )


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
async def test_serve_can_be_ended_while_slack_does_not_answer(slack: SlackSandbox, name: signal.Signals) -> None:
    slack.fail(method="apps.connections.open", status=503, times=1000)
    process = await started("serve", **connected(slack))
    await slack.until(lambda: slack.calls("apps.connections.open"), timeout=60)
    process.send_signal(name)
    stopped = await ended(process)
    assert stopped.code == 0
    assert "Traceback" not in stopped.err
