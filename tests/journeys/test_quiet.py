"""Whoever wants quiet, or has notifications off in Slack, reads later what came; posts name them without a ping."""

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.sandbox.slack import SlackSandbox
from storage.calendars import CalendarRow
from storage.notices import Notice
from tests.clock import NOON, Clock, go_to
from tests.team import DATABASES, Bot, assignees, quiet, report, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(digest_time="off")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(base=NOON)


async def held(bot: Bot) -> set[str]:
    return {one.reason for one in await bot.rows(select(Notice).where(Notice.state == "held"))}


@BOTH
async def test_hours_of_quiet_hold_back_what_comes(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    assert (await slash(bot, "bob", "me set quiet 11:30-14")).startswith("• `quiet`: Mon-Sun 11:30-14:00 – hours of")
    await report(bot, "frank", "kafka lags")
    assert await assignees(bot) == ["bob"]
    assert said(slack.dms("bob")) == []
    assert await held(bot) == {"they want quiet at this time"}
    await go_to(bot, clock, NOON + 2 * HOUR + MINUTE)
    first = said(slack.dms("bob"))[0]
    assert first.startswith("1 held back for you.")
    assert "*CH-1* Kafka lags is yours" in first


@BOTH
async def test_who_has_notifications_off_in_slack_reads_it_later(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    span = int((NOON - HOUR).timestamp()), int((NOON + HOUR).timestamp())
    slack.change("bob", is_told=False, dnd=span)
    await report(bot, "frank", "kafka lags")
    assert await assignees(bot) == ["bob"]
    assert said(slack.dms("bob")) == []
    assert await held(bot) == {"they have notifications off in Slack"}
    await go_to(bot, clock, NOON + HOUR + MINUTE)
    assert said(slack.dms("bob"))[0].startswith("1 held back for you.")


async def test_a_post_names_who_wants_quiet_without_a_ping(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    ts = await report(bot, "frank", "kafka lags")
    await slash(bot, "frank", "withdraw CH-1")
    assert f"<@{slack.user('alice').id}> can decide" in slack.thread("#ops", ts)[-1].text
    await slash(bot, "alice", "me set quiet 11-14")
    ts = await report(bot, "frank", "redis lags")
    await slash(bot, "frank", "withdraw CH-2")
    assert "@alice can decide" in slack.thread("#ops", ts)[-1].text


async def test_quiet_around_the_clock_is_refused(slack: SlackSandbox, bot: Bot) -> None:
    assert (await slash(bot, "bob", "me set quiet 0-24")).startswith("By these hours it would never end")
    assert (await slash(bot, "bob", "me set quiet at night")).startswith("“at” is no time of day")
    assert "`quiet`: off" in await slash(bot, "bob", "me set quiet off")


async def test_hours_and_components_are_settings_of_a_team(slack: SlackSandbox, bot: Bot) -> None:
    assert "`hours`: Mon-Thu 09:00-17:00" in await slash(bot, "alice", "team set Platform hours Mon-Thu 9-17")
    assert "`zone`: Europe/Berlin" in await slash(bot, "alice", "team set Platform zone europe/berlin")
    [row] = await bot.rows(select(CalendarRow))
    assert (row.scope, row.week, row.zone) == ("team:1", "Mon-Thu 09:00-17:00", "Europe/Berlin")
    assert "`components`: sentinel, kafka connect –" in await slash(
        bot, "alice", "team set Platform components sentinel, kafka connect"
    )
    assert "`components`: sentinel –" in await slash(bot, "alice", "team set Platform components sentinel")
    assert "component `sentinel`" in await slash(bot, "frank", "ownership list")
    assert "`components`: none (default)" in await slash(bot, "alice", "team set Platform components default")
    assert "Its deadlines: `sla team Platform`" in await slash(bot, "frank", "team show Platform")
    assert "`hours`: Mon-Fri 08:00-16:00" in await slash(bot, "bob", "me set hours 8-16")
    assert "Hours: Mon-Fri 08:00-16:00, times of Europe/Berlin" in await slash(bot, "bob", "me")
    refused = await slash(bot, "dave", "team set Platform hours 8-16")
    assert refused.startswith("You may not change the settings of Platform")


async def test_a_thread_is_muted_where_it_is_said(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "kafka lags")
    await report(bot, "bob", "mute thread until 2h", thread_ts=ts)
    assert "Muted for 1 person" in slack.thread("#ops", ts)[1].plain
    await report(bot, "bob", "unmute this thread", thread_ts=ts)
    assert "Muted for" not in slack.thread("#ops", ts)[1].plain
    assert (await slash(bot, "bob", "mute thread")).startswith("Which thread? Say it in the thread of a ticket")


@BOTH
async def test_what_became_of_a_channel_waits_too(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "alice", "me set quiet 11:30-14")
    slack.archive("#ops")
    await quiet(bot)
    assert said(slack.dms("alice")) == []
    await go_to(bot, clock, NOON + 2 * HOUR + MINUTE)
    [page] = said(slack.dms("alice"))
    assert "<#C0OPS> was archived." in page
    slack.unarchive("#ops")
    await quiet(bot)
    assert "is as it was" in said(slack.dms("alice"))[1]  # what was read among others cannot be changed in its place


async def test_a_rest_of_a_channel_that_is_over_by_then_is_no_news(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "alice", "me set quiet 11:30-14")
    slack.archive("#ops")
    await quiet(bot)
    slack.unarchive("#ops")
    await quiet(bot)
    await go_to(bot, clock, NOON + 2 * HOUR + MINUTE)
    assert said(slack.dms("alice")) == []
