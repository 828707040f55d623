"""A ticket that is put off leaves its assignees in peace until then; managers still hear of what is missed."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.slack import SlackSandbox
from storage.reminders import Reminder
from tests.clock import Clock, go_to
from tests.journeys.test_sla import clocks, near, planned, told
from tests.team import DATABASES, Bot, report, said, select_all, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(digest_time="off")
FRIDAY = datetime(2026, 3, 6, 17, 30, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
REFUSED = {
    "snooze CH-1 someday": "“someday” is no time to wait for: write `1h`, `tomorrow`, `next Monday` or `2026-12-24`.",
    "snooze CH-1 2026-03-01": "“2026-03-01” is not in the future. Write it as in",
    "snooze CH-1 2026-02-30": "“2026-02-30” is no date: write year, month and day as in 2026-12-24.",
    "snooze CH-1 2027-01-01": "“2027-01-01” is more than 90 days away: name an earlier moment.",
    "unsnooze CH-1": "CH-1 is not snoozed.",
}


@pytest.fixture
def clock() -> Clock:
    return Clock(base=FRIDAY)


@BOTH
async def test_tomorrow_is_monday_and_one_message_says_so(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    answer = await slash(bot, "bob", "snooze CH-1 tomorrow the vendor is asleep")
    assert answer.startswith("*CH-1* Kafka lags is snoozed until ")
    assert "Sat 2026-03-07 is no working day, so it is the next moment in your hours. Its deadlines stay." in answer
    assert (await bot.ticket()).snoozed_until == MONDAY
    assert "snoozed until" in slack.transcript()
    assert "it is back (you snoozed it: the vendor is asleep)" in await slash(bot, "bob", "reminders")
    before = len(said(slack.dms("bob")))
    await go_to(bot, clock, MONDAY + timedelta(seconds=1))
    assert said(slack.dms("bob"))[before:][0].startswith(
        "*CH-1* Kafka lags is back: you snoozed it: the vendor is asleep."
    )
    assert (await bot.ticket()).snoozed_until is None
    assert [row.state for row in await select_all(bot, Reminder) if row.kind == "snooze"] == ["sent"]


async def test_a_snooze_holds_back_the_assignee_alone(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    due = (await clocks(bot))["ack", 1].due_at
    await slash(bot, "bob", "snooze CH-1 2026-03-10")
    assert near((await clocks(bot))["ack", 1].due_at, due)
    tuesday = MONDAY + timedelta(days=1)
    assert (await planned(bot))["ack", "breach"] == tuesday
    await go_to(bot, clock, MONDAY + timedelta(minutes=95))
    assert (len(told(slack, "bob")), len(told(slack, "alice"))) == (0, 1)
    assert near((await clocks(bot))["ack", 1].breached_at, due)
    await slash(bot, "bob", "unsnooze CH-1")
    assert (await planned(bot)).keys() >= {("ack", "channel")}
    await go_to(bot, clock, MONDAY + timedelta(minutes=96))
    assert len(told(slack, "bob")) == 1
    assert [row.state for row in await select_all(bot, Reminder) if row.kind == "snooze"] == ["cancelled"]


async def test_what_is_resolved_does_not_wake(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "snooze CH-1 20m")
    await slash(bot, "bob", "resolve CH-1 restarted")
    assert (await bot.ticket()).snoozed_until is None
    assert await planned(bot) == {}


async def test_what_cannot_be_waited_for_is_refused(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    for line, refusal in REFUSED.items():
        assert (await slash(bot, "bob", line)).startswith(refusal), line
    assert (await slash(bot, "carol", "snooze CH-1 1h")).startswith("You may not snooze CH-1")
    assert (await bot.ticket()).snoozed_until is None


async def test_to_undo_what_ended_it_puts_it_off_again(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "snooze CH-1 tomorrow")
    await slash(bot, "bob", "resolve CH-1 it caught up")
    assert ((await bot.ticket()).snoozed_until, (await planned(bot)).get(("snooze", "wake"))) == (None, None)
    await slash(bot, "bob", "undo CH-1")
    assert ((await bot.ticket()).snoozed_until, (await planned(bot))["snooze", "wake"]) == (MONDAY, MONDAY)
    await slash(bot, "bob", "unsnooze CH-1")
    await slash(bot, "bob", "undo CH-1")
    before = len(said(slack.dms("bob")))
    await go_to(bot, clock, MONDAY + timedelta(seconds=1))
    assert said(slack.dms("bob"))[before:][0].startswith("*CH-1* Kafka lags is back: ")


async def test_exactly_keeps_the_moment_and_activity_ends_it_before(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    root = await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "snooze CH-1 2h exactly the vendor calls")
    asked = FRIDAY + timedelta(hours=2)
    assert near((await bot.ticket()).snoozed_until, asked)
    await slash(bot, "bob", "snooze CH-1 until activity")
    assert "Snoozed until somebody does something, or " in slack.transcript()
    await slash(bot, "bob", "reminders")
    assert (await bot.ticket()).snoozed_until is not None
    before = len(said(slack.dms("bob")))
    await report(bot, "frank", "the vendor has called", thread_ts=root)
    assert (await bot.ticket()).snoozed_until is None
    assert said(slack.dms("bob"))[before:][0].startswith("*CH-1* Kafka lags is back: you snoozed it.")


async def test_a_snooze_that_is_ended_by_mistake_comes_back_with_undo(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "bob", "snooze CH-1 2026-03-10")
    until = (await bot.ticket()).snoozed_until
    await slash(bot, "bob", "unsnooze CH-1")
    assert (await slash(bot, "bob", "undo CH-1")).startswith("CH-1 was no longer snoozed, by @bob: undone by @bob")
    assert (await bot.ticket()).snoozed_until == until
    assert (await planned(bot))["snooze", "wake"] == until
    await slash(bot, "bob", "undo CH-1")
    assert (await bot.ticket()).snoozed_until is None
    assert ("snooze", "wake") not in await planned(bot)
