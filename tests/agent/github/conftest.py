"""A repository on the sandbox GitHub as the agent reads and writes it: as the App, with a database for receipts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.github.repositories import as_told
from bot.events import GitHubRepository
from bot.github.client import GitHubClient, open_github
from bot.github.effects import Writer
from bot.sandbox.github import GitHubSandbox
from bot.settings import Settings
from storage.database import Database, open_database
from storage.receipts import Receipt
from storage.repositories import Repository
from tests.files import put_newest

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHOP = "acme/shop"


@dataclass
class Desk:
    """What a tool has at hand; `now` passes when a test says so."""

    github: GitHubClient
    db: Database
    row: Repository
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def shop(self) -> GitHubRepository:
        return as_told(self.row)

    @property
    def writer(self) -> Writer:
        return Writer(github=self.github, db=self.db, clock=lambda: self.now, settle=timedelta(seconds=5))

    def intent(self, key: str = "turn:1:call:2", kind: str = "github.issue") -> Receipt:
        return Receipt(workspace_id="T1", key=key, kind=kind, channel_id="", at=self.now, correlation_id="c0ffee")


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Database]:
    path = tmp_path / "chargehand.db"
    put_newest(path)
    async with open_database(path) as database:
        yield database


def row_of(github: GitHubSandbox, name: str = SHOP) -> Repository:
    return Repository(
        workspace_id="T1",
        github_id=github.repository(name).id,
        host="github.com",
        full_name=name,
        installation_id=github.installation.id,
        created_at=NOW,
    )


@pytest.fixture
async def client(github: GitHubSandbox) -> AsyncIterator[GitHubClient]:
    settings = Settings(
        _env_file=None,
        github_api_url=github.url,
        github_app_id=str(github.app_id),
        github_private_key=github.private_key,
        call_timeout_seconds=2.0,
    )
    async with open_github(settings) as opened:
        yield opened


@pytest.fixture
def work(client: GitHubClient, file: Database, github: GitHubSandbox) -> Desk:
    return Desk(github=client, db=file, row=row_of(github))
