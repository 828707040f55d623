"""Editing a report changes its ticket; bots, joins and link previews start nothing."""

from dataclasses import replace

import pytest
from sqlmodel import select

from bot.sandbox.slack import SlackSandbox, timeline
from storage.comments import Comment
from storage.tickets import Ticket
from tests.team import DATABASES, Bot, audit_of, last_change, quiet, report

pytestmark = pytest.mark.parametrize("engine", DATABASES)


async def test_each_edit_updates_the_description_once(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    slack.duplicate_events = True
    for text in ("@chargehand redis is slow", "@chargehand redis is slow again"):
        await slack.edit("frank", "#ops", ts, text)
    await quiet(bot)
    edits = [event for event in await audit_of(bot, await bot.ticket()) if event.action == "edit"]
    assert [(event.before["description"], event.after["description"]) for event in edits] == [
        ("redis is down", "redis is slow"),
        ("redis is slow", "redis is slow again"),
    ]
    assert {event.actor for event in edits} == {f"person:{(await bot.ticket()).reporter_id}"}
    assert (await bot.ticket()).description == "redis is slow again"
    assert len(await bot.rows(select(Ticket))) == 1
    assert last_change(slack.thread("#ops", ts)[1].plain) == "the report was edited"


async def test_an_edit_keeps_what_the_thread_began_with(slack: SlackSandbox, bot: Bot) -> None:
    root = await slack.say("dave", "#ops", "kafka is stuck")
    ts = await report(bot, "frank", "this needs somebody", thread_ts=root)
    await slack.edit("frank", "#ops", ts, "@chargehand this needs somebody now")
    await quiet(bot)
    assert (await bot.ticket()).description == "this needs somebody now\n\nThe thread began with: kafka is stuck"


async def test_editing_a_comment_edits_the_comment(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    ts = await report(bot, "bob", "replica is fine", thread_ts=root)
    await slack.edit("bob", "#ops", ts, "@chargehand replica is gone")
    await quiet(bot)
    assert [comment.text for comment in await bot.rows(select(Comment))] == ["replica is gone"]


@pytest.mark.parametrize("opening", ["new: ", "report ", "please report ", "Report: "])
async def test_an_edit_is_read_as_the_report_was(slack: SlackSandbox, bot: Bot, opening: str) -> None:
    ts = await report(bot, "frank", f"{opening}redis is down")
    assert (await bot.ticket()).description == "redis is down"
    await slack.edit("frank", "#ops", ts, f"@chargehand {opening}redis is slow")
    await quiet(bot)
    assert (await bot.ticket()).description == "redis is slow"


async def test_an_edit_of_a_remark_keeps_its_first_word(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    ts = await report(bot, "bob", "new errors since noon", thread_ts=root)
    await slack.edit("bob", "#ops", ts, "@chargehand new errors since one")
    await quiet(bot)
    assert [comment.text for comment in await bot.rows(select(Comment))] == ["new errors since one"]


async def test_a_link_preview_is_no_edit(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down, see https://example.com/")
    await slack.unfurl("#ops", ts)
    await quiet(bot)
    assert "edit" not in {event.action for event in await audit_of(bot, await bot.ticket())}


async def test_bots_joins_and_the_bots_own_words_start_nothing(slack: SlackSandbox, bot: Bot) -> None:
    me, ops = slack.bot_user, slack.channel("#ops")
    own = timeline.compose(slack.world, ops, me, f"<@{me.id}> redis is down")
    other_bot = replace(timeline.compose(slack.world, ops, slack.user("dave"), own.text), bot_id="B0OTHER")
    for message in (own, other_bot):
        timeline.post(slack.world, ops, message)
    timeline.announce(slack.world, ops, me, "channel_join", f"<@{me.id}> has joined the channel")
    await slack.join("erin", "#random")
    await quiet(bot)
    assert await bot.rows(select(Ticket)) == []
    assert slack.calls("chat.postMessage") == []


async def test_a_deleted_report_leaves_the_ticket_and_says_so(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slack.delete("frank", "#ops", ts)
    await quiet(bot)
    assert slack.thread("#ops", ts)[-1].plain == (
        "The report was deleted in Slack; CH-1 stays. `close CH-1 …` with a reason ends it."
    )
    assert (await bot.ticket()).status == "open"
