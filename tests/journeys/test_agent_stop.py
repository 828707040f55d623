"""Whoever may stops what the agent is at: in the queue, at the model, in a write, or while it waits for somebody."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import select

from bot.sandbox.llm import Call, Fault, LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from storage.audit import AuditEvent
from storage.outbox import Outgoing
from storage.proposals import Proposal
from storage.turns import ToolCall, Turn
from tests.journeys.agent_team import answers, calls, routes, silent, with_agent
from tests.team import Bot, quiet, report, said
from tests.waiting import until

PATIENCE = 20.0  # of a busy one


def stopped(slack: SlackSandbox, ts: str) -> Callable[[], bool]:
    return lambda: any("Stopped by @" in text for text in said(slack.thread("#ops", ts)))


async def turn_of(bot: Bot, number: int = 1) -> Turn:
    return next(turn for turn in await bot.rows(select(Turn)) if turn.number == number)


@pytest.mark.parametrize(
    ("where", "left"), [("route", "Nothing of it was begun."), ("research", "Not done: “as asked”.")]
)
async def test_it_stops_while_the_model_thinks(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, where: str, left: str
) -> None:
    silent(llm, where)
    routes(llm, "research")
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await slack.say("bob", "#ops", "@chargehand ask who has the most open tickets?")
        await llm.stalled.wait()
        await slack.say("bob", "#ops", "@chargehand stop", thread_ts=ts)
        await slack.until(stopped(slack, ts), timeout=PATIENCE)
        await llm.hung_up.wait()
        await quiet(bot)
        turn = await turn_of(bot)
        heard = len(llm.requests)
        await slack.say("bob", "#ops", "@chargehand stop", thread_ts=ts)
        await quiet(bot)
    assert (turn.state, turn.outcome) == ("stopped", "stopped")
    last = said(slack.thread("#ops", ts))[-1]
    assert last.startswith("Stopped by @bob.")
    assert f"{left}\n`continue` goes on with it." in last
    assert last.endswith("T-1")
    assert "I have no answer" not in last
    assert said(slack.ephemerals("bob"))[-1] == "There is nothing to stop here."
    assert len(llm.requests) == heard


async def test_with_every_worker_busy_a_stop_counts_at_once(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    silent(llm, "research")
    routes(llm, "research")
    async with with_agent(slack, llm, tmp_path, worker_concurrency=1) as bot:
        first = await slack.say("bob", "#ops", "@chargehand ask who has the most open tickets?")
        await llm.stalled.wait()
        queued = await slack.say("bob", "#ops", "@chargehand ask who is away?")
        await slack.say("bob", "#ops", "@chargehand stop", thread_ts=first)
        await slack.until(stopped(slack, first), timeout=PATIENCE)
        await slack.say("bob", "#ops", "@chargehand stop", thread_ts=queued)
        await slack.until(stopped(slack, queued), timeout=PATIENCE)
        await quiet(bot)
        assert [turn.state for turn in await bot.rows(select(Turn))] == ["stopped", "stopped"]
        stops = [event for event in await bot.rows(select(AuditEvent)) if event.action == "stop"]
    assert sorted(event.object_id for event in stops) == ["1", "2"]
    told = said(slack.ephemerals("bob"))
    assert told.count("Stopping.") == 2


async def test_who_may_not_stop_it_is_told_who_may(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    silent(llm, "research")
    routes(llm, "research")
    async with with_agent(slack, llm, tmp_path) as bot:
        ts = await slack.say("bob", "#ops", "@chargehand ask who has the most open tickets?")
        await llm.stalled.wait()
        await slack.say("frank", "#ops", "@chargehand stop", thread_ts=ts)
        await slack.until(lambda: slack.ephemerals("frank"), timeout=PATIENCE)
        assert said(slack.ephemerals("frank")) == ["@bob asked for it: they can stop it, and responders."]
        assert (await turn_of(bot)).stop_at is None
        await slack.say("carol", "#ops", "@chargehand stop", thread_ts=ts)
        await slack.until(stopped(slack, ts), timeout=PATIENCE)
        await quiet(bot)
    assert said(slack.thread("#ops", ts))[-1].startswith("Stopped by @carol.")


async def test_what_waits_for_approval_is_withdrawn(slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path) -> None:
    routes(llm, "assign")
    calls(llm, "assign", Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False}), then="I asked.")
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await report(bot, "alice", "could you give CH-1 to somebody good?")
        assert (await turn_of(bot)).state == "waiting"
        await report(bot, "alice", "stop", thread_ts=ts)
        [proposal] = await bot.rows(select(Proposal))
        assert (proposal.state, (await turn_of(bot)).state) == ("withdrawn", "stopped")
    [asked] = [message for message in slack.thread("#ops", ts) if "*P-1*" in message.plain]
    assert asked.buttons == []
    assert "withdrawn by @alice" in asked.plain
    last = said(slack.thread("#ops", ts))[-1]
    assert last.startswith("Stopped by @alice.")
    assert "Withdrawn: P-1 (`assign CH-1 @dave`)." in last


async def test_what_was_done_before_is_told_and_nothing_follows(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    """The write that was sent has its receipt; the one after it, and the next specialist, are not begun."""
    steps = [{"specialist": "assign", "goal": "hand it over"}, {"specialist": "remind", "goal": "tell CH-77 too"}]
    llm.add(Rule(name="route", match=Match(purpose="^route"), reply=Reply(json={"steps": steps, "reason": "so"})))
    give = Call("assign", {"ticket": "CH-1", "people": ["@dave"], "besides": False})
    llm.add(
        Rule(match=Match(purpose="^assign", turn=0), reply=Reply(calls=(give,))),
        Rule(match=Match(purpose="^assign"), reply=Reply(text="late"), faults=(Fault(kind="stall", times=None),)),
    )
    async with with_agent(slack, llm, tmp_path) as bot:
        await report(bot, "frank", "redis is down")
        ts = await slack.say("alice", "#ops", "@chargehand could you hand CH-1 over to @dave for now?")
        await llm.stalled.wait()
        await slack.say("alice", "#ops", "@chargehand stop", thread_ts=ts)
        await slack.until(stopped(slack, ts), timeout=PATIENCE)
        await quiet(bot)
        [use] = await bot.rows(select(ToolCall))
    assert use.state == "done"
    last = said(answers(slack, ts))[-1]
    assert last.startswith("Stopped by @alice.")
    assert "1 change" in last
    assert "R-1" in last
    assert "Begun, and not brought to its end: “hand it over”." in last
    assert "Not done: “tell [unverified reference removed] too”." in last


@pytest.mark.parametrize("by", ["press", "emoji"])
async def test_a_long_request_shows_a_button_that_stops_it_alone(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path, by: str
) -> None:
    """With no worker free, and although the asker has another request at work; the message goes with the work."""
    silent(llm, "research")
    routes(llm, "research")
    at_once = {"stop_button_seconds": 0.2, "worker_concurrency": 2}
    async with with_agent(slack, llm, tmp_path, **at_once) as bot:
        other = await slack.dm("bob", "ask who is away?")
        ts = await slack.say("bob", "#ops", "@chargehand ask who has the most open tickets?")
        await slack.until(lambda: buttons(slack, ts) and "Stop" in str(slack.dms("bob")[-1].buttons), timeout=PATIENCE)
        [shown] = buttons(slack, ts)
        await until(partial(all_sent, bot))
        await (slack.click("bob", "#ops", shown, "Stop") if by == "press" else slack.react("bob", "#ops", shown, "x"))
        await slack.until(stopped(slack, ts), timeout=PATIENCE)
        await slack.until(lambda: not buttons(slack, ts), timeout=PATIENCE)
        found = await bot.rows(select(Turn))
        assert {turn.message_ts: turn.state for turn in found} == {ts: "stopped", other: "running"}
        await slack.dm("bob", f"stop {next(turn.name for turn in found if turn.message_ts == other)}")
        await quiet(bot)
        assert [turn.state for turn in await bot.rows(select(Turn))] == ["stopped", "stopped"]
        stops = [event for event in await bot.rows(select(AuditEvent)) if event.action == "stop"]
    assert sorted(event.object_id for event in stops) == ["1", "2"]
    assert [one.plain for one in slack.thread("#ops", ts)].count("I am still at it.\n[Stop]") == 0
    assert said(slack.ephemerals("bob")) == ["Stopping."]
    assert any("Stopped by @bob." in text for text in said(slack.dms("bob")))


async def all_sent(bot: Bot) -> bool:
    """Whether what Slack shows is known to have been sent."""
    return all(row.state == "sent" for row in await bot.rows(select(Outgoing)))


def buttons(slack: SlackSandbox, ts: str) -> list[str]:
    """The messages of a thread that have a Stop button."""
    return [one.ts for one in slack.thread("#ops", ts) if one.bot_id and "Stop" in one.buttons]


async def test_nobody_stops_by_its_number_what_they_cannot_see(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    silent(llm, "research")
    routes(llm, "research")
    async with with_agent(slack, llm, tmp_path) as bot:
        await slack.dm("bob", "ask who is away?")
        await llm.stalled.wait()
        assert await slash_now(slack, "carol", "stop T-1") == "There is nothing to stop here."
        assert (await turn_of(bot)).stop_at is None
        await slack.command("bob", "#ops", "/chargehand", "stop T-1")
        await quiet(bot)
        assert (await turn_of(bot)).state == "stopped"


async def slash_now(slack: SlackSandbox, who: str, text: str) -> str:
    """What somebody reads, while requests are still at work."""
    before = len(slack.ephemerals(who))
    await slack.command(who, "#ops", "/chargehand", text)
    await slack.until(lambda: len(slack.ephemerals(who)) > before, timeout=PATIENCE)
    return slack.ephemerals(who)[-1].plain
