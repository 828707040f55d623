"""Somebody has another person, a thread or a channel reminded: they see who asked, and may decline or block that."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage.alarms import Alarm
from storage.audit import AuditEvent
from tests.clock import Clock, go_to
from tests.team import DATABASES, Bot, quiet, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(digest_time="off", remind_per_day=3, remind_active=5)
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(base=NOON)


async def why_over(bot: Bot) -> list[str]:
    return [one.reason for one in await bot.rows(select(Alarm).where(Alarm.state == "over"))]


@BOTH
async def test_it_is_declined_and_its_sender_blocked(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    answer = await slash(bot, "bob", "remind @carol to review the <plan> in 2h")
    assert answer.startswith("I remind @carol on *Wed 2026-03-04 at 14:00* (UTC, in ")
    await slash(bot, "bob", "remind @carol every day at 15:00 to stretch")
    assert "asked for by @bob: review the &lt;plan&gt;" in await slash(bot, "carol", "reminders")
    await go_to(bot, clock, NOON + 2 * HOUR + MINUTE)
    [message] = slack.dms("carol")
    assert message.plain == "@bob asked me to remind you: review the &lt;plan&gt;"
    await slack.click("carol", "@chargehand", message.ts, "Decline")
    await quiet(bot)
    assert said(slack.dms("carol"))[-1] == "Declined: “review the &lt;plan&gt;” comes no more."
    assert said(slack.dms("bob")) == ["Your reminder “review the &lt;plan&gt;” comes no more: @carol declined it."]
    await go_to(bot, clock, NOON + 3 * HOUR + MINUTE)
    series = slack.dms("carol")[-1]
    await slack.click("carol", "@chargehand", series.ts, "Block @bob")
    await quiet(bot)
    await go_to(bot, clock, NOON + DAY + 4 * HOUR)
    assert len(slack.dms("carol")) == 2
    assert await slash(bot, "bob", "remind @carol to relax in 2h") == "@carol takes no reminders of yours."
    assert await slash(bot, "carol", "reminders unblock @bob") == "@bob may have you reminded again."
    assert (await slash(bot, "bob", "remind @carol to relax in 2h")).startswith("I remind @carol on")
    actions = [event.action for event in await bot.rows(select(AuditEvent)) if "remind" in event.action]
    assert actions == [
        "remind", "remind", "reminder decline", "reminder block", "reminder unblock", "remind",
    ]  # fmt: skip


async def test_there_are_limits(bot: Bot, clock: Clock) -> None:
    for number in range(3):
        assert (await slash(bot, "bob", f"remind @carol to do {number} in 2h")).startswith("I remind @carol")
    full = "You have asked for 3 reminders for them within a day: that is as many as there may be."
    assert await slash(bot, "bob", "remind @carol to do more in 2h") == full
    assert (await slash(bot, "bob", "remind @alice to do more in 2h")).startswith("I remind @alice")
    assert (await slash(bot, "bob", "remind me to do more in 2h")).startswith("I remind you")
    assert (await slash(bot, "bob", "remind me to do more in 3h")).startswith("5 reminders of yours are still to come")
    assert await slash(bot, "bob", "reminders cancel 1") == "Cancelled: “do 0” comes no more."
    assert (await slash(bot, "bob", "remind me to do more in 3h")).startswith("I remind you")


async def test_outside_their_hours_it_waits_but_their_own_comes(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "carol", "hours Mon-Fri 9-18")
    await slash(bot, "bob", "remind @carol to review it at 20:00")
    await slash(bot, "carol", "remind me to feed the cat at 20:00")
    await go_to(bot, clock, NOON + 8 * HOUR + MINUTE)
    assert said(slack.dms("carol")) == ["Reminder: feed the cat"]
    await go_to(bot, clock, NOON + 21 * HOUR + MINUTE)
    assert "@bob asked me to remind you: review it" in said(slack.dms("carol"))[-1]
    assert len(slack.dms("carol")) == 2


async def test_who_asked_hears_that_the_other_one_left(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "bob", "remind @dave every day at 14:00 to stretch")
    slack.deactivate("dave")
    await quiet(bot)
    await go_to(bot, clock, NOON + 2 * HOUR + MINUTE)
    assert said(slack.dms("bob")) == ["Your reminder “stretch” comes no more: @dave is deactivated in Slack."]
    assert slack.dms("dave") == []
    assert await why_over(bot) == ["they are gone"]


@BOTH
async def test_this_thread_is_where_it_comes(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    root = await slack.say("frank", "#ops", "the disk fills up")
    await report(bot, "bob", "remind me about this in 2h", thread_ts=root)
    assert "I remind you here on *Wed 2026-03-04 at 14:00*" in slack.ephemerals("bob")[-1].plain
    await go_to(bot, clock, NOON + 2 * HOUR + MINUTE)
    reply = slack.thread("#ops", root)[-1]
    assert reply.plain.startswith("<@U0BOB> Reminder: <http")
    assert slack.dms("bob") == []
    await slack.click("bob", "#ops", reply.ts, "Done")
    await quiet(bot)
    assert slack.thread("#ops", root)[-1].plain == "Done by @bob: The reminder."


async def test_of_a_thread_that_is_gone_they_hear_directly(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    root = await slack.say("frank", "#ops", "the disk fills up")
    ts = await report(bot, "bob", "remind me about this in 2h", thread_ts=root)
    await slack.delete("bob", "#ops", ts)
    await slack.delete("frank", "#ops", root)
    await quiet(bot)
    slack.fail(method="chat.postMessage", error="thread_not_found")
    await go_to(bot, clock, NOON + 2 * HOUR + MINUTE)
    [message] = said(slack.dms("bob"))
    assert "Reminder: <http" in message


@BOTH
async def test_a_channel_is_reminded_by_its_members_and_nobody_is_pinged(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await slash(bot, "bob", "remind #ops to post the report, @here @channel, in 2h")
    await go_to(bot, clock, NOON + 2 * HOUR + MINUTE)
    message = slack.messages("#ops")[-1]
    assert message.plain.startswith("Reminder, asked for by @bob: post the report, @here @channel")
    assert "<!" not in slack.calls("chat.postMessage")[-1].args["text"]
    slack.kick_bot("#payments")
    await quiet(bot)
    assert await slash(bot, "dave", "remind #payments to x in 2h") == (
        "I am not a member of <#C0PAYMENTS>: `/invite @chargehand` there."
    )
    slack.invite_bot("#secret")
    assert (await slash(bot, "bob", "remind #secret to x in 2h")).startswith("I remind <#C0SECRET> on")
    await slack.command("carol", "#ops", "/chargehand", "remind <#C0SECRET|secret> to x in 2h", raw=True)
    await quiet(bot)
    assert said(slack.ephemerals("carol")) == [
        "You are not a member of <#C0SECRET>, so no reminder of yours goes there."
    ]
    slack.kick("bob", "#secret")
    await quiet(bot)
    await go_to(bot, clock, NOON + 5 * HOUR)
    assert said(slack.dms("bob"))[-1] == "Your reminder “x” comes no more: you left <#C0SECRET>."
    assert not any("Reminder" in message.text for message in slack.messages("#secret"))


async def test_of_an_archived_channel_who_asked_hears(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "bob", "remind #ops every day at 14:00 to post the report")
    slack.archive("#ops")
    await quiet(bot)
    await go_to(bot, clock, NOON + 2 * HOUR + MINUTE)
    assert said(slack.dms("bob")) == ["Your reminder “post the report” comes no more: <#C0OPS>: it is archived."]
    await go_to(bot, clock, NOON + DAY + 3 * HOUR)
    assert len(slack.dms("bob")) == 1


async def test_a_private_ticket_stays_private(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    slack.invite_bot("#secret")
    await report(bot, "alice", "redis password leaked", channel="#secret")
    assert await slash(bot, "bob", "remind @carol about CH-1 in 2h") == ("CH-1 is private, and @carol may not see it.")
    assert await slash(bot, "bob", "remind #ops about CH-1 in 2h") == ("CH-1 is private, and <#C0OPS> may not see it.")
    assert (await slash(bot, "carol", "remind me about CH-1 in 2h")).startswith("There is no CH-1 that you can see.")
    await slash(bot, "bob", "erinnere mich in 2 Stunden an CH-1")
    before = len(slack.dms("bob"))
    await go_to(bot, clock, NOON + 2 * HOUR + MINUTE)
    assert any("*CH-1* Redis password leaked" in text for text in said(slack.dms("bob"))[before:])


async def test_to_remind_others_is_for_responders(bot: Bot) -> None:
    refused = "that is for responders and admins. `remind me …` is for everyone."
    assert await slash(bot, "frank", "remind @bob to look in 2h") == f"You may not remind @bob: {refused}"
    assert (await slash(bot, "frank", "remind #ops to look in 2h")).startswith("You may not remind <#C0OPS>:")
    assert (await slash(bot, "frank", "remind me to look in 2h")).startswith("I remind you on")


async def test_a_name_typed_by_hand_stays_theirs_when_the_day_is_asked(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "bob", "remind @dave to call 01/04")
    asked = slack.ephemerals("bob")[-1]
    await slack.click_ephemeral("bob", asked.buttons[0])
    await quiet(bot)
    assert said(slack.ephemerals("bob"))[-1].startswith("I remind @dave on")


async def test_who_asked_cannot_let_it_ring_again_and_again(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "bob", "remind @dave to look in 2h")
    assert await slash(bot, "bob", "reminders later 1 1h") == "Only whom a reminder is for may put it off."
    await go_to(bot, clock, NOON + 2 * HOUR + MINUTE)
    assert await slash(bot, "bob", "reminders change 1 in 1h") == "It has come. `remind` asks for a new one."
