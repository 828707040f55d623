"""What the agent asked for waits until somebody approves it: once, by whoever may, for what it was asked about."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import select

from bot.sandbox.llm import Call, LlmSandbox
from bot.sandbox.slack import SlackSandbox
from storage import people
from storage.audit import AuditEvent
from storage.proposals import Proposal
from storage.receipts import Receipt
from storage.turns import Turn
from tests.clock import Clock
from tests.journeys.agent_team import answers, calls, routes, with_agent
from tests.team import Bot, assignees, make_admin, quiet, report, said, slash

GIVE = Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False})
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TIMES = 10


async def proposed(bot: Bot, number: int = 1) -> tuple[str, str]:
    """Alice asks for somebody good; the thread, and the message that asks for approval."""
    ts = await report(bot, "alice", f"could you give CH-{number} to somebody good?")
    asked = [one.ts for one in bot.slack.thread("#ops", ts) if "Approve" in one.buttons]
    assert len(asked) == 1, said(bot.slack.thread("#ops", ts))
    return ts, asked[0]


async def receipts(bot: Bot) -> list[Receipt]:
    """What the agent did."""
    return [one for one in await bot.rows(select(Receipt)) if one.tool]


async def lower(bot: Bot, name: str) -> None:
    """Make a viewer of somebody."""
    async with bot.ctx.db.write() as tx:
        person = await people.the(tx, bot.ctx.workspace_id, bot.slack.user(name).id)
        for team_id in await people.roles_of(tx, person.id):
            await people.give_role(tx, person, await people.get_team(tx, team_id), role="viewer")


async def test_of_two_presses_at_once_one_counts(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    routes(llm, "assign")
    for number in range(1, TIMES + 1):
        give = Call("assign", {"ticket": f"CH-{number}", "people": ["@dave"], "besides": False})
        calls(llm, "assign", give, then="I asked.", opening=f"CH-{number} ")
    async with with_agent(slack, llm, tmp_path, turns_per_minute=1000, turns_per_hour=1000) as bot:
        for number in range(TIMES):
            await report(bot, "frank", f"new: redis {number} is down")
        await make_admin(bot, "bob")
        messages = [await proposed(bot, number) for number in range(1, TIMES + 1)]
        pressed = [(who, ts) for _, ts in messages for who in ("alice", "bob")]
        await asyncio.gather(*(slack.click(who, "#ops", ts, "Approve") for who, ts in pressed))
        await quiet(bot)
        assert [len(await assignees(bot, number)) for number in range(1, TIMES + 1)] == [1] * TIMES
        assert len(await receipts(bot)) == TIMES
        approved = [event for event in await bot.rows(select(AuditEvent)) if event.action == "approve"]
        assert len(approved) == TIMES
        assert {turn.state for turn in await bot.rows(select(Turn))} == {"done"}
    told = [text for who in ("alice", "bob") for text in said(slack.ephemerals(who)) if " was approved by @" in text]
    assert len(told) == TIMES
    for thread, _ in messages:
        assert sum("is done:" in text for text in said(slack.thread("#ops", thread))) == 1
        assert len(answers(slack, thread)) == 1, "when it is done that is said, and nothing more"


async def test_a_press_counts_after_a_restart_and_a_viewers_never(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        before = await assignees(bot)
        ts, asked = await proposed(bot)
        await slack.click("frank", "#ops", asked, "Approve")
        await quiet(bot)
        assert said(slack.ephemerals("frank"))[-1].startswith("You may not decide P-1")
        assert await assignees(bot) == before
    heard = len(llm.requests)
    async with with_agent(slack, llm, tmp_path, is_back=True) as bot:
        await slack.click("alice", "#ops", asked, "Approve")
        await quiet(bot)
        assert await assignees(bot) == ["dave"]
        [receipt] = await receipts(bot)
        await slash(bot, "alice", "approve P-1")
        assert len(await receipts(bot)) == 1
    assert len(llm.requests) == heard, "what was approved needs no model"
    assert receipt.approver_id == receipt.actor_id
    assert said(slack.ephemerals("alice"))[-1].startswith("P-1 was approved by @alice")
    assert any("*P-1* is done" in text for text in said(slack.thread("#ops", ts)))


async def test_what_expired_is_not_done(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    clock = Clock(base=NOON)
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path, clock=clock) as bot:
        await report(bot, "frank", "redis is down")
        before = await assignees(bot)
        _, asked = await proposed(bot)
        clock.base += timedelta(hours=25)
        await slack.click("alice", "#ops", asked, "Approve")
        await quiet(bot)
        assert (await assignees(bot), await receipts(bot)) == (before, [])


async def test_a_destructive_one_is_not_the_askers_to_approve(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "close")
    calls(llm, "close", Call("close_ticket", {"ticket": "CH-1", "reason": "a test"}), then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", "ask close CH-1 please, it was a test")
        [asked] = [one for one in slack.thread("#ops", ts) if "Approve" in one.buttons]
        await slack.click("alice", "#ops", asked.ts, "Approve")
        await quiet(bot)
        assert "somebody else has to approve it" in said(slack.ephemerals("alice"))[-1]
        assert (await bot.ticket()).status == "open"
        await make_admin(bot, "bob")
        await slack.click("bob", "#ops", asked.ts, "Approve")
        await quiet(bot)
        assert (await bot.ticket()).status == "closed"


async def test_who_has_lost_the_right_meanwhile_gets_nothing_done(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """It is done as the one who asked: what they may not do any more fails, and can be tried again."""
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        before = await assignees(bot)
        ts, asked = await proposed(bot)
        await make_admin(bot, "erin")
        await lower(bot, "alice")
        await slack.click("erin", "#ops", asked, "Approve")
        await quiet(bot)
        assert (await assignees(bot), await receipts(bot)) == (before, [])
        failed = slack.thread("#ops", ts)[-1]
        assert failed.plain.startswith("*P-1* could not be done:")
        assert "Try again" in failed.buttons
        await make_admin(bot, "alice")
        await slack.click("erin", "#ops", failed.ts, "Try again")
        await quiet(bot)
        assert await assignees(bot) == ["dave"]
        assert len(await receipts(bot)) == 1


async def test_what_others_changed_meanwhile_is_asked_again(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        _, asked = await proposed(bot)
        await make_admin(bot, "erin")
        await slash(bot, "erin", "assign CH-1 @carol")
        await slack.click("alice", "#ops", asked, "Approve")
        await quiet(bot)
        assert await assignees(bot) == ["carol"]
        assert "CH-1 has changed since P-1 was asked" in said(slack.ephemerals("alice"))[-1]
        [proposal] = await bot.rows(select(Proposal))
        assert proposal.state == "open"
        await slack.click_ephemeral("alice", "Approve anyway")
        await quiet(bot)
        assert await assignees(bot) == ["dave"]
