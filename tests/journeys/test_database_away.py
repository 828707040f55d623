"""PostgreSQL stops and comes back: health says so within a second, GitHub is told to wait, and work goes on."""

import asyncio
import signal
import time
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.github import GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from storage.tickets import Ticket
from tests.github import hearing, settle
from tests.postgres import cluster
from tests.team import Bot, report, said, select_all
from tests.waiting import until


async def health(bot: Bot) -> int:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{bot.port}/health") as answer:
        return answer.status


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "killed"])
async def test_it_says_so_at_once_and_goes_on_when_the_server_is_back(
    github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path, how: signal.Signals
) -> None:
    with cluster() as server:
        async with hearing(github, slack, tmp_path, database_url=server.url) as bot:

            async def is_well() -> bool:
                return await health(bot) == 200

            async def is_ill() -> bool:
                return await health(bot) == 503

            await until(is_well)
            await asyncio.to_thread(server.stop, how)
            stopped_at = time.monotonic()
            await until(is_ill)
            assert time.monotonic() - stopped_at < 1
            github.open_issue("frank", "acme/shop", title="redis is down")
            await github.settled()
            [refused] = github.deliveries("issues")
            assert refused.status_code == 503
            assert int(refused.response_headers["Retry-After"]) > 0
            await asyncio.to_thread(server.start)
            await until(is_well, timeout=60)
            github.redeliver(refused.guid)
            await settle(github, bot)
            ts = await report(bot, "frank", "kafka is down")
            assert len(said(slack.thread("#ops", ts))) == 1
            assert {ticket.title for ticket in await select_all(bot, Ticket)} == {"redis is down", "Kafka is down"}
