"""People work by the clock that Slack shows them, in the hours of their team; deadlines stay with the team's clock."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from agent.calendar.whose import calendar_of_person, calendar_of_team
from bot.sandbox.slack import SlackSandbox
from storage import people
from storage.reminders import Reminder
from tests.clock import NOON, Clock, go_to
from tests.journeys.test_home import opened
from tests.team import DATABASES, Bot, assignees, quiet, report, running, said, seed_teams, settings_for, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FRIDAY = datetime(2026, 3, 6, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(base=NOON)


@pytest.fixture
async def bot(slack: SlackSandbox, tmp_path: Path, clock: Clock) -> AsyncIterator[Bot]:
    """It is Friday noon in UTC: 7 in the morning in New York, 17:30 in Kolkata."""
    slack.change("dave", is_told=False, tz="America/New_York")
    settings = settings_for(slack, tmp_path)
    await seed_teams(settings, slack)
    async with running(slack, settings, clock=clock) as team:
        yield team


async def zones(bot: Bot, name: str, team: str) -> tuple[str, str]:
    """Of a person, and of a team."""
    async with bot.ctx.db.read() as tx:
        [person] = await people.named(tx, bot.ctx.workspace_id, name)
        found = await people.team_named(tx, team)
        assert found
        theirs = await calendar_of_person(tx, bot.ctx.settings, person.id)
        return theirs.zone.key, (await calendar_of_team(tx, bot.ctx.settings, found.id)).zone.key


@BOTH
async def test_a_person_has_their_teams_hours_by_their_own_clock(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "erin", "hours team Payments 8-16 Europe/Berlin")
    assert (await slash(bot, "dave", "hours")).startswith(
        "*You*: Mon-Fri 08:00-16:00, times of America/New_York (as in Slack). Opens"
    )
    assert "Hours: Mon-Fri 08:00-16:00, times of America/New_York (as in Slack)" in await slash(bot, "dave", "me")
    assert "`Mon-Fri 08:00-16:00` America/New_York (as in Slack);" in await opened(slack, bot, "dave")
    await report(bot, "frank", "checkout is slow for all customers", channel="#payments")
    assert await assignees(bot) == ["dave"]
    assert said(slack.dms("dave")) == []  # his day has not begun
    assert await zones(bot, "dave", "Payments") == ("America/New_York", "Europe/Berlin")
    shown = await slash(bot, "dave", "hours Asia/Kolkata")
    assert shown == "*You*: Mon-Fri 08:00-16:00, times of Asia/Kolkata. Opens <!date^" + shown.partition("<!date^")[2]
    assert "times of America/New_York (as in Slack)" in await slash(bot, "dave", "hours default")


async def test_a_zone_that_nobody_knows_leaves_it_to_the_team(slack: SlackSandbox, bot: Bot) -> None:
    slack.change("dave", tz="Mars/Phobos")
    await quiet(bot)
    await slash(bot, "erin", "hours team Payments Europe/Berlin")
    assert "times of Europe/Berlin." in await slash(bot, "dave", "hours")
    assert await zones(bot, "dave", "Payments") == ("Europe/Berlin", "Europe/Berlin")


@BOTH
async def test_what_rests_on_the_clock_follows_when_somebody_moves(slack: SlackSandbox, bot: Bot, clock: Clock) -> None:
    await slash(bot, "erin", "hours team Payments 9-17")
    await slash(bot, "dave", "digest at 09:30")
    await report(bot, "frank", "checkout is slow", channel="#payments")
    assert said(slack.dms("dave")) == []
    assert await digests(bot) == [FRIDAY + timedelta(hours=14, minutes=30)]
    slack.change("dave", tz="Europe/Berlin")  # where it is 13:00
    await quiet(bot)
    assert await digests(bot) == [FRIDAY + timedelta(days=3, hours=8, minutes=30)]
    await go_to(bot, clock, NOON + MINUTE)
    assert "*CH-1* Checkout is slow is yours" in said(slack.dms("dave"))[0]


async def digests(bot: Bot) -> list[datetime]:
    """When dave's digest is planned."""
    async with bot.ctx.db.read() as tx:
        [dave] = await people.named(tx, bot.ctx.workspace_id, "dave")
    planned = select(Reminder).where(
        Reminder.person_id == dave.id, Reminder.kind == "digest", col(Reminder.state) == "planned"
    )
    return [one.due_at for one in await bot.rows(planned)]
