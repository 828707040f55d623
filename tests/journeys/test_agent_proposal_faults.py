"""What happens to people and things while something waits for approval, and who may approve what they asked for."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.sandbox.github import GitHubSandbox
from bot.sandbox.llm import Call, LlmSandbox
from bot.sandbox.slack import SlackSandbox
from storage import people
from storage.proposals import Proposal
from tests.clock import Clock, go_to
from tests.journeys.agent_team import calls, routes, with_agent
from tests.journeys.test_agent_approval import GIVE, NOON, edited, lower, proposed, receipts
from tests.journeys.test_agent_github import ASK, COMMENT, SHOP, approve, at_work
from tests.team import Bot, assignees, make_admin, quiet, report, said, slash

CLOSE = Call("close_ticket", {"ticket": "CH-1", "reason": "a test"})


async def asked_to_close(bot: Bot) -> str:
    """Alice asks for an end of CH-1; the message that asks for approval."""
    ts = await report(bot, "alice", "ask close CH-1 please, it was a test")
    [asked] = [one.ts for one in bot.slack.thread("#ops", ts) if "Approve" in one.buttons]
    return asked


@pytest.mark.parametrize(
    ("setting", "call", "is_done"),
    [("never", GIVE, False), ("own", GIVE, True), ("own", CLOSE, False), ("always", CLOSE, True)],
    ids=["never", "own", "own, but it ends something", "always"],
)
async def test_who_asked_approves_as_the_setting_has_it(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, setting: str, call: Call, is_done: bool
) -> None:
    name = "assign" if call is GIVE else "close"
    routes(llm, name)
    calls(llm, name, call, then="I asked.")
    async with with_agent(slack, llm, tmp_path, self_approval=setting) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", "ask could you do what is best with CH-1")
        [asked] = [one for one in slack.thread("#ops", ts) if "Approve" in one.buttons]
        assert ("You can approve it" in asked.plain) == is_done
        await slack.click("alice", "#ops", asked.ts, "Approve")
        await quiet(bot)
        assert len(await receipts(bot)) == is_done
        refused = [text for text in said(slack.ephemerals("alice")) if "somebody else has to approve it" in text]
        assert bool(refused) != is_done


async def test_what_ends_something_waits_an_hour_and_then_says_so(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    clock = Clock(base=NOON)
    routes(llm, "close")
    calls(llm, "close", CLOSE, then="I asked.")
    async with with_agent(slack, llm, tmp_path, clock=clock) as bot:
        await report(bot, "frank", "redis is down")
        asked = await asked_to_close(bot)
        await make_admin(bot, "bob")
        [proposal] = await bot.rows(select(Proposal))
        assert proposal.expires_at - proposal.created_at == timedelta(hours=1)
        await go_to(bot, clock, NOON + timedelta(hours=1, minutes=5))
        expired = slack.message("#ops", asked)
        assert expired.plain.endswith(": expired, since nobody decided in time.")
        assert expired.buttons == []
        assert (await slash(bot, "bob", "approve P-1")).startswith("P-1 expired ")
        assert (await bot.ticket()).status == "open"
        [told] = [text for text in said(slack.dms("alice")) if "*P-1*" in text]
        assert told.startswith("*P-1*: @alice asked to close CH-1 a test: expired")


async def test_what_is_edited_waits_anew_and_expires_like_any(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    clock = Clock(base=NOON)
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path, clock=clock) as bot:
        await report(bot, "frank", "redis is down")
        before = await assignees(bot)
        ts, asked = await proposed(bot)
        await go_to(bot, clock, NOON + timedelta(hours=20))
        await edited(bot, "alice", asked, {"people": [slack.user("carol").id]})
        await go_to(bot, clock, NOON + timedelta(hours=43))
        assert [one.state for one in await bot.rows(select(Proposal))] == ["superseded", "open"]
        await go_to(bot, clock, NOON + timedelta(hours=45))
        assert [one.state for one in await bot.rows(select(Proposal))] == ["superseded", "expired"]
        assert slack.message("#ops", asked).plain.endswith(": edited by @alice, and void; P-2 stands in its place.")
        assert not [one for one in slack.thread("#ops", ts) if "Approve" in one.buttons]
        assert (await assignees(bot), await receipts(bot)) == (before, [])


async def test_whose_role_is_lowered_before_the_press_decides_nothing(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        _, asked = await proposed(bot)
        await lower(bot, "alice")
        await slack.click("alice", "#ops", asked, "Approve")
        await quiet(bot)
        assert said(slack.ephemerals("alice"))[-1].startswith("You may not decide P-1")
        assert [one.state for one in await bot.rows(select(Proposal))] == ["open"]
        assert "Approve" in slack.message("#ops", asked).buttons
        assert await receipts(bot) == []


async def test_for_who_has_left_meanwhile_nothing_is_done(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        before = await assignees(bot)
        ts, asked = await proposed(bot)
        await make_admin(bot, "erin")
        slack.deactivate("alice")
        await quiet(bot)
        async with bot.ctx.db.read() as tx:
            assert not (await people.the(tx, bot.ctx.workspace_id, slack.user("alice").id)).is_active
        await slack.click("erin", "#ops", asked, "Approve")
        await quiet(bot)
        assert (await assignees(bot), await receipts(bot)) == (before, [])
        assert any("*P-1* could not be done" in text for text in said(slack.thread("#ops", ts)))


async def test_who_asked_hears_and_is_named_when_somebody_else_decides(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        was = (await assignees(bot))[0]
        await slash(bot, "dave", "away 3d")
        ts, asked = await proposed(bot)
        lines = slack.message("#ops", asked).plain.splitlines()
        about = [re.sub(r"until \w+\.", "until a day.", line) for line in lines if "dave" in line]
        assert [line for line in about if "asks to" not in line] == [
            f"• assignees: @{was} → @dave",
            "> Note: @dave is away until a day.",
        ], "the change is said once, and what else there is to know"
        await make_admin(bot, "erin")
        await slack.click("erin", "#ops", asked, "Approve")
        await quiet(bot)
        [done] = [text for text in said(slack.thread("#ops", ts)) if ", is done, " in text]
        assert done.startswith("*P-1*, which @alice asked for, is done, approved by @erin ")
        [told] = [text for text in said(slack.dms("alice")) if "*P-1*" in text]
        assert "@alice asked to assign CH-1 @dave: approved by @erin" in told


@pytest.mark.parametrize(
    ("gone", "why"),
    [
        ("issue", "acme/shop#1"),
        ("elsewhere", "acme/shop#1> is in another place by now: look there, and ask again for that one."),
        ("repository", "acme/shop"),
    ],
)
async def test_what_is_gone_on_github_meanwhile_is_not_written_to(
    github: GitHubSandbox, slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, gone: str, why: str
) -> None:
    routes(llm, "comment")
    calls(llm, "comment", COMMENT, then="I asked.")
    async with at_work(github, slack, llm, tmp_path, "bob") as bot:
        ts = await report(bot, "bob", ASK)
        if gone == "issue":
            github.delete_issue("alice", SHOP, 1)
        elif gone == "elsewhere":
            github.transfer_issue("alice", SHOP, 1, "acme/site")
        else:
            await make_admin(bot, "alice")
            await slash(bot, "alice", "repo disconnect acme/shop")
        await quiet(bot)
        await approve(slack, bot, "bob", ts)
        [failed] = [one for one in slack.thread("#ops", ts) if "*P-1* could not be done" in one.plain]
        assert why in failed.plain
        assert "Try again" in failed.buttons
        assert github.comments() == []
        assert await receipts(bot) == []
