"""Each team's channel reads its week once, though Slack says wait, two clocks tick and a process is killed at it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.summary.plan import AT, plan_key
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.seed import SeedChannel, default_seed, slack_id
from bot.settings import Settings
from storage import calendars, workspace
from storage.database import open_database
from storage.people import Team
from storage.reminders import Reminder
from storage.tickets import Ticket
from tests.files import make_ready
from tests.process import comes_once
from tests.team import DATABASES, said, settings_for

BOTH = pytest.mark.parametrize("engine", DATABASES)
FAR_EAST = ZoneInfo("Pacific/Kiritimati")  # where Monday 09:00 has passed when Monday begins in UTC
TEAMS = [f"team-{number}" for number in range(20)]


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    channels = tuple(SeedChannel(slack_id("C", name), name, members=("alice",)) for name in TEAMS)
    async with SlackSandbox.start(seed=default_seed().plus(channels=channels)) as sandbox:
        yield sandbox


async def seed_weeks(settings: Settings, slack: SlackSandbox) -> None:
    """Every team works every day, has a ticket, and is due for its week."""
    await asyncio.to_thread(make_ready, settings)
    now, about = datetime.now(UTC), {"workspace_id": slack.workspace_id}
    zone = FAR_EAST if now.weekday() == 0 and now.hour < AT.hour else UTC
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    async with open_database(settings.database, settings.connections) as db, db.write() as tx:
        await workspace.adopt(tx, slack.workspace_id)
        hours = await calendars.own(tx, calendars.WORKSPACE, **about)
        hours.week, hours.zone = "Mon-Sun 00:00-24:00", str(zone)
        for number, name in enumerate(TEAMS, start=1):
            channel_id = slack.channel(f"#{name}").id
            team = Team(name=name, slug=name, channel_id=channel_id, created_at=now, **about)
            tx.add(team)
            await tx.flush()
            words = {"title": f"Kafka lags {number}", "description": "", "source": "slack"}
            tx.add(Ticket(number=number, team_id=team.id, channel_id=channel_id, created_at=now, **words, **about))
            planned = {"kind": "summary", "step": "weekly", "team_id": team.id, "plan_key": plan_key(team.id, monday)}
            tx.add(Reminder(due_at=now, created_at=now, channel_id=channel_id, **planned, **about))


def weeks(slack: SlackSandbox) -> list[int]:
    """How many each channel has."""
    return [len([text for text in said(slack.messages(f"#{name}")) if "*The week of" in text]) for name in TEAMS]


@BOTH
async def test_each_week_comes_once(slack: SlackSandbox, tmp_path: Path) -> None:
    settings = settings_for(slack, tmp_path)
    await seed_weeks(settings, slack)
    await comes_once(slack, settings, tmp_path, lambda: weeks(slack), kill_after=4)
