"""A name in an event counts as far as it can be known to be the repository's today."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from agent.github.names import as_named_today
from bot.errors import Ignored
from bot.events import GitHubRepository, InstallationEvent, RepositoryEvent
from bot.github.client import GitHubClient, open_github
from bot.sandbox.github import GitHubSandbox
from bot.settings import Settings
from storage.database import Database
from storage.inbox import Delivery
from tests.agent.github.conftest import NOW, SHOP, row_of


@pytest.fixture
async def nobody() -> AsyncIterator[GitHubClient]:
    """A client without any access."""
    async with open_github(Settings(_env_file=None)) as opened:
        yield opened


@pytest.fixture
async def known(file: Database, github: GitHubSandbox) -> Database:
    """A database that knows acme/shop."""
    async with file.write() as tx:
        tx.add(row_of(github))
    return file


def delivery(*, secret_id: int | None = None, came: datetime = NOW) -> Delivery:
    return Delivery(
        workspace_id="T1", source="github", dedupe_key="g", kind="repository", body=b"", secret_id=secret_id,
        correlation_id="c", received_at=came,
    )  # fmt: skip


def told(github: GitHubSandbox, name: str, of: str = SHOP) -> GitHubRepository:
    number = github.repository(of).id
    return GitHubRepository(github_id=number, full_name=name, host="github.com", installation_id=github.installation.id)


async def name_of(
    client: GitHubClient,
    db: Database,
    repository: GitHubRepository,
    *,
    secret_id: int | None = None,
    came: datetime = NOW,
) -> str:
    event = RepositoryEvent(action="renamed", repository=repository)
    found = await as_named_today(event, delivery(secret_id=secret_id, came=came), db=db, github=client, now=NOW)
    assert isinstance(found, RepositoryEvent)
    return found.repository.full_name


@pytest.mark.parametrize("secret_id", [None, 1])
async def test_github_is_asked_for_another_name(
    client: GitHubClient, known: Database, github: GitHubSandbox, secret_id: int | None
) -> None:
    assert await name_of(client, known, told(github, "victim/secret"), secret_id=secret_id) == SHOP
    github.rename_repository("alice", SHOP, "store")
    renamed = told(github, "acme/store", of="acme/store")
    assert await name_of(client, known, renamed, secret_id=secret_id) == "acme/store"


async def test_an_event_of_before_a_rename_does_not_bring_the_old_name_back(
    client: GitHubClient, known: Database, github: GitHubSandbox
) -> None:
    event = InstallationEvent(
        action="added", installation_id=1, added=(told(github, "acme/old"), told(github, SHOP)), removed=()
    )
    found = await as_named_today(event, delivery(), db=known, github=client, now=NOW)
    assert isinstance(found, InstallationEvent)
    assert [one.full_name for one in found.added] == [SHOP, SHOP]


async def test_a_hooks_own_secret_makes_no_repository_known_by_the_name_of_another(
    client: GitHubClient, file: Database, github: GitHubSandbox
) -> None:
    assert await name_of(client, file, told(github, SHOP), secret_id=1) == SHOP
    with pytest.raises(Ignored, match="another name"):
        await name_of(client, file, told(github, "me/mine"), secret_id=1)


@pytest.mark.parametrize(("secret_id", "ago", "name"), [(None, 0, "acme/store"), (None, 31, SHOP), (1, 0, SHOP)])
async def test_without_access_only_fresh_news_of_the_global_hook_renames(
    nobody: GitHubClient, known: Database, github: GitHubSandbox, secret_id: int | None, ago: int, name: str
) -> None:
    came = NOW - timedelta(minutes=ago)
    assert await name_of(nobody, known, told(github, "acme/store"), secret_id=secret_id, came=came) == name
