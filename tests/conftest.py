"""What the stories share: a sandbox Slack and a bot that works in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.slack import SlackSandbox
from storage import migrate
from storage.database import Database, open_database
from tests.team import Bot, running, seed_teams, settings_for


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox.start() as sandbox:
        yield sandbox


@pytest.fixture
async def bot(slack: SlackSandbox, tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot without a model, for a workspace with two teams."""
    settings = settings_for(slack, tmp_path)
    await seed_teams(settings, slack)
    async with running(slack, settings) as team:
        yield team


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database at the newest schema."""
    path = tmp_path / "chargehand.db"
    migrate.upgrade(path)
    async with open_database(path) as database:
        yield database
