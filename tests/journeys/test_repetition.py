"""The same words again join the first ticket, and can be separated with one press."""

import asyncio

import pytest
from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage import people
from storage.comments import Comment
from storage.queue import Job
from storage.tickets import Ticket
from tests.team import Bot, audit_of, quiet, report, said, slash


async def test_the_second_report_is_a_comment_on_the_first(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down!")
    second = await report(bot, "dave", "Redis is DOWN")
    [_, answer] = slack.thread("#ops", second)
    link = f"<{(await bot.ticket()).permalink}|CH-1>"
    assert answer.plain == f"The same was reported as {link} a moment ago, so this is kept as a comment there."
    assert answer.buttons == ["Separate ticket"]
    assert [comment.text for comment in await bot.rows(select(Comment))] == ["Redis is DOWN"]


async def test_anyone_may_separate_it_and_twice_makes_one_ticket(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    second = await report(bot, "dave", "redis is down")
    answer = slack.thread("#ops", second)[1]
    await asyncio.gather(*(slack.click("erin", "#ops", answer.ts, "Separate ticket") for _ in range(2)))
    await quiet(bot)
    ticket = await bot.ticket(2)
    async with bot.ctx.db.read() as tx:
        assert (await people.get(tx, ticket.reporter_id)).name == "dave"
    assert (ticket.description, ticket.message_ts) == ("redis is down", second)
    assert [text.splitlines()[0] for text in said(slack.thread("#ops", second))] == [
        "CH-2 is a ticket of its own, separated from CH-1 by @erin.",
        "*CH-2  Redis is down*",
    ]
    assert slack.message("#ops", answer.ts).buttons == []
    assert said(slack.ephemerals("erin")) == ["That report has a ticket of its own already; `list` shows it."]
    assert await bot.rows(select(Comment)) == []
    [event] = [event for event in await audit_of(bot, await bot.ticket()) if event.action == "separate"]
    assert event.after == {"ticket": ticket.id}


async def test_a_repetition_by_slash_can_be_separated_once_too(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    assert "The same was reported as" in await slash(bot, "dave", "report redis is down")
    await asyncio.gather(*(slack.click_ephemeral("dave", "Separate ticket") for _ in range(2)))
    await quiet(bot)
    assert said(slack.ephemerals("dave")) == [
        "CH-2 is a ticket of its own, separated from CH-1 by @dave.",
        "That report has a ticket of its own already; `list` shows it.",
    ]
    assert [message.buttons for message in slack.ephemerals("dave")] == [[], []]
    assert [ticket.number for ticket in await bot.rows(select(Ticket))] == [1, 2]


async def test_a_separated_ticket_is_what_its_report_would_have_made(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    second = await report(bot, "dave", "redis is down")
    [comment] = await bot.rows(select(Comment))
    await slack.click("erin", "#ops", slack.thread("#ops", second)[1].ts, "Separate ticket")
    await quiet(bot)
    first, ticket = await bot.ticket(1), await bot.ticket(2)
    assert first.permalink
    assert ticket.permalink == first.permalink.replace(str(first.message_ts).replace(".", ""), second.replace(".", ""))
    assert ticket.created_at == comment.created_at
    assert (ticket.channel_name, ticket.thread_ts, ticket.source) == ("ops", second, "slack")
    assert list(slack.message("#ops", second).reactions) == ["large_blue_circle"]


async def test_a_repetition_in_another_tickets_thread_gets_a_thread_of_its_own(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    other = await report(bot, "frank", "kafka is stuck")
    reply = await report(bot, "dave", "new: redis is down", thread_ts=other)
    [answer] = [message for message in slack.thread("#ops", other) if message.buttons == ["Separate ticket"]]
    await slack.click("dave", "#ops", answer.ts, "Separate ticket")
    await quiet(bot)
    ticket = await bot.ticket(3)
    assert (ticket.message_ts, ticket.thread_ts) == (reply, None)
    assert slack.messages("#ops")[-1].plain.startswith("*CH-3  Redis is down*")


async def test_other_channels_other_words_and_finished_tickets_do_not_count(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await report(bot, "frank", "redis is down", channel="#general")
    await report(bot, "frank", "redis is down again")
    await slash(bot, "alice", "close CH-1 done")
    await report(bot, "frank", "redis is down")
    assert (await bot.ticket(4)).description == "redis is down"


@pytest.mark.settings(duplicate_minutes=0)
async def test_with_the_window_at_zero_every_report_is_a_ticket(slack: SlackSandbox, bot: Bot) -> None:
    for _ in range(2):
        await report(bot, "frank", "redis is down")
    assert (await bot.ticket(2)).description == "redis is down"


async def test_the_same_words_in_another_thread_mean_another_thing(slack: SlackSandbox, bot: Bot) -> None:
    for number, problem in enumerate(("kafka consumers are stuck", "redis evicts keys"), start=1):
        root = await slack.say("dave", "#ops", problem)
        await report(bot, "frank", "please track this", thread_ts=root)
        assert (await bot.ticket(number)).thread_ts == root


async def test_only_a_repeated_report_can_be_separated(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await report(bot, "bob", "failing over", thread_ts=ts)
    [comment] = await bot.rows(select(Comment))
    assert await slash(bot, "bob", f"separate {comment.id}") == (
        "Only a report that was taken for a repetition can be separated; that is a remark."
    )
    assert [kept.id for kept in await bot.rows(select(Comment))] == [comment.id]


async def test_a_button_from_before_it_was_kept_what_is_a_report_still_works(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    second = await report(bot, "dave", "redis is down")
    async with bot.ctx.db.write() as tx:
        [comment] = await tx.exec(select(Comment))
        comment.is_report = False  # as the upgrade leaves what was there
        tx.add(comment)
    await slack.click("erin", "#ops", slack.thread("#ops", second)[1].ts, "Separate ticket")
    await quiet(bot)
    assert said(slack.thread("#ops", second))[0].startswith("CH-2 is a ticket of its own, separated from CH-1")


async def test_who_may_not_comment_there_cannot_separate_it(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "dave", "redis is down")
    second = await report(bot, "bob", "redis is down")
    await slack.click("frank", "#ops", slack.thread("#ops", second)[1].ts, "Separate ticket")
    await quiet(bot)
    assert said(slack.ephemerals("frank"))[-1].startswith("You may not separate a report from CH-1")
    assert len(await bot.rows(select(Ticket))) == 1


async def test_a_report_that_begins_like_a_button_is_a_report(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "file server is down since noon")
    await report(bot, "frank", "separate billing from orders in the export")
    titles = [(await bot.ticket(number)).title for number in (1, 2)]
    assert titles == ["File server is down since noon", "Separate billing from orders in the export"]


async def test_a_number_that_no_comment_has_is_answered(slack: SlackSandbox, bot: Bot) -> None:
    for number in ("99999999999999999999", "²"):
        await slash(bot, "bob", f"separate {number}")
    assert {job.state for job in await bot.rows(select(Job))} == {"done"}
