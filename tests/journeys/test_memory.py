"""What is said in a thread with the bot is kept once, follows edits and deletions, and is read back only once."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.sandbox.slack import SlackSandbox
from storage import thread_messages, thread_summaries
from storage.thread_messages import ThreadMessage
from tests.team import Bot, quiet, report, select_all

HERE = "C0OPS"


async def remembered(bot: Bot, root: str) -> list[str]:
    """What was said in a thread of #ops, as a model would read it."""
    async with bot.ctx.db.read() as tx:
        return [one.text for one in await thread_messages.of_thread(tx, bot.ctx.workspace_id, HERE, root)]


async def test_a_thread_is_remembered_and_a_comment_is_not_stored_twice(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    await slack.say("bob", "#ops", "the replica is fine", thread_ts=root)
    ts = await slack.say("carol", "#ops", "restarting it", thread_ts=root)
    await quiet(bot)
    assert await remembered(bot, root) == ["redis is down", "the replica is fine", "restarting it"]
    rows = await bot.rows(select(ThreadMessage).order_by(col(ThreadMessage.ts)))
    assert [(row.text, row.comment_id is not None) for row in rows] == [
        ("redis is down", False),
        ("", True),
        ("", True),
    ]
    await slack.edit("carol", "#ops", ts, "restarting the primary")
    await slack.edit("frank", "#ops", root, "@chargehand redis is slow")
    await quiet(bot)
    assert await remembered(bot, root) == ["redis is slow", "the replica is fine", "restarting the primary"]
    await slack.delete("carol", "#ops", ts)
    await quiet(bot)
    assert await remembered(bot, root) == ["redis is slow", "the replica is fine"]


async def test_an_unknown_thread_is_read_once_and_followed_from_then_on(slack: SlackSandbox, bot: Bot) -> None:
    root = await slack.say("dave", "#ops", "kafka is stuck")
    await slack.say("bob", "#ops", "since 9:40", thread_ts=root)
    await quiet(bot)
    assert await select_all(bot, ThreadMessage) == [], "nobody spoke to the bot yet"
    await report(bot, "frank", "help", thread_ts=root)
    assert await remembered(bot, root) == ["kafka is stuck", "since 9:40", "help"]
    read = slack.calls("conversations.replies")
    await slack.say("bob", "#ops", "it moves again", thread_ts=root)
    await report(bot, "frank", "please track this", thread_ts=root)
    said = await remembered(bot, root)
    assert said == ["kafka is stuck", "since 9:40", "help", "it moves again", "please track this"]
    assert slack.calls("conversations.replies") == read, "it is known by now"
    assert (await bot.ticket()).description.startswith("this\n\nThe thread began with: kafka is stuck\n\nThen it said:")
    async with bot.ctx.db.write() as tx:
        about = (bot.ctx.workspace_id, HERE, root)
        await thread_summaries.put(tx, *about, text="old", until_ts="9" * 10, now=bot.ctx.clock() - timedelta(days=1))
    await slack.edit("dave", "#ops", root, "kafka was stuck")
    await quiet(bot)
    async with bot.ctx.db.read() as tx:
        assert await thread_summaries.of_thread(tx, *about) is None, "it told of the old words"


async def test_a_long_thread_keeps_its_newest_messages_and_how_it_began(slack: SlackSandbox, bot: Bot) -> None:
    slack.hold_events()
    root = await slack.say("dave", "#ops", "kafka is stuck")
    for number in range(230):
        await slack.say("bob", "#ops", f"line {number}", thread_ts=root)
    slack.lose_events()
    slack.release_events()
    await report(bot, "frank", "please track this", thread_ts=root)
    said = await remembered(bot, root)
    assert said[0] == "line 30"
    assert said[199:201] == ["line 229", "please track this"]
    assert (await bot.ticket()).description.startswith("this\n\nThe thread began with: kafka is stuck\n\nThen it said:")


async def test_talk_in_other_threads_and_of_teams_that_want_none_is_not_kept(slack: SlackSandbox, bot: Bot) -> None:
    other = await slack.say("dave", "#ops", "lunch?")
    await slack.say("bob", "#ops", "pizza", thread_ts=other)
    root = await report(bot, "frank", "redis is down")
    await report(bot, "alice", "team set Platform replies off")
    await slack.say("bob", "#ops", "between us", thread_ts=root)
    await quiet(bot)
    kept = [row.text for row in await select_all(bot, ThreadMessage)]
    assert "redis is down" in kept
    assert not {"lunch?", "pizza", "between us"} & set(kept)


@pytest.mark.parametrize("engine", ["postgres"])
async def test_what_is_said_to_the_bot_alone_is_one_conversation(slack: SlackSandbox, bot: Bot) -> None:
    await slack.dm("frank", "help")
    await slack.dm("frank", "list")
    await quiet(bot)
    rows = await bot.rows(select(ThreadMessage).order_by(col(ThreadMessage.ts)))
    assert [(row.thread_ts, row.text, row.kind) for row in rows] == [("", "help", "person"), ("", "list", "person")]
