"""What the agent asked for waits until somebody approves it: once, by whoever may, for what it was asked about."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

from bot.events import SlackPress
from bot.forms import Form
from bot.messages import mention
from bot.sandbox.llm import Call, LlmSandbox
from bot.sandbox.slack import SlackSandbox
from handlers.slack.forms import opened
from storage import people
from storage.audit import AuditEvent
from storage.proposals import Proposal
from storage.receipts import Receipt
from storage.turns import Turn
from tests.clock import Clock
from tests.forging import press_forged
from tests.journeys.agent_team import answers, calls, routes, with_agent
from tests.journeys.test_home import shown
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
        await asyncio.gather(*(report(bot, "frank", f"new: redis {number} is down") for number in range(TIMES)))
        await make_admin(bot, "bob")
        messages = await asyncio.gather(*(proposed(bot, number) for number in range(1, TIMES + 1)))
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
        assert sum("is done" in text for text in said(slack.thread("#ops", thread))) == 1
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


async def test_what_changed_meanwhile_is_stale_and_asked_anew(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts, asked = await proposed(bot)
        await make_admin(bot, "erin")
        before = (await assignees(bot))[0]
        await slash(bot, "erin", "assign CH-1 @carol")
        await slack.click("alice", "#ops", asked, "Approve")
        await quiet(bot)
        assert (await assignees(bot), await receipts(bot)) == (["carol"], [])
        old = slack.message("#ops", asked)
        changed = f"assignees: @{before} → @carol"
        assert old.plain.endswith(f": not done, since this has changed: {changed}; P-2 asks again.")
        assert old.buttons == []
        [anew] = [one for one in slack.thread("#ops", ts) if "Approve" in one.buttons]
        assert anew.plain.startswith("*P-2*: @alice asks to ")
        assert "• assignees: @carol → @dave" in anew.plain
        assert f"P-1 was approved, but this has changed since: {changed}." in anew.plain
        gone = "P-1 counts no more: what it was about has changed. P-2 stands in its place."
        assert await slash(bot, "alice", "approve P-1") == gone
        await slack.click("alice", "#ops", anew.ts, "Approve")
        await quiet(bot)
        assert await assignees(bot) == ["dave"]
        assert len(await receipts(bot)) == 1
        done = slack.message("#ops", anew.ts)
        assert ": approved by @alice <!date^" in done.plain
        assert done.plain.endswith(", and done (R-1).")
        states = [(one.name, one.state, one.replaces) for one in await bot.rows(select(Proposal))]
        assert states == [("P-1", "stale", None), ("P-2", "approved", 1)]
        assert {turn.state for turn in await bot.rows(select(Turn))} == {"done"}


async def edited(bot: Bot, who: str, ts: str, values: dict[str, Any]) -> dict[str, str]:
    """Somebody edits what waits; what the form says is wrong."""
    await bot.slack.click(who, "#ops", ts, "Edit…")
    await bot.slack.until(lambda: bot.slack.modal(who))
    wrong = await bot.slack.submit(who, values)
    await quiet(bot)
    return wrong


async def test_who_may_approve_may_edit_and_what_was_there_before_is_void(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """Whatever is pressed then: the old button, or one that somebody has copied elsewhere."""
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        card = await report(bot, "frank", "redis is down")
        before = await assignees(bot)
        ts, asked = await proposed(bot)
        await make_admin(bot, "erin")
        await slack.click("frank", "#ops", asked, "Edit…")
        await slack.until(lambda: slack.ephemerals("frank"))
        assert said(slack.ephemerals("frank"))[-1].startswith("You may not decide P-1")
        assert await edited(bot, "erin", asked, {"people": [slack.user("carol").id]}) == {}
        assert said(slack.ephemerals("erin"))[-1] == "P-2 waits for approval now."
        old = slack.message("#ops", asked)
        assert old.plain.endswith(": edited by @erin, and void; P-2 stands in its place.")
        assert old.buttons == []
        gone = "P-1 counts no more: @erin edited it. P-2 stands in its place."
        for message in (answers(slack, ts)[0].ts, slack.thread("#ops", card)[1].ts):
            assert await press_forged(slack, bot, "alice", message, "approve", "P-1") == gone
        assert (await assignees(bot), await receipts(bot)) == (before, [])
        [anew] = [one for one in slack.thread("#ops", ts) if "Approve" in one.buttons]
        assert anew.plain.startswith("*P-2*: @alice asks to ")
        assert "→ @carol" in anew.plain
        assert "Nobody said this" not in anew.plain
        assert anew.plain.endswith("@erin edited it: it stands in the place of P-1.")
        await slack.click("alice", "#ops", anew.ts, "Approve")
        await quiet(bot)
        assert await assignees(bot) == ["carol"]
        [receipt] = await receipts(bot)
        rows = await bot.rows(select(Proposal))
        assert [(one.state, one.asker_id, bool(one.edited_by)) for one in rows] == [
            ("superseded", receipt.actor_id, False),
            ("approved", receipt.actor_id, True),
        ]
        assert [one.action for one in await bot.rows(select(AuditEvent)) if one.object_kind == "proposal"] == [
            *("propose", "edit", "propose", "approve")
        ]


async def test_a_denial_needs_no_reason_and_says_who_and_when(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        _, asked = await proposed(bot)
        heard = len(llm.requests)
        await slack.click("alice", "#ops", asked, "Deny…")
        await slack.until(lambda: slack.modal("alice"))
        assert await slack.submit("alice", {}) == {}
        await quiet(bot)
        denied = slack.message("#ops", asked)
        assert ": denied by @alice <!date^" in denied.plain
        assert denied.plain.endswith(": No reason given.")
        assert denied.buttons == []
        assert len(llm.requests) == heard, "the model is not asked"
        assert await receipts(bot) == []


async def test_of_a_private_channel_only_its_members_edit_and_see_it_on_their_page(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", Call("assign", {"ticket": "CH-1", "people": ["@alice"], "besides": False}), then="I asked.")
    slack.invite_bot("#secret")
    async with with_agent(slack, llm, tmp_path) as bot:
        card = await report(bot, "alice", "redis password leaked", channel="#secret")
        elsewhere = await report(bot, "frank", "kafka lags")
        await make_admin(bot, "bob", "carol")
        await report(bot, "bob", "could you give CH-1 to somebody good?", channel="#secret", thread_ts=card)
        public = slack.thread("#ops", elsewhere)[1].ts
        unseen = "There is no P-1 that you can see. Your Home tab lists those that wait for you."
        for form_of in ("form:amend", "form:whole"):
            assert await press_forged(slack, bot, "carol", public, form_of, "P-1") == unseen
        for who in ("bob", "carol"):
            await slack.open_home(who)
        await quiet(bot)
        assert "*P-1*" in shown(slack, "bob")
        assert "P-1" not in shown(slack, "carol")
        await slack.click_home("bob", "Edit…")
        form = await slack.until(lambda: slack.modal("bob"))
        assert form
        assert form["title"]["text"] == "Edit P-1"
        pressed = {"user_id": slack.user("bob").id, "action": "form:whole", "value": "P-1", "message_ts": "1"}
        nothing: dict[str, Any] = dict.fromkeys(("thread_ts", "choice", "reply_url"))
        press = SlackPress(channel_id=slack.channel("#secret").id, trigger_id="1", **pressed, **nothing)
        shown_whole = await opened(bot.ctx, press)
        assert isinstance(shown_whole, Form)
        assert shown_whole.title == "All of P-1"
        assert [text.partition("\n→\n")[2] for text in shown_whole.texts] == ["@alice"]


async def test_a_form_says_what_is_wrong_and_what_cannot_be_done_changes_nothing(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "close")
    calls(llm, "close", Call("close_ticket", {"ticket": "CH-1", "reason": "a test"}), then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", "ask close CH-1 please, it was a test")
        await make_admin(bot, "erin")
        [asked] = [one for one in slack.thread("#ops", ts) if "Approve" in one.buttons]
        wrong = await edited(bot, "erin", asked.ts, {"reason": "a `test`"})
        assert wrong == {"reason": "Write one line, without backticks."}
        assert await slack.submit("erin", {"reason": "a test"}) == {}
        await quiet(bot)
        assert said(slack.ephemerals("erin"))[-1] == "P-1 says that already."
        await slash(bot, "alice", "close CH-1 failed over")
        assert await edited(bot, "erin", asked.ts, {"reason": "only a drill"}) == {}
        assert said(slack.ephemerals("erin"))[-1].startswith("CH-1 is closed")
        assert [one.state for one in await bot.rows(select(Proposal))] == ["open"]


async def test_the_home_tab_has_what_waits_with_its_buttons(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", GIVE, then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        for who in ("alice", "carol"):
            await slack.open_home(who)
        await quiet(bot)
        assert "P-1" not in shown(slack, "alice")
        ts, asked = await proposed(bot)
        await slack.until(lambda: "*P-1*: @alice asks to " in shown(slack, "alice"))
        assert "To decide (1)" in shown(slack, "alice")
        assert "[Approve]\n[Edit…]\n[Deny…]" in shown(slack, "alice")
        assert "P-1" not in shown(slack, "carol")
        await slack.click_home("alice", "Approve")
        await quiet(bot)
        assert await assignees(bot) == ["dave"]
        await slack.until(lambda: "To decide" not in shown(slack, "alice"))
        assert slack.message("#ops", asked).plain.endswith(", and done (R-1).")
        assert slack.message("#ops", asked).buttons == []
        assert any("*P-1* is done" in text for text in said(slack.thread("#ops", ts)))


async def test_what_nobody_said_is_shown_with_where_it_comes_from(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """A message of the thread, what it is about, or what a tool found; else it is found nowhere."""
    routes(llm, "assign")
    look = Call("find_people", {"name": "@erin"})
    for words, who in (("anyone", "@carol"), ("somebody", "@dave"), ("her", "@erin"), ("him", "@dave")):
        give = Call("assign", {"ticket": "CH-1", "people": [who], "besides": False})
        calls(llm, "assign", look, give, then="I asked.", opening=f"<request>[^<]*to {words} now")
    sources = list[str]()
    async with with_agent(slack, llm, tmp_path) as bot:
        thread = await report(bot, "frank", "redis is down")
        await slash(bot, "alice", "set CH-1 title redis, of which carol may know more")
        await report(bot, "bob", "comment dave has restarted it", thread_ts=thread)
        for words, root in (("somebody", thread), ("anyone", thread), ("her", None), ("him", None)):
            ts = await report(bot, "alice", f"ask could you give CH-1 to {words} now?", thread_ts=root)
            asked = [one.plain for one in slack.thread("#ops", root or ts) if "Approve" in one.buttons]
            sources += [line for line in asked[-1].splitlines() if "Nobody said this" in line]
    said_so = "Nobody said this in so many words: `people` "
    assert sources == [
        f"{said_so}(from a message of @bob in this thread).",
        f"{said_so}(from ticket CH-1 by @frank).",
        f"{said_so}(from what `find_people` found).",
        f"{said_so}(found nowhere).",
    ]


async def test_the_manager_who_is_called_is_one_who_is_at_work(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """And only where who asks may not approve it; nobody is called who is not there, or is a guest."""
    routes(llm, "close")
    calls(llm, "close", Call("resolve_ticket", {"ticket": "CH-1", "reason": "enough of it"}), then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")

        async def called() -> str:
            ts = await report(bot, "bob", "could you end CH-1 now: enough of it?")
            [asked] = [one.plain for one in slack.thread("#ops", ts) if "Approve" in one.buttons]
            return asked

        async with bot.ctx.db.write() as tx:
            team = await people.team_named(tx, "Platform")
            guest = await people.the(tx, bot.ctx.workspace_id, slack.user("carol").id)
            assert team
            await people.give_role(tx, guest, team, role="manager")
            await people.give_role(
                tx, await people.the(tx, bot.ctx.workspace_id, slack.user("dave").id), team, role="manager"
            )
            guest.is_outsider = True
        alice, dave = mention(slack.user("alice").id), mention(slack.user("dave").id)
        assert f"{alice} can approve it." in await called()
        await slash(bot, "alice", "away monday")
        assert f"{dave} can approve it." in await called()
        await slash(bot, "dave", "away monday")
        assert "@alice can approve it, but is away until " in await called()
