"""A specialist gives the rest to another one, once; whatever that one would change waits for approval."""

from pathlib import Path

import pytest
from sqlmodel import select

from bot.sandbox.llm import Call, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from storage.proposals import Proposal
from storage.turns import DONE, ToolCall, TurnStep
from tests.journeys.agent_team import answers, calls, routes, with_agent
from tests.team import assignees, quiet, report, slash

GIVE = Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False})
ASKED = "could you hand CH-1 over to @dave for now?"


def over(name: str, why: str = "give CH-1 to @dave") -> Call:
    return Call("handover", {"specialist": name, "why": why})


def hands_over(llm: LlmSandbox, *asked: Call, then: str = "I cannot.") -> None:
    routes(llm, "research")
    calls(llm, "research", *asked, then=then)
    calls(llm, "assign", GIVE, then="It is given.")


async def test_another_goes_on_and_what_they_would_change_waits(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    hands_over(llm, Call("list_tickets", {"filters": "open"}), over("assign"), over("close"))
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        before = await assignees(bot)
        ts = await report(bot, "alice", ASKED)
        steps = await bot.rows(select(TurnStep))
        assert [(one.specialist, one.goal) for one in steps] == [
            ("research", "as asked"),
            ("assign", "give CH-1 to @dave"),
        ]
        used = {(one.tool, one.state): one.result for one in await bot.rows(select(ToolCall)) if one.step == 1}
        assert used["handover", DONE] == "assign goes on with it."
        assert "done once already" in used["handover", "refused"]
        assert await assignees(bot) == before, "who asked named all of it, and no router chose who works"
        [proposal] = await bot.rows(select(Proposal))
        assert (proposal.state, proposal.ungrounded) == ("open", [])
        assert "waiting for approval" in answers(slack, ts)[-1].plain
        [asks] = [one.ts for one in slack.thread("#ops", ts) if "Approve" in one.buttons]
        await slack.click("alice", "#ops", asks, "Approve")
        await quiet(bot)
        assert await assignees(bot) == ["dave"]
        offered = [{tool["name"] for tool in body["tools"]} for body in llm.requests if body.get("tools")]
        assert all("handover" in names for names in offered)


@pytest.mark.parametrize(
    ("settings", "tools", "call", "why"),
    [
        ({}, "read", over("assign"), "there is no tool handover here"),
        ({"turn_steps": 1}, "all", over("assign"), "there is no tool handover here"),
        ({}, "all", over("research"), "arguments"),
        ({}, "all", over("narrate"), "arguments"),
    ],
    ids=["the channel has cut it", "no more may work", "to itself", "to one for others' words"],
)
async def test_what_may_not_be_is_told_and_the_step_goes_on(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, settings: dict[str, int], tools: str, call: Call, why: str
) -> None:
    hands_over(llm, call, then="There is nothing to tell.")
    async with with_agent(slack, llm, tmp_path, **settings) as bot:
        await report(bot, "frank", "redis is down")
        await slash(bot, "alice", f"channel tools {tools}")
        ts = await report(bot, "alice", ASKED)
        [step] = await bot.rows(select(TurnStep))
        assert "There is nothing to tell." in answers(slack, ts)[-1].plain
        rows = await bot.rows(select(ToolCall))
        assert [one.state for one in rows] == ["refused"]
        assert why in rows[0].result
    assert step.specialist == "research"


async def test_it_ends_with_as_many_as_may_work(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    routes(llm, "research")
    for name, other in (("research", "assign"), ("assign", "research")):
        llm.add(
            Rule(name=name, match=Match(purpose=f"^{name}", turn=0), reply=Reply(calls=(over(other),))),
            Rule(name=f"{name} ends", match=Match(purpose=f"^{name}"), reply=Reply(text="Nobody can.")),
        )
    async with with_agent(slack, llm, tmp_path, turn_steps=3) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", ASKED)
        assert [one.specialist for one in await bot.rows(select(TurnStep))] == ["research", "assign", "research"]
    assert "Nobody can." in answers(slack, ts)[-1].plain
