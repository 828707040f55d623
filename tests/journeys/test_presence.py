"""Slack's status and do-not-disturb say who is not there; nobody has to tell it twice."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.slack import SlackSandbox
from storage.absences import Absence
from tests.clock import StoppedClock
from tests.team import Bot, assignees, quiet, report, select_all, slash

FRIDAY = datetime(2026, 3, 27, 10, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(FRIDAY)


def span(start: datetime, hours: float) -> tuple[int, int]:
    return int(start.timestamp()), int((start + timedelta(hours=hours)).timestamp())


async def test_a_palm_tree_is_an_absence_until_it_ends(slack: SlackSandbox, bot: Bot, clock: StoppedClock) -> None:
    back = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)
    slack.change("bob", status_emoji=":palm_tree:", status_expiration=int(back.timestamp()))
    await quiet(bot)
    await report(bot, "frank", "redis is down")
    assert (await bot.ticket()).assign_reason == "fewest open: 0; @bob is away until Tue"
    slack.change("bob", status_emoji=":coffee:", status_expiration=0)
    await quiet(bot)
    [absence] = await select_all(bot, Absence)
    assert (absence.ends, absence.source) == (FRIDAY, "status")
    await report(bot, "frank", "kafka is stuck")
    assert await assignees(bot, 2) == ["bob"]


async def test_a_status_without_an_end_counts_for_its_day(slack: SlackSandbox, bot: Bot, clock: StoppedClock) -> None:
    await slash(bot, "bob", "hours Mon-Fri 9-18 America/New_York")
    slack.change("bob", status_emoji=":face_with_thermometer:")
    await quiet(bot)
    [absence] = await select_all(bot, Absence)
    assert absence.ends == datetime(2026, 3, 28, 4, 0, tzinfo=UTC)  # midnight in New York
    clock.now = datetime(2026, 3, 27, 20, 0, tzinfo=UTC)
    slack.change("bob", real_name="Bob B. Brown")
    await quiet(bot)
    assert len(await select_all(bot, Absence)) == 1
    clock.now = datetime(2026, 3, 30, 14, 0, tzinfo=UTC)  # it is still there on Monday: nobody took it off
    slack.change("bob", real_name="Bob C. Brown")
    await quiet(bot)
    assert len(await select_all(bot, Absence)) == 1
    slack.change("bob", status_emoji="")
    await quiet(bot)
    slack.change("bob", status_emoji=":palm_tree:")
    await quiet(bot)
    await slash(bot, "bob", "back")
    slack.change("bob", real_name="Bob B. Brown")
    await quiet(bot)
    assert len(await select_all(bot, Absence)) == 2  # said anew, and back all the same


async def test_notifications_off_in_working_hours_are_an_absence(
    slack: SlackSandbox, bot: Bot, clock: StoppedClock
) -> None:
    slack.change("bob", is_told=False, dnd=span(FRIDAY, 3))
    slack.change("carol", is_told=False, dnd=span(FRIDAY - timedelta(hours=12), 12.5))  # a night, and half an hour
    await report(bot, "frank", "redis is down")
    assert (await bot.ticket()).assign_reason == "fewest open: 0; @bob has notifications off until 13:00"
    assert await assignees(bot) == ["carol"]
    await report(bot, "frank", "kafka is stuck")
    assert len(slack.calls("dnd.teamInfo")) == 1  # asked once in five minutes
    clock.now += timedelta(hours=3, minutes=1)
    await report(bot, "frank", "redis is slow")
    assert await assignees(bot, 3) == ["bob"]
    assert len(slack.calls("dnd.teamInfo")) == 2


async def test_what_comes_at_once_asks_slack_once_who_is_not_to_be_disturbed(slack: SlackSandbox, bot: Bot) -> None:
    team = [slack.user(name).id for name in ("bob", "carol")]
    await asyncio.gather(*(bot.ctx.directory.rests(team) for _ in range(3)))
    assert len(slack.calls("dnd.teamInfo")) == 1


async def test_without_the_scope_nobody_is_left_out(slack: SlackSandbox, bot: Bot) -> None:
    slack.scopes.discard("dnd:read")
    slack.change("bob", is_told=False, dnd=span(FRIDAY, 3))
    await report(bot, "frank", "redis is down")
    assert await assignees(bot) == ["bob"]
