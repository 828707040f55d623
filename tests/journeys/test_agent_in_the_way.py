"""Slack, the database and the settings stand in the way of a request: it has one answer, late at most."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

from sqlmodel import select

from bot.sandbox.llm import Call, Fault, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from storage.turns import ToolCall, Turn
from tests.journeys.agent_team import answers, calls, routes, with_agent
from tests.team import assignees, quiet, report

GIVE = Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False})
ASK = "ask who has the most open tickets?"
CLOSED = "message_not_in_streaming_state"
IN_A_STREAM: tuple[dict[str, Any], ...] = (
    {"method": "chat.startStream", "status": 429, "retry_after": 1},
    {"method": "chat.appendStream", "error": CLOSED},
    {"method": "chat.stopStream", "error": CLOSED},
)


async def test_an_answer_that_slack_has_no_time_for_comes_later_and_once(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="Bob has most.")))
    async with with_agent(slack, llm, tmp_path) as bot:
        slack.fail(method="chat.postMessage", status=429, retry_after=1, channel="#ops", times=2)
        ts = await report(bot, "bob", ASK)
        [answer] = answers(slack, ts)
        assert answer.plain.startswith("Bob has most.")
        assert len([one for one in slack.calls("chat.postMessage") if "Bob has most." in str(one.args)]) == 3
        assert [turn.outcome for turn in await bot.rows(select(Turn))] == ["answer"]


async def test_a_stream_that_slack_refuses_or_closes_ends_as_one_answer(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="Bob has most of all that are open today.")))
    async with with_agent(slack, llm, tmp_path, streaming=True) as bot:
        for fault in IN_A_STREAM:
            slack.fail(**fault)
            ts = await report(bot, "bob", ASK)
            [answer] = [one for one in slack.thread("#ops", ts) if one.bot_id]
            assert answer.plain.startswith("Bob has most of all that are open today."), fault
            assert answer.streaming_until is None, fault
            assert "👍" in answer.buttons, fault


async def test_a_database_that_is_locked_and_a_channel_that_is_cut_meanwhile(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """Whoever holds the lock is waited for; what was set while the model thought counts for what it asks for then."""
    routes(llm, "assign")
    llm.add(
        Rule(
            match=Match(purpose="^assign", turn=0), reply=Reply(calls=(GIVE,)), faults=(Fault(kind="stall", after=1),)
        ),
    )
    calls(llm, "assign", GIVE, then="So it is.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        before = await assignees(bot)
        holder = sqlite3.connect(bot.ctx.settings.database, isolation_level=None)
        ts = await slack.say("alice", "#ops", "@chargehand could you hand CH-1 over to @dave for now?")
        await slack.until(lambda: llm.requests)
        holder.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(0.7)
        holder.execute("COMMIT")
        holder.close()
        await quiet(bot)
        assert await assignees(bot) == ["dave"] != before
        assert len(answers(slack, ts)) == 1
        asked = await slack.say("alice", "#ops", "@chargehand could you hand CH-1 over to @dave for good?")
        await llm.stalled.wait()
        await slack.command("alice", "#ops", "/chargehand", "channel tools read")
        await slack.until(lambda: any("tools: `read`" in one.plain for one in slack.ephemerals("alice")))
        llm.release()
        await quiet(bot)
        _, cut = await bot.rows(select(ToolCall).order_by(ToolCall.id))
        assert cut.state in {"failed", "refused"}
        assert "In this channel I may not do that" in cut.result
        [answer] = answers(slack, asked)
        assert answer.plain.startswith("*Nothing was changed:*")
        assert [turn.outcome for turn in await bot.rows(select(Turn))] == ["answer"] * 2


async def test_settings_that_are_others_after_a_restart_count_for_what_is_under_way(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """What it was granted stands; that nothing is to be done any more stands above it."""
    routes(llm, "assign")
    stalls = (Fault(kind="stall", times=None),)
    llm.add(Rule(name="late", match=Match(purpose="^assign", turn=0), reply=Reply(calls=(GIVE,)), faults=stalls))
    calls(llm, "assign", GIVE, then="So it is.")
    async with with_agent(slack, llm, tmp_path, drain_s=0.0) as bot:
        await report(bot, "frank", "redis is down")
        before = await assignees(bot)
        ts = await slack.say("alice", "#ops", "@chargehand could you hand CH-1 over to @dave for now?")
        await llm.stalled.wait()
    llm.release()
    async with with_agent(slack, llm, tmp_path, is_back=True, dry_run=True) as bot:
        await quiet(bot)
        [use] = await bot.rows(select(ToolCall))
        assert (use.state, await assignees(bot)) == ("would", before)
        [answer] = answers(slack, ts)
        assert answer.plain.startswith("*Nothing was changed:* this was a dry run.")
