"""An issue or pull request is asked for once in a minute; while GitHub is away what was seen last counts."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.events import GitHubIssue
from bot.github.client import GitHubClient
from bot.github.fresh import ChecksNow, Fresh, PullNow
from bot.sandbox.github import Fault, GitHubSandbox
from tests.bot.github.test_client import client, shop

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def asking(github: GitHubSandbox) -> AsyncIterator[GitHubClient]:
    async with client(github, github_token=github.token) as opened:
        yield opened


async def test_what_was_seen_a_minute_ago_is_asked_for_again(github: GitHubSandbox, asking: GitHubClient) -> None:
    now = [NOON]
    fresh = Fresh(clock=lambda: now[0])
    github.open_issue("frank", "acme/shop", title="Carts are lost")
    github.open_pull("bob", "acme/shop", title="Keep them", head="carts")
    github.ask_for_review("bob", "acme/shop", 2, "carol")
    first = await fresh.issue(asking, shop(github), 1)
    pull = (await fresh.pull(asking, shop(github), 2)).found
    assert isinstance(first.found, GitHubIssue)
    assert isinstance(pull, PullNow)
    assert (first.found.title, pull.pull.title, pull.reviewers) == ("Carts are lost", "Keep them", ("carol",))
    github.edit_issue("frank", "acme/shop", 1, title="Carts were lost")
    now[0] += timedelta(seconds=59)
    assert await fresh.issue(asking, shop(github), 1) is first
    now[0] += timedelta(seconds=1)
    second = await fresh.issue(asking, shop(github), 1)
    assert isinstance(second.found, GitHubIssue)
    assert (second.found.title, second.as_of) == ("Carts were lost", now[0])


async def test_checks_are_asked_for_once_in_a_minute(github: GitHubSandbox, asking: GitHubClient) -> None:
    now = [NOON]
    fresh = Fresh(clock=lambda: now[0])
    sha = github.push("bob", "acme/shop", "carts")
    github.check("acme/shop", sha, name="unit", conclusion="failure")
    github.check("acme/shop", sha, name="lint", conclusion=None)
    first = await fresh.checks(asking, shop(github), sha)
    assert isinstance(first.found, ChecksNow)
    assert (first.found.found["unit"], first.found.found["lint"]) == ("failure", "in_progress")
    github.check("acme/shop", sha, name="lint")
    now[0] += timedelta(seconds=59)
    assert await fresh.checks(asking, shop(github), sha) is first
    now[0] += timedelta(seconds=1)
    second = await fresh.checks(asking, shop(github), sha)
    assert isinstance(second.found, ChecksNow)
    assert second.found.found["lint"] == "success"


async def test_github_may_be_away(github: GitHubSandbox, asking: GitHubClient) -> None:
    now = [NOON]
    fresh = Fresh(clock=lambda: now[0])
    github.open_issue("frank", "acme/shop", title="Carts are lost")
    seen = await fresh.issue(asking, shop(github), 1)
    now[0] += timedelta(minutes=2)
    github.fail(Fault(status=503))
    later = await fresh.issue(asking, shop(github), 1)
    assert (later.found, later.as_of, later.tried_at) == (seen.found, NOON, now[0])
    gone = await fresh.issue(asking, shop(github), 9)
    assert (gone.found, gone.as_of) == (None, None)
