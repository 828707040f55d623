"""The agent's process is killed in the midst of its work, and its models fail: every request has one outcome."""

import sys
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bench.kill_turns import campaign
from bot.sandbox.llm import Call, Fault, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from storage import migrate
from storage.tickets import Ticket
from storage.turns import Turn
from tests.journeys.agent_team import answers, calls, routes, with_agent
from tests.storage.test_migrations import go
from tests.team import assignees, quiet, report, said

KILLS, TURNS = 3, 6
FIRST_WITH_REQUESTS = "0030"
GIVE = Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False})


async def test_kills_lose_and_double_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verdict = await campaign(tmp_path, turns=TURNS, kills=KILLS, seed=7)
    with capsys.disabled():
        sys.stdout.write(f"\n{verdict}\n")
    told = (*verdict.lost, *verdict.doubled, *verdict.silent, (tmp_path / "bot.log").read_text()[-4000:])
    assert verdict.is_clean, "\n".join(told)


async def test_what_waits_for_approval_outlives_an_upgrade(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", "could you give CH-1 to somebody good?")
        database = bot.ctx.settings.database
    go(database, FIRST_WITH_REQUESTS)
    migrate.upgrade(database)
    async with with_agent(slack, llm, tmp_path, is_back=True) as bot:
        asked = next(one for one in slack.thread("#ops", ts) if "Approve" in one.buttons)
        await slack.click("alice", "#ops", asked.ts, "Approve")
        await quiet(bot)
        assert await assignees(bot) == ["dave"]
        [turn] = await bot.rows(select(Turn))
    assert (turn.state, turn.outcome) == ("done", "answer")


async def test_with_the_model_down_rules_do_what_they_can(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    llm.fail(status=529, times=1000)
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await report(bot, "alice", "ask the printer in room 5 is out of paper")
        [turn] = await bot.rows(select(Turn))
        assert (await bot.ticket()).title
    assert (turn.state, turn.outcome) == ("done", "answer")
    assert turn.note
    assert any("CH-1" in text for text in said(slack.thread("#ops", ts)))


@pytest.mark.parametrize("words", ["who has the most of all?", "could you hand CH-1 to somebody good?"])
async def test_with_the_model_down_what_is_asked_is_no_report(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, words: str
) -> None:
    llm.fail(status=529, times=1000)
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", f"ask {words}")
        assert [one.number for one in await bot.rows(select(Ticket))] == [1]
    [answer] = answers(slack, ts)
    assert answer.plain.startswith("The model gave no answer")
    names = "CH-1" in words
    assert ("|CH-1 Redis is down>." in answer.plain) is names
    assert ("Make it a ticket" in answer.buttons) is not names


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "the the the the", "raw": True},
        {"json": {"steps": [{"specialist": "emperor", "goal": "rule"}], "reason": "why not"}},
    ],
)
async def test_a_router_that_makes_no_sense_leads_to_reading(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, answer: dict[str, Any]
) -> None:
    llm.add(Rule(match=Match(purpose="^route"), reply=Reply(**answer)))
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="Nobody has any.")))
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await report(bot, "alice", "ask who has the most open tickets?")
        [turn] = await bot.rows(select(Turn))
    assert [step["specialist"] for step in turn.route["steps"]] == ["research"]
    assert "Nobody has any." in said(answers(slack, ts))[-1]


async def test_a_model_that_fails_on_the_way_leaves_what_was_done(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    down = Fault(kind="status", status=529, times=None)
    llm.add(
        Rule(match=Match(purpose="^assign", turn=0), reply=Reply(calls=(GIVE,))),
        Rule(match=Match(purpose="^assign"), reply=Reply(text="never"), faults=(down,)),
    )
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", "could you hand CH-1 over to @dave for now?")
        assert await assignees(bot) == ["dave"]
        [turn] = await bot.rows(select(Turn))
    assert (turn.state, turn.outcome) == ("failed", "error")
    last = said(answers(slack, ts))[-1]
    assert last.startswith("The model gave no answer")
    assert "R-1" in last
    assert "1 change" in last


async def test_without_budget_it_says_which_and_commands_go_on(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="Done.")
    async with with_agent(slack, llm, tmp_path, budget_turn_tokens=1000) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", "could you hand CH-1 over to @dave for now?")
        [turn] = await bot.rows(select(Turn))
        told = " ".join(said(slack.thread("#ops", ts)))
        assert "budget" in f"{turn.note} {told}".lower()
        assert "Internal" not in told
        await report(bot, "alice", "assign CH-1 @dave")
        assert await assignees(bot) == ["dave"]
