"""A dry run does all but the deed: what would be done is told, before and after, and nothing of it stays."""

from pathlib import Path

import pytest
from sqlmodel import select

from bot.sandbox.llm import Call, LlmSandbox
from bot.sandbox.slack import SlackSandbox
from storage.alarms import Alarm
from storage.proposals import Proposal
from storage.tickets import Ticket
from storage.turns import ToolCall, Turn
from tests.journeys.agent_team import answers, calls, routes, with_agent
from tests.journeys.test_agent_approval import receipts
from tests.team import assignees, report, said, slash

CLOSE = Call("close_ticket", {"ticket": "CH-1", "reason": "a test"})


@pytest.mark.parametrize(
    ("words", "setting"),
    [
        ("dry run: close CH-1, it was a test", False),
        ("ask close CH-1 since it was a test --dry-run", False),
        ("ask close CH-1 since it was a test", True),
    ],
)
async def test_nothing_is_done_and_what_would_be_is_told(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, words: str, setting: bool
) -> None:
    routes(llm, "close")
    calls(llm, "close", CLOSE, then="That is what it would come to.")
    async with with_agent(slack, llm, tmp_path, dry_run=setting) as bot:
        await report(bot, "frank", "redis is down")
        version = (await bot.ticket()).version
        ts = await report(bot, "alice", words)
        ticket = await bot.ticket()
        assert (ticket.status, ticket.version) == ("open", version)
        assert await receipts(bot) == []
        assert await bot.rows(select(Proposal)) == []
        [use] = await bot.rows(select(ToolCall))
        assert use.state == "would"
        [answer] = said(answers(slack, ts))
        assert answer.startswith("*Nothing was changed:* this was a dry run.")
        assert "Would do: " in answer
        assert "• status: open → closed" in answer
        assert any("This is a dry run" in str(asked) for asked in llm.requests)


async def test_what_only_looks_like_one_is_none_and_one_in_a_running_requests_thread_is_its_own(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    give = Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False})
    calls(llm, "assign", give, then="Done.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", "dry run: give CH-1 to @dave")
        assert await assignees(bot) != ["dave"]
        await report(bot, "alice", "ask give CH-1 to @dave, the dry run was fine", thread_ts=ts)
        assert await assignees(bot) == ["dave"]
        assert [turn.state for turn in await bot.rows(select(Turn))] == ["done", "done"]


async def test_what_rules_read_in_plain_words_is_not_done_either(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """Each thing is told after those before it, a question is answered, and what may not be done is refused."""
    async with with_agent(slack, llm, tmp_path, dry_run=True, anthropic_api_key="") as bot:
        await report(bot, "frank", "redis is down")
        before, version = await assignees(bot), (await bot.ticket()).version
        await report(bot, "alice", "could you please give CH-1 to @dave?")
        told = said(slack.ephemerals("alice"))[-1]
        assert told.startswith("*Nothing was changed:* this was a dry run.\nWould do: ")
        assert f"• assignees: @{before[0]} → @dave" in told
        await report(
            bot, "alice", "checkout is broken on mobile since the deploy, can someone look and remind me tomorrow at 9"
        )
        told = said(slack.ephemerals("alice"))[-1]
        assert told.count("Would do: ") == 2, told
        await report(bot, "frank", "could you please give CH-1 to @carol?")
        assert "You may not" in said(slack.ephemerals("frank"))[-1]
        await report(bot, "alice", "what is CH-1 about, and who has it?")
        assert "redis is down" in said(slack.ephemerals("alice"))[-1]
        assert (await assignees(bot), (await bot.ticket()).version) == (before, version)
        assert len(await bot.rows(select(Ticket))) == 1
        assert await bot.rows(select(Alarm)) == []
        await report(bot, "alice", "assign CH-1 @dave")  # a command of a person's own is done
        assert await assignees(bot) == ["dave"]


async def test_without_a_model_nothing_is_tried_nor_reported(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    async with with_agent(slack, llm, tmp_path, anthropic_api_key="") as bot:
        await report(bot, "alice", "dry run: redis is down")
        assert said(slack.ephemerals("alice"))[-1].startswith("Nothing was done. Only the agent can try something out")
        assert await bot.rows(select(Turn)) == []


async def test_what_waits_is_not_carried_out_by_a_bot_that_only_rehearses(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False}), then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        await report(bot, "alice", "could you give CH-1 to somebody good?")
    async with with_agent(slack, llm, tmp_path, is_back=True, dry_run=True) as bot:
        told = "Nothing of the agent's is done here (CHARGEHAND_DRY_RUN), so P-1 cannot be approved. It still waits."
        assert await slash(bot, "alice", "approve P-1") == told
        assert [one.state for one in await bot.rows(select(Proposal))] == ["open"]
        assert await receipts(bot) == []
