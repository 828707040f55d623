"""At its start the bot learns where GitHub's webhooks come from and who it is there."""

from pathlib import Path

import aiohttp
import pytest

from bot.github import facts
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from storage.inbox import Delivery
from storage.queue import Job
from tests.github import hearing, settle
from tests.team import quiet, select_all
from tests.waiting import until


async def test_it_asks_once_at_the_start(github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path) -> None:
    async with hearing(github, slack, tmp_path, github_token=github.token) as bot:
        await quiet(bot)
        [asked] = await select_all(bot, Job)
        assert (asked.kind, bool(asked.correlation_id)) == ("github.facts", True)
        async with bot.ctx.db.read() as tx:
            assert await facts.ranges(tx)
            assert await facts.login(tx) == "chargehand-robot"


async def test_its_own_actions_come_back_as_echoes(github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path) -> None:
    async with hearing(github, slack, tmp_path, github_token=github.token, github_comment=True) as bot:
        await quiet(bot)
        github.open_issue("frank", "acme/shop", title="redis is down")
        await settle(github, bot)
        assert len(github.comments()) == 1
        [echo] = [one for one in await select_all(bot, Delivery) if one.kind == "issue_comment"]
        assert (echo.status, echo.reason) == ("ignored", "own")


async def test_nothing_is_asked_of_github_when_it_is_not_heard(
    github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path
) -> None:
    async with hearing(github, slack, tmp_path, github_webhook_secret=None) as bot:
        await quiet(bot)
        assert github.calls() == []


@pytest.mark.parametrize("is_app", [False, True], ids=["token", "app"])
async def test_health_knows_whether_github_answers(
    github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path, is_app: bool
) -> None:
    app = {"github_app_id": str(github.app_id), "github_private_key": github.private_key}
    who = app if is_app else {"github_token": github.token}

    async with hearing(github, slack, tmp_path, **who) as bot:

        async def state() -> str:
            async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{bot.port}/health") as answer:
                return str((await answer.json())["dependencies"]["github"]["status"])

        async def is_healthy() -> bool:
            return await state() == "healthy"

        await until(is_healthy)
    assert github.calls("GET /app" if is_app else "GET /rate_limit")
