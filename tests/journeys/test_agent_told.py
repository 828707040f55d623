"""What models are told of a request besides its words, and what a trace keeps of how that went."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlmodel import select

from bot.sandbox.llm import Call, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from storage.turns import ModelCall, ToolCall
from tests.journeys.agent_team import answers, calls, routes, with_agent
from tests.team import Bot, quiet, report, slash

AROUND = ("breakers", "left_out", "cached", "cache_read")


def told(llm: LlmSandbox, purpose: str) -> str:
    """The last question with this purpose."""
    return next(json.dumps(body) for body in reversed(llm.requests) if f"Purpose: {purpose}" in str(body["system"]))


async def around(bot: Bot) -> dict[str, dict[str, object]]:
    """Purpose -> what was around its last answer."""
    return {one.purpose: one.around for one in await bot.rows(select(ModelCall))}


async def test_the_router_is_told_the_phase_and_others_what_was_asked_before(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    llm.add(Rule(name="knows", match=Match(purpose="^research"), reply=Reply(text="Nothing is known.")))
    async with with_agent(slack, llm, tmp_path) as bot:
        await slash(bot, "alice", "channel instructions Be brief.")
        first = await report(bot, "frank", "redis is down")
        await slack.say("bob", "#ops", "@chargehand why does the mobile checkout crash?", thread_ts=first)
        await quiet(bot)
        asked = told(llm, "route")
        assert "The thread is about CH-1. Phase of the work: open" in asked
        assert "redis is down" in asked, "said in the thread"
        await report(bot, "alice", "ask does the checkout crash on mobile again?")
        assert "asked in another thread of this place" not in told(llm, "route")
        assert "Phase of the work: intake" in told(llm, "route"), "without a ticket"
        asked = told(llm, "research")
        assert "asked in another thread of this place, T-1" in asked
        assert "why does the mobile checkout crash?" in asked
        blocks = json.loads(asked)["messages"][0]["content"]
        assert ["cache_control" in one for one in blocks] == [True, False]
        assert "Be brief." in blocks[0]["text"]
        assert "asked in another thread" not in blocks[0]["text"], "only what stays is before the mark"
        assert (await around(bot))["research"] == {"breakers": {"anthropic": "closed"}}


async def test_a_trace_keeps_what_had_no_room_and_breakers_that_were_open(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    calls(llm, "research", Call("list_tickets", {"filters": "open"}), then="There are none.")
    async with LlmSandbox.start() as first:
        first.fail(status=401, times=1000)
        kind = {"kind": "anthropic", "api_key": "sk-test"}
        chain = {"main": kind | {"base_url": first.url}, "local": kind | {"base_url": llm.url}}
        async with with_agent(slack, llm, tmp_path, llm=chain, llm_chain="main,local") as bot:
            await report(bot, "bob", f"ask who has the most open tickets? {'and since when? ' * 1500}")
            found = await around(bot)
    assert found["research"] == {
        "breakers": {"main": "open", "local": "closed"},
        "left_out": ["the middle of the request"],
    }


async def test_what_tools_found_first_is_cut_when_a_step_has_no_room(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    look = Reply(calls=(Call("get_ticket", {"ticket": "CH-1", "from_line": 1}),))
    llm.add(*(Rule(match=Match(purpose="^research", turn=number), reply=look) for number in (0, 1)))
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="It is long.")))
    async with with_agent(slack, llm, tmp_path, context_tokens=8_000) as bot:
        await report(bot, "frank", f"redis is down {'and it hurts ' * 500}")
        await report(bot, "alice", "ask how bad is CH-1?")
        [first, second] = await bot.rows(select(ToolCall).order_by(ToolCall.id))
    asked = told(llm, "research")
    assert asked.count("and it hurts") < first.result.count("and it hurts") + second.result.count("and it hurts")
    assert "cut for want of room" in asked
    assert "You have asked for exactly this before" in asked


@pytest.mark.parametrize(("most", "state"), [(8192, "proposed"), (256, "refused")])
async def test_an_argument_has_as_many_bytes_as_is_set(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, most: int, state: str
) -> None:
    routes(llm, "comment")
    calls(llm, "comment", Call("comment_ticket", {"ticket": "CH-1", "text": "it lasts " * 50}), then="I tried.")
    async with with_agent(slack, llm, tmp_path, argument_bytes=most) as bot:
        await report(bot, "frank", "redis is down")
        await report(bot, "alice", "could you note on CH-1 how long it lasts?")
        [use] = await bot.rows(select(ToolCall))
    assert use.state == state, use.result
    assert ("at most 256 bytes" in use.result) == (state == "refused")


async def test_an_answer_is_waited_for_as_long_as_is_set(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    routes(llm, "research")
    llm.add(Rule(name="slow", match=Match(purpose="^research"), reply=Reply(text="It is late.", delay=20.0)))
    async with with_agent(slack, llm, tmp_path, call_seconds=0.5) as bot:
        async with asyncio.timeout(15):
            ts = await report(bot, "alice", "ask who has the most tickets?")
    assert "The model gave no answer" in answers(slack, ts)[-1].plain
