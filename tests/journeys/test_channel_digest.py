"""A channel that asked for it reads each working day how its team's tickets stand, and only those anybody may see."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.messages import moment
from bot.sandbox.slack import SlackSandbox
from storage.audit import AuditEvent
from storage.reminders import Reminder
from tests.clock import Clock, go_to
from tests.team import DATABASES, Bot, assignees, quiet, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(admins="@frank", digest_time="off")
FRIDAY = datetime(2026, 3, 6, 10, 0, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(base=FRIDAY)


def days(slack: SlackSandbox, channel: str = "#ops") -> list[str]:
    return [text for text in said(slack.messages(channel)) if "*The day of " in text]


@BOTH
async def test_a_channel_that_asked_for_it_gets_one_each_working_day(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await report(bot, "frank", "kafka lags")
    await report(bot, "frank", "kafka is slow")
    await slash(bot, "alice", "unassign CH-2 @carol")
    assert not await bot.rows(select(Reminder).where(Reminder.kind == "channel digest"))  # nobody has asked for one
    shown = await slash(bot, "alice", "channel digest on")
    assert " Its next digest comes <!date^" in shown
    await go_to(bot, clock, MONDAY + SECOND)
    [page] = days(slack)
    assert page.startswith("*The day of Platform*\n*Overdue (2)*\n• *<")
    assert ": @bob" in page
    assert ": nobody has it" in page
    [digest] = [one for one in slack.messages("#ops") if one.plain == page]
    assert digest.buttons == ["Claim CH-2", "Why"]
    await slack.click("carol", "#ops", digest.ts, "Why")
    await quiet(bot)
    told = slack.ephemerals("carol")[-1].plain
    assert "it is the day of Platform, once each working day. `channel digest off` ends it.\nHours that count:" in told
    await slack.click("carol", "#ops", digest.ts, "Claim CH-2")
    await quiet(bot)
    assert await assignees(bot, 2) == ["carol"]
    await go_to(bot, clock, MONDAY + 4 * DAY + SECOND)  # a Friday; Tuesday's was due while nobody was there
    await go_to(bot, clock, MONDAY + 5 * DAY + SECOND)  # a Saturday
    assert [text.startswith("(Late: ") for text in days(slack)] == [False, True]
    [event] = await bot.rows(select(AuditEvent).where(AuditEvent.object_kind == "channel"))
    assert event.after["digest"] == "on"


async def test_it_comes_at_the_time_that_was_chosen_and_ends_when_told(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "alice", "channel digest on at 08:15")
    await slash(bot, "alice", "channel digest at 07:30")
    [planned] = await bot.rows(select(Reminder).where(Reminder.kind == "channel digest", Reminder.state == "planned"))
    assert planned.due_at == MONDAY - timedelta(minutes=90)
    await go_to(bot, clock, planned.due_at + SECOND)
    assert len(days(slack)) == 1
    assert "next digest" not in await slash(bot, "alice", "channel digest off")
    await go_to(bot, clock, MONDAY + DAY)
    assert len(days(slack)) == 1


async def test_another_time_on_a_day_that_had_its_own_counts_from_the_next_one(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "alice", "channel digest on")
    await go_to(bot, clock, MONDAY + timedelta(hours=1))
    assert len(days(slack)) == 1
    tuesday = MONDAY + DAY + timedelta(hours=6)
    assert f" Its next digest comes {moment(tuesday)}, " in await slash(bot, "alice", "channel digest at 15:00")
    await go_to(bot, clock, MONDAY + timedelta(hours=7))
    assert len(days(slack)) == 1
    await go_to(bot, clock, tuesday + SECOND)
    assert len(days(slack)) == 2


async def test_private_tickets_and_those_of_others_are_left_out_and_an_empty_day_says_nothing(
    slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    slack.invite_bot("#secret")
    await report(bot, "alice", "kafka password leaked", channel="#secret")
    await report(bot, "frank", "checkout is slow", channel="#payments")
    assert (await bot.ticket()).is_private
    await slash(bot, "alice", "channel digest on")
    await slash(bot, "erin", "channel digest on", channel="#payments")
    await go_to(bot, clock, MONDAY + SECOND)
    assert days(slack) == []
    [page] = days(slack, "#payments")
    assert "CH-2" in page
    assert "CH-1" not in page


async def test_managers_of_its_team_say_so(slack: SlackSandbox, bot: Bot) -> None:
    assert await slash(bot, "bob", "channel digest on") == (
        "You may not set the digest of a channel of Platform: that is for managers of the team and admins. Ask @alice."
    )
    assert await slash(bot, "alice", "channel digest on", channel="#random") == (
        "This channel is no team's: `channel team TEAM` first."
    )
    assert await slash(bot, "alice", "channel digest at noon") == (
        "“noon” is no time of day: write `channel digest on at 08:30`."
    )


async def test_a_channel_shared_with_others_reads_no_list(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await report(bot, "frank", "kafka lags")
    await slash(bot, "alice", "channel digest on")
    slack.share("#ops")
    await quiet(bot)
    await go_to(bot, clock, MONDAY + SECOND)
    assert days(slack) == []


async def test_a_team_in_whose_channel_another_is_named_has_a_say(slack: SlackSandbox, bot: Bot) -> None:
    refused = await slash(bot, "erin", "channel team Payments")
    assert refused.startswith("You may not take a channel from Platform: that is for managers of the team and admins.")
