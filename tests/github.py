"""A team that works with GitHub: the sandbox's App sends its events to the bot."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.clock import utc_now
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from tests.team import Bot, quiet, running, seed_teams, settings_for

SECRET = "a secret of thirty-two characters"


def door_of(bot: Bot, hook_key: str = "") -> str:
    """Where the bot takes deliveries."""
    return f"http://127.0.0.1:{bot.port}/webhooks/github" + (f"/{hook_key}" if hook_key else "")


@asynccontextmanager
async def hearing(
    github: GitHubSandbox,
    slack: SlackSandbox,
    path: Path,
    *,
    clock: Callable[[], datetime] = utc_now,
    **changes: Any,
) -> AsyncIterator[Bot]:
    """The bot, hearing the sandbox's App; tickets of issues live in #ops."""
    values = {
        "github_webhook_secret": SECRET,
        "github_channel": slack.channel("#ops").id,
        "github_api_url": github.url,
    }
    settings = settings_for(slack, path, **(values | changes))
    await seed_teams(settings, slack)
    async with running(slack, settings, clock=clock) as bot:
        github.deliver_to(door_of(bot), secret=SECRET)
        yield bot


async def settle(github: GitHubSandbox, bot: Bot) -> None:
    """Wait until every delivery was taken or refused, and everything that follows is done."""
    await github.settled()
    await quiet(bot)
