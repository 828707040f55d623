"""Fifty people get their page once each, though Slack says wait, two clocks tick and a process is killed at it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.digest.plan import plan_key
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.seed import crowd, default_seed
from bot.settings import Settings
from storage import calendars, tickets, workspace
from storage.database import open_database
from storage.people import Person
from storage.reminders import Reminder
from storage.tickets import Ticket
from tests.files import make_ready
from tests.process import comes_once
from tests.team import DATABASES, said, settings_for

BOTH = pytest.mark.parametrize("engine", DATABASES)
CROWD = crowd(50)


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox.start(seed=default_seed().plus(users=CROWD)) as sandbox:
        yield sandbox


async def seed_digests(settings: Settings, slack: SlackSandbox) -> None:
    """Everybody works around the clock, has a ticket, and is due for the page of today."""
    await asyncio.to_thread(make_ready, settings)
    now, about = datetime.now(UTC), {"workspace_id": slack.workspace_id}
    async with open_database(settings.database, settings.connections) as db, db.write() as tx:
        await workspace.adopt(tx, slack.workspace_id)
        (await calendars.own(tx, calendars.WORKSPACE, **about)).week = "Mon-Sun 00:00-24:00"
        for number, user in enumerate(CROWD, start=1):
            person = Person(slack_id=user.id, name=user.name, created_at=now, **about)
            ticket = Ticket(
                workspace_id=slack.workspace_id,
                number=number,
                title=f"Kafka lags {number}",
                description="",
                priority="high",
                source="slack",
                channel_id=slack.channel("#ops").id,
                created_at=now,
            )
            tx.add_all([person, ticket])
            await tx.flush()
            await tickets.assign(tx, ticket, person_id=person.id, now=now)
            key = plan_key(person.id, now.date())
            tx.add(Reminder(kind="digest", person_id=person.id, due_at=now, plan_key=key, created_at=now, **about))


def pages(slack: SlackSandbox) -> list[int]:
    """How many pages each has."""
    return [len([text for text in said(slack.dms(user.name)) if "*Your day*" in text]) for user in CROWD]


@BOTH
async def test_each_page_comes_once(slack: SlackSandbox, tmp_path: Path) -> None:
    settings = settings_for(slack, tmp_path)
    await seed_digests(settings, slack)
    await comes_once(slack, settings, tmp_path, lambda: pages(slack), kill_after=5)
