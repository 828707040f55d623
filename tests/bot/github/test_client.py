"""What GitHub answers becomes a value or one failure that says whether to wait, to look or to give up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from bot.events import GitHubRepository
from bot.github.client import GitHubClient, open_github
from bot.github.failures import CallFailed
from bot.github.teams import team_members
from bot.sandbox.github import Fault, GitHubSandbox
from bot.settings import Settings


def client(github: GitHubSandbox, **chosen: Any) -> AbstractAsyncContextManager[GitHubClient]:
    return open_github(
        Settings(
            _env_file=None,  # type: ignore[call-arg]  # pydantic-settings takes it
            **({"github_api_url": github.url, "call_timeout_seconds": 2.0} | chosen),
        )
    )


@pytest.fixture
async def by_token(github: GitHubSandbox) -> AsyncIterator[GitHubClient]:
    async with client(github, github_token=github.token) as opened:
        yield opened


@pytest.fixture
async def by_app(github: GitHubSandbox) -> AsyncIterator[GitHubClient]:
    key = github.private_key.replace("\n", "\\n")  # as one line of an .env file
    async with client(github, github_app_id=str(github.app_id), github_private_key=key) as opened:
        yield opened


def shop(github: GitHubSandbox, name: str = "acme/shop") -> GitHubRepository:
    return GitHubRepository(
        github_id=github.repository("acme/shop").id,
        full_name=name,
        host="github.com",
        installation_id=github.installation.id,
    )


async def test_who_we_are(by_token: GitHubClient, by_app: GitHubClient) -> None:
    assert await by_token.own_login() == "chargehand-robot"
    assert await by_app.own_login() == "chargehand[bot]"


async def test_issues_and_comments_are_values(github: GitHubSandbox, by_app: GitHubClient) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    github.open_pull("bob", "acme/shop", title="Fix it", head="fix")
    [issue] = await by_app.issues(shop(github))
    assert (issue.number, issue.title, issue.author) == (1, "redis is down", "frank")
    assert await by_app.issue(shop(github), 1) == issue
    written = await by_app.comment(shop(github), 1, "hello")
    assert await by_app.comments(shop(github), 1) == [written]
    assert await by_app.comments(shop(github), 1, since=datetime.now(UTC) + timedelta(hours=1)) == []


async def test_all_pages_are_read(github: GitHubSandbox, by_token: GitHubClient) -> None:
    for number in range(250):
        github.open_issue("frank", "acme/shop", title=f"issue {number}")
    found = await by_token.issues(shop(github))
    assert sorted(issue.number for issue in found) == list(range(1, 251))


async def test_a_renamed_repository_is_found_by_its_id(github: GitHubSandbox, by_token: GitHubClient) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    before = shop(github)
    github.rename_repository("alice", "acme/shop", "store")
    assert (await by_token.issue(before, 1)).title == "redis is down"
    await by_token.comment(before, 1, "still here")
    assert [comment.body for comment in github.comments()] == ["still here"]


@pytest.mark.parametrize(
    "name", ["acme", "acme/shop/issues", "acme/..", "../shop", "acme/shop?x=1", "acme/sh op", "a/"]
)
async def test_a_name_that_is_none_goes_nowhere(github: GitHubSandbox, by_token: GitHubClient, name: str) -> None:
    with pytest.raises(CallFailed) as failed:
        await by_token.issue(shop(github, name), 1)
    assert failed.value.is_final
    assert github.calls() == []


@pytest.mark.parametrize(
    ("fault", "after"),
    [
        (Fault(kind="secondary", retry_after=7), (7, 7)),
        (Fault(kind="secondary", status=429, retry_after=7), (7, 7)),
        (Fault(kind="secondary"), (60, 60)),
        (Fault(kind="secondary", status=429), (60, 60)),
        (
            Fault(kind="secondary", retry_after=format_datetime(datetime(2100, 1, 1, tzinfo=UTC), usegmt=True)),
            (3600, 3600),
        ),
        (Fault(kind="primary"), (1, 3600)),
    ],
)
async def test_a_limit_is_patience_and_nothing_was_done(
    github: GitHubSandbox, by_token: GitHubClient, fault: Fault, after: tuple[float, float]
) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    github.fail(fault)
    with pytest.raises(CallFailed) as failed:
        await by_token.comment(shop(github), 1, "hello")
    assert failed.value.retry_after is not None
    assert after[0] <= failed.value.retry_after <= after[1]
    assert not failed.value.is_uncertain
    assert github.comments() == []


@pytest.mark.parametrize("status", [401, 403, 404, 410, 422, 451])
async def test_a_refusal_is_final(github: GitHubSandbox, by_token: GitHubClient, status: int) -> None:
    github.fail(Fault(status=status))
    with pytest.raises(CallFailed) as failed:
        await by_token.issue(shop(github), 1)
    assert (failed.value.is_final, failed.value.is_uncertain) == (True, False)


@pytest.mark.parametrize("fault", [Fault(status=502), Fault(status=503), Fault(kind="reset"), Fault(kind="hang")])
async def test_a_lost_answer_is_uncertain_and_not_repeated_here(
    github: GitHubSandbox, by_token: GitHubClient, fault: Fault
) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    github.fail(fault)
    with pytest.raises(CallFailed) as failed:
        await by_token.comment(shop(github), 1, "hello")
    assert (failed.value.is_uncertain, failed.value.is_final) == (True, False)
    assert len(github.calls("POST /repos/acme/shop/issues/1/comments")) == 1


async def test_an_answer_that_is_no_list_of_members_is_a_failure() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        settings = Settings(_env_file=None, github_api_url=url, github_token="ghp_any")  # type: ignore[call-arg]
        async with open_github(settings) as opened:
            with pytest.raises(CallFailed, match="no list of members"):
                await team_members(opened, "acme/platform", installation_id=None)


async def test_a_github_that_is_away_is_patience() -> None:
    settings = Settings(_env_file=None, github_api_url="http://127.0.0.1:1", github_token="ghp_x")  # type: ignore[call-arg]
    async with open_github(settings) as away:
        with pytest.raises(CallFailed) as failed:
            await away.own_login()
    assert failed.value.retry_after == 10.0


async def test_a_revoked_installation_token_is_renewed_once(github: GitHubSandbox, by_app: GitHubClient) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    await by_app.issue(shop(github), 1)
    github.revoke_tokens()
    await by_app.issue(shop(github), 1)
    assert len([call for call in github.calls() if "access_tokens" in str(call)]) == 2


async def test_many_calls_at_once_exchange_the_key_once(github: GitHubSandbox, by_app: GitHubClient) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    await asyncio.gather(*(by_app.issue(shop(github), 1) for _ in range(10)))
    assert len([call for call in github.calls() if "access_tokens" in str(call)]) == 1


async def test_nobody_to_act_as_names_the_setting(github: GitHubSandbox) -> None:
    async with client(github) as nobody:
        with pytest.raises(CallFailed, match="GITHUB_TOKEN"):
            await nobody.comment(shop(github), 1, "hello")
