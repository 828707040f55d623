"""Somebody asks in plain words; what they meant is done by the commands' own code, and told."""

from pathlib import Path

from sqlmodel import col, select

from agent.turns.trace import as_json
from bot.sandbox.llm import Call, LlmSandbox
from bot.sandbox.slack import SlackSandbox
from storage import people, turn_pages, turns
from storage.identities import VERIFIED, Identity
from storage.receipts import Receipt
from storage.turns import ToolCall, Turn
from tests.journeys.agent_team import answers, calls, routes, with_agent
from tests.team import LONG_AGO, assignees, quiet, report, said, slash


async def test_a_ticket_is_given_to_whom_the_asker_named(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    routes(llm, "assign")
    calls(llm, "assign", Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False}), then="[[R-1]]")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await slack.say("alice", "#ops", "@chargehand could you hand CH-1 over to @dave for now?")
        await quiet(bot)
        assert await assignees(bot) == ["dave"], [
            (one.state, one.result, one.arguments) for one in await bot.rows(select(ToolCall))
        ]
        (turn,) = await bot.rows(select(Turn))
        (receipt,) = await bot.rows(select(Receipt).where(Receipt.turn_id == turn.id))
    answer = slack.thread("#ops", ts)[-1].plain
    assert "CH-1" in answer
    assert "1 change · " in answer
    assert answer.endswith("T-1")
    assert (turn.state, turn.outcome, turn.route["by"]) == ("done", "answer", "model")
    assert (receipt.name, receipt.tool, receipt.object_kind) == ("R-1", "assign", "ticket")
    assert receipt.after["assignees"] != receipt.before["assignees"]


async def test_undo_under_its_answer_takes_it_back_and_has_a_receipt_of_its_own(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "assign")
    calls(llm, "assign", Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False}), then="[[R-1]]")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        before = await assignees(bot)
        ts = await report(bot, "alice", "could you hand CH-1 over to @dave for now?")
        [answer] = answers(slack, ts)
        await slack.click("frank", "#ops", answer.ts, "Undo")
        await quiet(bot)
        assert said(slack.ephemerals("frank"))[-1].startswith("You may not undo what was done with CH-1")
        assert await assignees(bot) == ["dave"]
        await slack.click("alice", "#ops", answer.ts, "Undo")
        await quiet(bot)
        assert await assignees(bot) == before
        after = slack.message("#ops", answer.ts)
        assert after.buttons == ["👍", "👎"]
        assert "_CH-1: undone by @alice_" in after.plain
        done, undone = await bot.rows(select(Receipt).where(Receipt.turn_id == 1).order_by(col(Receipt.number)))
        assert (done.name, done.tool, undone.name, undone.tool) == ("R-1", "assign", "R-2", "undo")
        assert undone.said.startswith("CH-1 was assigned to @dave")
        assert (undone.before["assignees"], undone.after["assignees"]) == (
            done.after["assignees"],
            done.before["assignees"],
        )
        async with bot.ctx.db.read() as tx:
            trace = as_json(await turn_pages.trace(tx, await turns.get(tx, 1)))
        assert [one["tool"] for one in trace["receipts"]] == ["assign", "undo"]


async def test_a_proven_login_is_a_name_of_its_person(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    """So what it names was said, and is done at once; a name that nobody has is answered with how to link it."""
    routes(llm, "assign")
    for who in ("@octo-dave", "@octo-nobody"):
        given = {"ticket": "CH-1", "people": [who], "besides": False}
        calls(llm, "assign", Call("assign", given), then="I tried.", opening=f"<request>[^<]*{who}")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        async with bot.ctx.db.write() as tx:
            dave = await people.the(tx, bot.ctx.workspace_id, slack.user("dave").id)
            names = {"value": "octo-dave", "shown": "octo-dave", "state": VERIFIED, "source": "admin", "at": LONG_AGO}
            tx.add(Identity(workspace_id=bot.ctx.workspace_id, person_id=dave.id, **names))
        await report(bot, "alice", "could you hand CH-1 over to @octo-dave for now?")
        assert await assignees(bot) == ["dave"]
        ts = await report(bot, "alice", "could you hand CH-1 over to @octo-nobody for now?")
        assert await assignees(bot) == ["dave"]
    assert "`link github octo-nobody` by whose it is" in slack.thread("#ops", ts)[-1].plain


async def test_what_nobody_said_waits_for_approval(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    routes(llm, "assign")
    calls(llm, "assign", Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False}), then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        before = await assignees(bot)
        ts = await slack.say("alice", "#ops", "@chargehand could you give CH-1 to somebody good?")
        await quiet(bot)
        assert await assignees(bot) == before
        asked = next(one for one in slack.thread("#ops", ts) if "*P-1*" in one.plain)
        assert "Nobody said this in so many words: `people`" in asked.plain
        await slack.click("alice", "#ops", asked.ts, "Approve")
        await quiet(bot)
        assert await assignees(bot) == ["dave"]
        (turn,) = await bot.rows(select(Turn))
        assert (turn.state, turn.outcome) == ("done", "answer")


async def test_two_steps_make_one_answer(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    routes(llm, "create", "remind")
    calls(llm, "create", Call("report_ticket", {"text": "checkout is broken on mobile since the deploy"}), then="")
    wish = {"who": "me", "what": "this", "when": "tomorrow at 9"}
    calls(llm, "remind", Call("set_reminder", wish), then="[[R-2]]")
    async with with_agent(slack, llm, tmp_path) as bot:
        words = "ask open a ticket that checkout is broken on mobile since the deploy, and remind me tomorrow at 9"
        ts = await slack.say("alice", "#ops", f"@chargehand {words}")
        await quiet(bot)
        uses = await bot.rows(select(ToolCall))
        ticket = await bot.ticket()
        tracked = (await bot.rows(select(Receipt).where(Receipt.tool == "report_ticket")))[0]
    [answer] = answers(slack, ts)
    assert [use.state for use in uses] == ["done", "done"], [use.result for use in uses]
    assert "2 changes" in answer.plain
    named = f"*<{ticket.permalink}|CH-1>* Checkout is broken on mobile since the deploy is tracked."
    assert named in answer.plain
    assert answer.buttons[:3] == ["Undo CH-1", "Change…", "Undo the reminder"]
    assert ticket.description.endswith(f"As it was asked:\n> {words.removeprefix('ask ')}")
    assert (tracked.object_kind, tracked.ticket_id) == ("ticket", ticket.id)


async def test_nobody_is_asked_while_an_admin_has_paused_it(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    async with with_agent(slack, llm, tmp_path, admins=slack.user("alice").id) as bot:
        await slash(bot, "alice", "agent pause the answers are odd")
        await slack.say("frank", "#ops", "@chargehand who has the most tickets?")
        await quiet(bot)
        assert "@alice has paused the agent (the answers are odd)" in slack.ephemerals("frank")[-1].plain
        await report(bot, "frank", "redis is down")  # triaged by rules
        assert "models are paused by @alice" in slack.thread("#ops", (await bot.ticket()).message_ts or "")[1].plain
        ts = await report(bot, "frank", "what changed in CH-1 since yesterday?")
        [answer] = answers(slack, ts)
        assert "redis is down" in answer.plain
        assert "no model used · @alice has paused the agent (the answers are odd)." in answer.plain
        await slash(bot, "bob", "agent resume")
        assert "admin" in slack.ephemerals("bob")[-1].plain
        assert llm.requests == []
