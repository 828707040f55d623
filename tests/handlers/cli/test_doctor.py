"""`doctor` says what works, what is off because of what, and the next step; exit 1 without Slack or database."""

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.github import facts
from bot.sandbox.llm import LlmSandbox
from bot.sandbox.slack import SlackSandbox
from bot.slack.checkup import check_slack
from bot.slack.scopes import SCOPES
from handlers.cli.surroundings import check_disk
from storage import migrate
from storage.database import open_database
from tests.handlers.cli.conftest import Run, connected
from tests.team import LONG_AGO, settings_for


async def examined(run: Run, *, code: int, **settings: str) -> dict[str, dict[str, str]]:
    """Findings by what they are about."""
    outcome = await asyncio.to_thread(run, "doctor", "--json", **settings)
    report: dict[str, Any] = json.loads(outcome.out)
    assert (outcome.code, report["works"]) == (code, code == 0), outcome
    for finding in report["findings"]:
        assert finding["state"] == "ok" or finding["next_step"], finding
        for secret in ("sandbox-1", "hush"):
            assert secret not in outcome.out
    return {finding["what"]: finding for finding in report["findings"]}


async def test_a_connected_bot_is_well(slack: SlackSandbox, run: Run) -> None:
    found = await examined(run, code=0, **connected(slack))
    states = {what: finding["state"] for what, finding in found.items()}
    assert states == {
        "bot token": "ok",
        "scopes": "ok",
        "channels": "ok",
        "clock": "ok",
        "app token": "ok",
        "socket": "ok",
        "database": "ok",
        "assignment": "off",
        "reviews": "off",
        "disk": "ok",
        "model": "off",
        "GITHUB_WEBHOOK_SECRET": "off",
        "CHARGEHAND_GITHUB_CHANNEL": "off",
        "GITHUB_TOKEN": "off",
        "CHARGEHAND_BACKUP_DIR": "off",
        "CHARGEHAND_ADMINS": "off",
    }
    assert found["bot token"]["says"] == "valid: chargehand in Acme"
    assert "#ops" in found["channels"]["says"]
    assert "#random" not in found["channels"]["says"]
    assert slack.sockets == 0


async def test_it_reads_only(slack: SlackSandbox, run: Run, tmp_path: Path) -> None:
    await examined(run, code=0, **connected(slack))
    assert {call.method for call in slack.calls()} == {"auth.test", "users.conversations", "apps.connections.open"}
    assert os.listdir(tmp_path) == []


async def test_for_people_each_problem_has_its_next_step(run: Run) -> None:
    outcome = await asyncio.to_thread(run, "doctor")
    assert outcome.code == 1
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    at = lines.index("fail bot token SLACK_BOT_TOKEN is not set")
    assert lines[at + 1].startswith("→ create the Slack app from `python app.py manifest`")
    assert "fail app token SLACK_APP_TOKEN is not set" in lines
    assert lines[-1] == "Chargehand cannot do its job yet."


@pytest.mark.parametrize(("setting", "what"), [("SLACK_BOT_TOKEN", "bot token"), ("SLACK_APP_TOKEN", "app token")])
async def test_a_wrong_token(slack: SlackSandbox, run: Run, setting: str, what: str) -> None:
    wrong = {setting: "xoxb-hush-1"}
    found = await examined(run, code=1, **connected(slack) | wrong)
    assert (found[what]["state"], found[what]["says"]) == ("fail", "refused by Slack: invalid_auth")
    other = {"bot token": "app token", "app token": "bot token"}[what]
    assert found[other]["state"] == "ok"


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.name)
async def test_a_missing_scope_is_named_with_what_is_off(slack: SlackSandbox, run: Run, scope: Any) -> None:
    slack.scopes.discard(scope.name)
    found = await examined(run, code=1 if scope.is_vital else 0, **connected(slack))
    missing = found[f"scope {scope.name}"]
    assert missing["state"] == ("fail" if scope.is_vital else "warn")
    assert missing["says"] == f"is missing, so this is off: {scope.why}"


async def test_slack_down(run: Run) -> None:
    async with SlackSandbox.start() as gone:
        settings = connected(gone)
    found = await examined(run, code=1, **settings)
    for what in ("bot token", "app token"):
        assert found[what]["says"].startswith("Slack does not answer: no connection")


async def test_a_socket_that_is_refused(slack: SlackSandbox, run: Run) -> None:
    slack.refuse_sockets(1)
    found = await examined(run, code=1, **connected(slack))
    assert found["socket"]["says"] == "cannot be opened: WSServerHandshakeError"


async def test_a_bot_in_no_channel(slack: SlackSandbox, run: Run) -> None:
    for channel in ("#ops", "#payments", "#general", "#secret", "#old-ops"):
        slack.kick_bot(channel)
    found = await examined(run, code=0, **connected(slack))
    assert (found["channels"]["state"], found["channels"]["says"]) == ("warn", "it is in none")


async def test_a_clock_that_is_wrong(slack: SlackSandbox, tmp_path: Path) -> None:
    findings = [one async for one in check_slack(settings_for(slack, tmp_path), now=LONG_AGO)]
    [clock] = [finding for finding in findings if finding.what == "clock"]
    assert clock.state == "warn"
    assert clock.says.endswith("s behind Slack's")


async def test_a_damaged_database(slack: SlackSandbox, run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_bytes(b"no database at all" * 100)
    found = await examined(run, code=1, **connected(slack), DATABASE_URL="sqlite:///bad.db")
    assert found["database"]["says"] == "bad.db: file is not a database"


async def test_a_database_that_cannot_be_made(slack: SlackSandbox, run: Run) -> None:
    found = await examined(run, code=1, **connected(slack), DATABASE_URL="sqlite:////dev/null/x.db")
    assert found["database"]["says"] == "/dev/null cannot be written to"


async def test_a_database_without_this_versions_schema(slack: SlackSandbox, run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    found = await examined(run, code=0, **connected(slack), DATABASE_URL="sqlite:///empty.db")
    assert (found["database"]["state"], found["assignment"]["state"]) == ("warn", "off")


async def test_with_a_team_assignment_is_not_off(slack: SlackSandbox, run: Run) -> None:
    await asyncio.to_thread(run, "team", "add", "Platform")
    assert "assignment" not in await examined(run, code=0, **connected(slack))


def test_a_file_system_that_is_not_local(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/share {tmp_path} nfs4 rw 0 0\n")
    kinds = {finding.what: finding for finding in check_disk(tmp_path / "data/x.db", table=mounts)}
    assert (kinds["file system"].state, kinds["file system"].says) == ("fail", f"{tmp_path} is on nfs4")


async def test_the_model_is_asked_for_what_costs_nothing(slack: SlackSandbox, run: Run) -> None:
    async with LlmSandbox.start() as llm:
        settings = connected(slack) | {"ANTHROPIC_API_KEY": "sk-ant-hush", "ANTHROPIC_BASE_URL": llm.url}
        found = await examined(run, code=0, **settings)
    assert found["model"]["state"] == "ok"
    assert found["model"]["says"].startswith("answers, lists ")
    assert llm.requests == []
    assert found["prices"]["state"] == "off"
    unpriced = "claude-haiku-5-5, claude-sonnet-5-5, claude-opus-5-5 without a price"
    assert found["prices"]["says"] == f"{unpriced}: tokens are counted, money is not"
    assert found["prices"]["next_step"].startswith('set CHARGEHAND_PRICES={"claude-haiku-5-5": {"input": 1, ')


async def test_a_model_out_of_reach_leaves_triage_to_rules(slack: SlackSandbox, run: Run) -> None:
    settings = connected(slack) | {"ANTHROPIC_API_KEY": "sk-ant-hush", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}
    settings |= {"CHARGEHAND_PRICES": '{"claude-haiku-5-5": {"input": 1, "output": 5}}'}
    found = await examined(run, code=0, **settings, CHARGEHAND_BUDGET_WORKSPACE_DAY_USD="20")
    assert (found["prices"]["state"], found["prices"]["says"].partition(",")[0]) == ("warn", "claude-sonnet-5-5")
    assert found["model"]["state"] == "warn"
    assert found["model"]["says"].endswith("rules triage meanwhile")


def test_a_bad_setting_is_a_finding(run: Run) -> None:
    outcome = run("doctor", "--json", CHARGEHAND_WORKER_CONCURRENCY="0")
    report = json.loads(outcome.out)
    assert (outcome.code, report["works"]) == (1, False)
    assert report["findings"][0]["says"].startswith("CHARGEHAND_WORKER_CONCURRENCY input should be greater")


async def test_a_hook_that_lacks_events_is_named(slack: SlackSandbox, run: Run) -> None:
    path = Path("data/chargehand.db")
    await asyncio.to_thread(migrate.upgrade, path)
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    async with open_database(path) as db, db.write() as tx:
        await facts.remember_contact(tx, "5", facts.Contact(at, ("check_run",)), workspace_id="T1")
        await facts.remember_contact(tx, "6", facts.Contact(at, ()), workspace_id="T1")
    found = await examined(run, code=0, **connected(slack), GITHUB_WEBHOOK_SECRET="hush")
    assert (found["hook 5"]["state"], found["hook 5"]["says"]) == ("warn", "does not send check_run")
    assert (found["hook 6"]["state"], found["hook 6"]["says"]) == ("ok", "last contact 2026-03-02 12:00 UTC")
    assert found["networks"]["state"] == "warn"


async def test_emoji_that_are_not_there_are_named(slack: SlackSandbox, run: Run) -> None:
    """Slack is asked only where somebody has changed the names; it lists its own and those of the workspace."""
    usual = "open=large_blue_circle,in_progress=shipit,resolved=checkered_flag,closed=lock"
    found = await examined(run, code=0, **connected(slack), CHARGEHAND_STATUS_EMOJI=usual)
    assert (found["emoji"]["state"], found["emoji"]["says"]) == ("ok", "all 4 of the settings are there")
    wrong = {"CHARGEHAND_STATUS_EMOJI": usual.replace("lock", "lokc"), "CHARGEHAND_ABSENCE_EMOJI": "palm_tre,airplane"}
    found = await examined(run, code=0, **connected(slack), **wrong)
    status, absence = found["CHARGEHAND_STATUS_EMOJI"], found["CHARGEHAND_ABSENCE_EMOJI"]
    assert (status["state"], status["says"]) == ("warn", "Slack lists no emoji :lokc:")
    assert ":lock:" in status["next_step"]
    assert ":palm_tree:" in absence["next_step"]
    slack.scopes.discard("emoji:read")
    found = await examined(run, code=0, **connected(slack), **wrong)
    assert found["emoji"]["says"].startswith("not checked: missing_scope")
