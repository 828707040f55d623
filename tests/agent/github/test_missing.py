"""What GitHub does not list is said, and ends nothing."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from agent.github.missing import Listing, missing
from bot.github.client import GitHubClient, open_github
from bot.github.failures import CallFailed
from bot.sandbox.github import Fault, GitHubSandbox
from bot.sandbox.github.hooks import Hook
from bot.settings import Settings
from storage.database import Database
from storage.repositories import Repository
from tests.agent.github.conftest import NOW, row_of

OURS = "http://127.0.0.1:9/webhooks/github"
GONE = Repository(workspace_id="T1", github_id=99, host="github.com", full_name="acme/gone", created_at=NOW)


@pytest.fixture
async def person(github: GitHubSandbox) -> AsyncIterator[GitHubClient]:
    """A client with a token."""
    async with open_github(Settings(_env_file=None, github_api_url=github.url, github_token=github.token)) as opened:
        yield opened


async def look(client: GitHubClient, db: Database, *known: Repository) -> Listing:
    now = datetime.now(UTC)
    return await missing(client, db, known, since=now - timedelta(hours=1), now=now)


async def test_an_app_on_a_server_that_lists_no_deliveries(
    client: GitHubClient, file: Database, github: GitHubSandbox
) -> None:
    github.fail(Fault(call="GET /app/hook/deliveries", status=404))
    assert await look(client, file) == Listing(missing=[], unlisted={"": "http_404: Not Found"}, is_deaf=True)
    github.fail(Fault(call="GET /app/hook/deliveries", status=502))
    with pytest.raises(CallFailed):  # it may be better in a moment
        await look(client, file)


async def test_a_token_that_may_not_see_all_lists_the_rest(
    person: GitHubClient, file: Database, github: GitHubSandbox
) -> None:
    shop = row_of(github)
    github.add_hook("acme/shop", OURS, secret="a secret of the shop")
    found = await look(person, file, GONE, shop)
    assert (list(found.unlisted), found.is_deaf) == (["acme/gone"], False)
    github.fail(Fault(call="GET /repos/acme/shop/hooks/*/deliveries", status=403))
    found = await look(person, file, GONE, shop)
    assert (sorted(found.unlisted), found.is_deaf) == (["acme/gone", "acme/shop"], True)


async def test_a_hook_of_the_organisation_stands_in(
    person: GitHubClient, file: Database, github: GitHubSandbox
) -> None:
    hook = Hook(1, "organization", github.world.organization.id, 0.0, 0.0, OURS, events=("*",))
    github.herald.hooks.organization[github.world.organization.id] = [hook]
    github.fail(Fault(call="GET /repos/acme/shop/hooks", status=403))
    assert await look(person, file, row_of(github)) == Listing(missing=[], unlisted={}, is_deaf=False)
