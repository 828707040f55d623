"""Whoever may speak to the bot mutes it in a thread, and what is said aside is for the others alone."""

from pathlib import Path

from sqlmodel import select

from agent.channels.muted import is_muted
from bot.sandbox.llm import LlmSandbox, Match, Reply, Rule
from bot.sandbox.slack import SlackSandbox
from storage.audit import AuditEvent
from storage.comments import Comment
from storage.inbox import Delivery
from storage.thread_messages import ThreadMessage
from storage.turns import Turn
from tests.journeys.agent_team import answers, routes, with_agent
from tests.team import Bot, quiet, report, said, select_all, slash

ASKED = "who has the most open tickets?"


async def muted(bot: Bot, ts: str) -> bool:
    async with bot.ctx.db.read() as tx:
        return await is_muted(tx, "C0OPS", ts)


async def test_a_muted_thread_is_quiet_until_somebody_speaks_to_the_bot(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="Bob has one.")))
    async with with_agent(slack, llm, tmp_path) as bot:
        await slash(bot, "alice", "channel follow threads")
        ts = await report(bot, "frank", "redis is down")
        card = slack.thread("#ops", ts)[1]
        await report(bot, "dave", "mute", thread_ts=ts)
        assert said(slack.thread("#ops", ts))[-1].startswith("@dave has muted me in this thread:")
        assert await muted(bot, ts)
        seen = len(slack.thread("#ops", ts))
        for words in (ASKED, "resolve failed over", "mute"):
            await slack.say("bob", "#ops", words, thread_ts=ts)
            await quiet(bot)
        assert len(slack.thread("#ops", ts)) == seen + 3
        assert said(slack.ephemerals("bob")) == []
        assert (await select_all(bot, Turn), (await bot.ticket()).status) == ([], "open")
        await report(bot, "bob", "mute", thread_ts=ts)
        assert said(slack.ephemerals("bob"))[-1].startswith("@dave has muted me in this thread <!date")
        await slash(bot, "alice", "priority CH-1 low")
        assert slack.thread("#ops", ts)[1].plain != card.plain
        await report(bot, "bob", f"ask {ASKED}", thread_ts=ts)
        assert len(answers(slack, ts)) == 1
        await slack.say("bob", "#ops", "resume", thread_ts=ts)
        await quiet(bot)
        assert said(slack.thread("#ops", ts))[-1] == "@bob has unmuted me in this thread."
        assert not await muted(bot, ts)
        await slack.say("bob", "#ops", ASKED, thread_ts=ts)
        await quiet(bot)
        assert len(answers(slack, ts)) == 2
        events = [one for one in await bot.rows(select(AuditEvent)) if one.object_kind == "thread"]
    assert [(one.action, one.after["muted"]) for one in events] == [("mute", True), ("unmute", False)]


async def test_it_is_said_in_a_thread_and_not_by_those_who_may_not_speak(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await report(bot, "bob", "mute")
    assert said(slack.ephemerals("bob"))[-1].startswith("Say this in the thread that it is about.")
    await report(bot, "bob", "unmute", thread_ts=ts)
    assert said(slack.ephemerals("bob"))[-1].startswith("I am not muted in this thread.")
    await report(bot, "gus", "mute", thread_ts=ts)
    assert not await muted(bot, ts)
    assert said(slack.ephemerals("gus"))[-1].startswith("I take reports from full members")


async def test_a_direct_message_is_heard_however_quiet_it_is(slack: SlackSandbox, bot: Bot) -> None:
    for words in ("mute", "list", "unmute"):
        await slack.dm("bob", words)
        await quiet(bot)
    first, listed, last = said(slack.dms("bob"))
    assert first.startswith("@bob has muted me in this thread:")
    assert listed.startswith("No open tickets")
    assert last == "@bob has unmuted me in this thread."


async def test_in_a_muted_thread_nobody_is_hinted_at_a_mention(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await report(bot, "bob", "mute", thread_ts=ts)
    await slack.say("carol", "#ops", "resolve failed over", thread_ts=ts)
    await quiet(bot)
    assert said(slack.ephemerals("carol")) == []
    assert [one.text for one in await select_all(bot, Comment)] == ["resolve failed over"]


async def test_what_is_said_aside_is_nobodys_but_the_peoples(
    slack: SlackSandbox, llm: LlmSandbox, tmp_path: Path
) -> None:
    routes(llm, "research")
    llm.add(Rule(match=Match(purpose="^research"), reply=Reply(text="Bob has one.")))
    async with with_agent(slack, llm, tmp_path) as bot:
        root = await slack.say("dave", "#ops", "kafka is stuck")
        await slack.say("carol", "#ops", "aside: blame the pelican", thread_ts=root)
        await report(bot, "bob", f"ask {ASKED}", thread_ts=root)
        aside = await report(bot, "bob", "!aside the pelican did it", thread_ts=root)
        await slack.say("bob", "#ops", "(aside) the pelican again", thread_ts=root)
        other = await slack.say("erin", "#ops", "it is the heron", thread_ts=root)
        await quiet(bot)
        await slack.edit("erin", "#ops", other, "aside: it is the pelican")
        await quiet(bot)
        await report(bot, "bob", f"ask {ASKED}", thread_ts=root)
        kept = [one.text for one in await select_all(bot, ThreadMessage)]
        replies = [one for one in await select_all(bot, Delivery) if one.kind == "reply"]
    assert not any("pelican" in str(body) for body in llm.requests)
    assert not any("pelican" in text for text in kept)
    assert "kafka is stuck" in kept
    assert slack.reactions("#ops", aside) == {}
    assert len(answers(slack, root)) == 2
    assert not any(b"pelican again" in one.raw for one in replies)
