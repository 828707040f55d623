"""`turn …`, `proposal …` and `tool …` tell what the agent was asked, what it did and what waits for approval."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.llm import Call, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from storage import audit, people, turns
from storage.database import open_database
from tests.handlers.cli.conftest import Run
from tests.journeys.agent_team import calls, routes, with_agent
from tests.journeys.conftest import llm  # noqa: F401 - a fixture
from tests.team import assignees, quiet, report, running, settings_for

DATABASE = Path("data/chargehand.db")
SECRET = "password=hunter2-4711"
ASKED = f"could you hand CH-1 over to @dave? mail me at alice@example.com, {SECRET}"


@pytest.fixture
async def asked(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> str:  # noqa: F811
    """T-1 gave CH-1 to dave, T-2, in a direct message, waits to give it to carol; the ts of the first request."""
    routes(llm, "assign")
    give = Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False})
    better = give.arguments | {"people": ["@carol"]}
    asks = Match(purpose="^assign", turn=0, text="better")
    llm.add(Rule(name="better", match=asks, reply=Reply(calls=(Call("assign", better),))))
    calls(llm, "assign", give, then="I gave it, write to bob@example.com")
    async with with_agent(slack, llm, tmp_path / "data") as bot:
        await report(bot, "frank", "redis is down")
        ts = await slack.say("alice", "#ops", f"@chargehand {ASKED}")
        await quiet(bot)
        await slack.dm("alice", "can you give CH-1 to somebody better?")
        await quiet(bot)
    return ts


async def said(run: Run, *words: str) -> str:
    done = await asyncio.to_thread(run, *words)
    assert done.code == 0, (words, done.err)
    return done.out.strip()


async def listed(run: Run, *words: str) -> list[str]:
    """The names in the list."""
    return [row["turn"] for row in json.loads(await said(run, "turn", "list", *words, "--json"))]


async def shown(run: Run, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await said(run, "turn", "show", *words, "--json"))
    return found


async def test_a_turn_is_found_by_what_it_is_about(run: Run, asked: str) -> None:
    link = f"https://acme.slack.com/archives/C0OPS/p{asked.replace('.', '')}"
    answer = f"https://acme.slack.com/archives/C0OPS/p1999999999000000?thread_ts={asked}&cid=C0OPS"
    for words, names in [
        ("", ["T-2", "T-1"]),
        ("--about CH-1", ["T-2", "T-1"]),
        ("--about CH-7", []),
        (f"--about {link}", ["T-1"]),
        (f"--about {answer}", ["T-1"]),
        ("--about #12", []),
        ("--state waiting", ["T-2"]),
        ("--actor bob", []),
        ("--actor alice --since 1h", ["T-2", "T-1"]),
        ("--feedback down", []),
    ]:
        assert await listed(run, *words.split()) == names, words
    done = await asyncio.to_thread(run, "turn", "list", "--about", "redis")
    assert (done.code, "names nothing" in done.err) == (2, True)


async def test_a_turn_shows_all_that_came_of_it_and_nothing_private(run: Run, asked: str) -> None:
    turn = await shown(run, "T-1")
    [step] = turn["steps"]
    [tool] = step["tools"]
    assert (turn["state"], turn["outcome"], turn["origin"]) == ("done", "answer", "person")
    assert (turn["route"]["by"], turn["route"]["reason"], turn["route"]["steps"]) == ("model", "so", ["assign"])
    assert (tool["name"], tool["receipt"], tool["proposal"]) == ("assign", "R-1", None)
    assert tool["args"] == {"ticket": "CH-1", "people": ["@dave"], "besides": False}
    assert (tool["result"]["state"], tool["ms"] > 0) == ("done", True)
    prompts = [call["prompt"] for call in [*turn["route"]["calls"], *step["calls"]]]
    assert [re.sub("@[0-9a-f]{12} v[1-9]$", "", one) for one in prompts] == ["router", "assign", "assign", "claims"]
    assert turn["tokens"]["in"] == sum(call["in"] for call in [*turn["route"]["calls"], *step["calls"]])
    assert "assign" in turn["grants"]["1"]
    assert [one["receipt"] for one in turn["receipts"]] == ["R-1"]
    kept = "could you hand CH-1 over to <@U0DAVE>? mail me at [redacted:email], password=[redacted:secret]"
    assert turn["text"] == kept
    assert step["text"] == "I gave it, write to [redacted:email]"
    hidden = await shown(run, "T-2")
    assert (hidden["hidden"], hidden["text"], hidden["steps"][0]["tools"][0]["args"]) == (True, "", {})
    assert hidden["proposals"][0] | {"expires_at": ""} == {
        "proposal": "P-1",
        "state": "open",
        "outcome": "",
        "said": "",
        "ungrounded": ["people"],
        "expires_at": "",
        "decided_by": None,
    }
    assert "somebody better" not in await said(run, "turn", "show", "T-2", "--messages")
    assert "somebody better" not in await said(run, "turn", "list")
    exported = [json.loads(line) for line in (await said(run, "turn", "export", "--since", "1h")).splitlines()]
    assert [(one["turn"], one["hidden"]) for one in exported] == [("T-1", False), ("T-2", True)]
    assert await recorded() == []
    assert (await shown(run, "T-2", "--private"))["text"] == "can you give CH-1 to somebody better?"
    assert "somebody better" in await said(run, "turn", "show", "T-2", "--messages", "--private")
    assert "somebody better" in await said(run, "turn", "export", "--private")
    assert await recorded() == ["read private"] * 3
    words = await said(run, "turn", "show", "T-1")
    assert "route by model: assign (so)" in words
    assert "-> done R-1" in words
    assert "The words of 1 turn are gone" in await said(run, "turn", "purge", "--before", "0m")
    emptied = await shown(run, "T-1")
    assert (emptied["text"], emptied["steps"][0]["text"], emptied["steps"][0]["tools"][0]["args"]) == ("", "", {})
    assert emptied["tokens"] == turn["tokens"]
    assert (await shown(run, "T-2", "--private"))["text"], "it has not ended"


async def recorded() -> list[str]:
    """Who looked at what is private."""
    async with open_database(DATABASE) as db, db.read() as tx:
        return [one.action for one in await audit.of(tx, "turn", "2") if one.action == "read private"]


async def test_an_admin_decides_from_here_what_a_button_would(
    run: Run,
    slack: SlackSandbox,
    llm: LlmSandbox,  # noqa: F811
    tmp_path: Path,
    asked: str,
) -> None:
    [row] = json.loads(await said(run, "proposal", "list", "--json"))
    assert (row["proposal"], row["by"], row["turn"], row["state"]) == ("P-1", "alice", "T-2", "open")
    assert row["what"].startswith("(private")
    assert json.loads(await said(run, "proposal", "show", "P-1", "--json"))["ungrounded"] == ["people"]
    private = json.loads(await said(run, "proposal", "show", "P-1", "--private", "--json"))
    assert private["what"] == "assign CH-1 @carol"
    refused = await asyncio.to_thread(run, "proposal", "approve", "P-1", "--as", "bob")
    assert (refused.code, "You may not decide P-1 at the command line" in refused.err) == (1, True)
    async with open_database(DATABASE) as db, db.write() as tx:
        (await people.the(tx, slack.workspace_id, slack.user("alice").id)).is_admin = True
    assert "approved by @alice at the command line" in await said(run, "proposal", "approve", "P-1", "--as", "alice")
    again = await asyncio.to_thread(run, "proposal", "deny", "P-1", "too late", "--as", "alice")
    assert (again.code, "was approved by @alice" in again.err) == (2, True)
    settings = settings_for(slack, tmp_path / "data", anthropic_api_key="sk-test", anthropic_base_url=llm.url)
    async with running(slack, settings) as bot:
        await quiet(bot)
        assert await assignees(bot) == ["carol"]
        async with bot.ctx.db.read() as tx:
            turn = await turns.get(tx, 2)
            decided = (await audit.of(tx, "proposal", "1"))[-1]
    assert turn.state == "done"
    assert (decided.action, decided.surface) == ("approve", "cli")
    states = {"approved": ["P-1"], "executed": ["P-1"], "failed": []}
    for state, names in states.items():
        listed = json.loads(await said(run, "proposal", "list", "--state", state, "--json"))
        assert [row["proposal"] for row in listed] == names


def test_the_tools_are_listed(run: Run) -> None:
    found = {one["name"]: one for one in json.loads(run("tool", "list", "--json").out)}
    assert found["close_ticket"]["risk"] == "destructive"
    assert found["get_ticket"]["specialists"][:2] == ["assign", "research"]
    assert "close_ticket" in run("tool", "list").out
