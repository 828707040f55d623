"""A ticket whose clock never rests goes to who is at work or wants to be woken, and to managers where a team says."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sandbox.slack import SlackSandbox
from tests.clock import Clock
from tests.team import DATABASES, Bot, assignees, report, running, said, seed_teams, settings_for, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
NIGHT = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)  # a Wednesday
OUTAGE = "redis is down for all customers"


@pytest.fixture
async def bot(slack: SlackSandbox, tmp_path: Path) -> AsyncIterator[Bot]:
    settings = settings_for(slack, tmp_path)
    await seed_teams(settings, slack)
    async with running(slack, settings, clock=Clock(base=NIGHT)) as team:
        await slash(team, "alice", "hours team Platform 9-18")
        yield team


@BOTH
async def test_at_night_it_goes_to_who_wants_to_be_woken(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "carol", "me set wake_for_critical on")
    await report(bot, "frank", OUTAGE)
    assert ((await bot.ticket()).priority, await assignees(bot)) == ("critical", ["carol"])
    assert "@bob is outside their hours until Thu" in (await bot.ticket()).assign_reason
    assert (await slash(bot, "frank", "why CH-1 not @bob")).endswith("@bob is outside their hours until Thu.")
    assert "• @bob: is outside their hours until Thu, 0 open" in await slash(bot, "frank", "why CH-1")
    assert "CH-1" in said(slack.dms("carol"))[0]
    await report(bot, "frank", "kafka lags")  # its clock rests with the team: whoever has less gets it
    assert ((await bot.ticket(2)).priority != "critical", await assignees(bot, 2)) == (True, ["bob"])


@BOTH
async def test_capacity_gives_way_before_anybodys_night_does(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "bob", "hours 20-4")
    await slash(bot, "bob", "capacity 1")
    for text in (OUTAGE, "kafka is down for all customers"):
        await report(bot, "frank", text)
    assert await assignees(bot, 2) == ["bob"]
    reason = (await bot.ticket(2)).assign_reason
    assert reason == "nobody has room; least above capacity: 1/1; @carol is outside their hours until Thu"
    await slash(bot, "bob", "away 2d")
    await report(bot, "frank", "redis and kafka are down for all customers")
    reason = (await bot.ticket(3)).assign_reason
    assert reason.startswith("nobody who could is at work; fewest open: 0; @bob is away until Fri")
    assert await assignees(bot, 3) == ["carol"]
    explained = await slash(bot, "frank", "why CH-3")
    assert "went by: working hours relaxed." in explained
    assert "• @carol: is outside their hours until Thu, 0 open – chosen" in explained


@BOTH
async def test_managers_are_given_tickets_where_their_team_says_so(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "kafka lags")
    shown = await slash(bot, "alice", "team set Platform managers on")
    assert "• `managers`: on – whether tickets are given to its managers too, as to its responders" in shown
    for text in ("redis lags", "a redis key is odd"):
        await report(bot, "frank", text)
    assert [(await assignees(bot, number))[0] for number in (1, 2, 3)] == ["bob", "alice", "carol"]
    assert "@alice had 1 open, @carol 0 open" in await slash(bot, "frank", "why CH-3 not @alice")
