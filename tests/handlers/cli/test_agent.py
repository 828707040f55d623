"""`agent pause`, `resume` and `status` do from here what admins do in Slack, and a running bot keeps to it."""

import asyncio
import json
from pathlib import Path
from typing import Any

from bot.sandbox.llm import LlmSandbox
from bot.sandbox.slack import SlackSandbox
from storage import audit
from tests.handlers.cli.conftest import Outcome, Run
from tests.journeys.agent_team import with_agent
from tests.journeys.conftest import llm  # noqa: F401 - a fixture
from tests.team import quiet, report


async def said(run: Run, *words: str) -> Outcome:
    return await asyncio.to_thread(run, "agent", *words)


async def standing(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((await said(run, "status", "--json")).out)
    return found


async def test_an_admin_pauses_a_running_bot(
    run: Run,
    slack: SlackSandbox,
    llm: LlmSandbox,  # noqa: F811
    tmp_path: Path,
) -> None:
    async with with_agent(slack, llm, tmp_path / "data", admins=slack.user("alice").id) as bot:
        await report(bot, "alice", "redis is down")
        llm.requests.clear()
        refused = await said(run, "pause", "too dear", "--as", "bob")
        assert (refused.code, "admin" in refused.err) == (1, True)
        done = await said(run, "pause", "too dear", "--as", "alice", "--json")
        assert json.loads(done.out)["said"].startswith("No model is asked any more.")
        again = await said(run, "pause", "--as", "alice")
        assert (again.code, "too dear" in again.err) == (2, True)
        found = await standing(run)
        assert (found["paused"], found["by"], found["why"]) == (True, "alice", "too dear")
        assert "@alice has paused the agent (too dear)" in (await said(run, "status")).out
        await slack.say("frank", "#ops", "@chargehand who has the most tickets?")
        await quiet(bot)
        assert "@alice has paused the agent (too dear)" in slack.ephemerals("frank")[-1].plain
        assert llm.requests == []
        assert (await said(run, "resume", "--as", "alice")).out.strip() == "Models are asked again."
        async with bot.ctx.db.read() as tx:
            records = [one for one in await audit.of(tx, "workspace", "0") if one.surface == "cli"]
    assert {"pause", "resume"} <= {one.action for one in records}
    assert await standing(run) == {
        "paused": False,
        "by": "",
        "why": "",
        "providers": [],
        "turns": {"queued": 0, "running": 0, "waiting": 0},
    }


def test_without_a_model_it_says_which_setting(run: Run, newest: None) -> None:
    assert "ANTHROPIC_API_KEY" in run("agent", "status").out
    named = run("agent", "status", "--json", ANTHROPIC_API_KEY="sk-test").out
    assert json.loads(named)["providers"] == ["anthropic"]
