"""What a mention means depends on its thread: help, a comment, another ticket, or a ticket for the thread."""

from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage.comments import Comment
from storage.tickets import Ticket
from tests.team import Bot, report, said

HELP = "Write what is wrong, as in `@chargehand redis is down`, in a channel and it becomes a tracked ticket."


async def test_an_empty_mention_gets_short_help_that_nobody_else_sees(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "")
    assert said(slack.ephemerals("frank")) == [f"{HELP} `@chargehand help` lists the commands."]
    assert len(slack.thread("#ops", ts)) == 1
    assert await bot.rows(select(Ticket)) == []


async def test_a_mention_in_a_tickets_thread_is_kept_as_a_comment(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    ts = await report(bot, "bob", "the replica is fine", thread_ts=root)
    [comment] = await bot.rows(select(Comment))
    assert (comment.ticket_id, comment.text, comment.message_ts) == ((await bot.ticket()).id, "the replica is fine", ts)
    assert slack.thread("#ops", root)[-1].plain == (
        "Kept as a comment on *CH-1* Redis is down, which this thread is about."
        " For another ticket write `@chargehand new: …` and what is wrong."
    )
    assert len(await bot.rows(select(Ticket))) == 1


async def test_a_stranger_to_the_ticket_cannot_comment_and_hears_who_can(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "bob", "redis is down")
    await report(bot, "frank", "same here", thread_ts=root)
    assert said(slack.ephemerals("frank")) == [
        "You may not comment on CH-1: that is for responders, the reporter and admins. Ask @alice."
        " For another ticket write `@chargehand new: …` and what is wrong."
    ]
    assert await bot.rows(select(Comment)) == []


async def test_new_in_a_tickets_thread_opens_another_ticket(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    ts = await report(bot, "frank", "new: kafka lags behind", thread_ts=root)
    second = await bot.ticket(2)
    assert (second.title, second.description, second.message_ts) == ("Kafka lags behind", "kafka lags behind", ts)
    [card] = [message for message in slack.messages("#ops") if "CH-2" in message.plain]
    assert card.plain.startswith("*CH-2  Kafka lags behind*")
    assert slack.thread("#ops", root)[-1].plain == "*CH-2* Kafka lags behind is tracked; its card follows here."


async def test_new_without_words_asks_for_them(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    await report(bot, "frank", "new:", thread_ts=root)
    assert said(slack.ephemerals("frank")) == ["What is wrong? For example `new: search is slow since noon`."]


async def test_a_thread_without_a_ticket_becomes_one_with_its_root_as_context(slack: SlackSandbox, bot: Bot) -> None:
    root = await slack.say("dave", "#ops", "kafka consumers are stuck since 9:40")
    await report(bot, "frank", "please track this", thread_ts=root)
    ticket = await bot.ticket()
    assert ticket.description == "this\n\nThe thread began with: kafka consumers are stuck since 9:40"
    assert ticket.title == "Kafka consumers are stuck since 9:40"
    assert ticket.thread_ts == root
    assert slack.thread("#ops", root)[-1].plain.startswith("*CH-1  Kafka consumers are stuck since 9:40*")


async def test_a_bare_mention_in_a_thread_without_ticket_only_explains(slack: SlackSandbox, bot: Bot) -> None:
    root = await slack.say("dave", "#ops", "kafka consumers are stuck")
    await report(bot, "frank", "", thread_ts=root)
    assert said(slack.ephemerals("frank"))[0].startswith(HELP)
    assert await bot.rows(select(Ticket)) == []


async def test_report_in_a_tickets_thread_opens_another_ticket_and_other_news_are_a_comment(
    slack: SlackSandbox, bot: Bot
) -> None:
    root = await report(bot, "frank", "redis is down")
    await report(bot, "frank", "new errors in the log of the replica", thread_ts=root)
    assert [comment.text for comment in await bot.rows(select(Comment))] == ["new errors in the log of the replica"]
    await report(bot, "frank", "report kafka lags behind", thread_ts=root)
    assert (await bot.ticket(2)).description == "kafka lags behind"
    assert said(slack.dms("frank")) == []


async def test_a_report_among_several_lines_gets_a_thread_of_its_own(slack: SlackSandbox, bot: Bot) -> None:
    root = await report(bot, "frank", "redis is down")
    await report(bot, "alice", "priority low\nreport search is slow", thread_ts=root)
    first, second = await bot.ticket(1), await bot.ticket(2)
    assert (first.priority, first.thread_ts, second.thread_ts) == ("low", root, second.thread_ts)
    assert second.thread_ts != root
    assert slack.messages("#ops")[-1].plain.startswith("*CH-2  Search is slow*")
