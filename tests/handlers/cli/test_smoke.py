"""`smoke`: a running installation is asked through its own doors, and what is not well makes the exit code 1."""

import asyncio
import socket
from pathlib import Path

import pytest

from bot.sandbox.github import GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from storage.inbox import Delivery
from tests.github import SECRET, hearing
from tests.handlers.cli.conftest import Run, ended, started
from tests.team import DATABASES, Bot, select_all


def told(out: str) -> dict[str, str]:
    return {line.split()[1]: line.split()[0] for line in out.splitlines() if line and not line.lstrip().startswith("→")}


async def test_a_running_bot_is_well_and_says_nothing_to_anybody(slack: SlackSandbox, bot: Bot) -> None:
    async with asyncio.timeout(60):
        while (await ended(await started("smoke", "--url", f"http://127.0.0.1:{bot.port}"))).code:
            continue  # the clock takes its role a moment after the start
    shown = await ended(await started("smoke", CHARGEHAND_HTTP_PORT=str(bot.port)))
    states = told(shown.out)
    healthy = ("process", "ready", "database", "queue", "workers", "clock", "slack", "metrics")
    assert {name: states[name] for name in healthy} == dict.fromkeys(healthy, "ok")
    assert (states["github"], states["llm"], states["delivery"]) == ("off", "off", "off")
    assert slack.messages("#ops") == []


@pytest.mark.parametrize("engine", DATABASES)
async def test_a_delivery_of_its_own_is_followed_to_its_end(
    github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path
) -> None:
    async with hearing(github, slack, tmp_path) as bot:
        url = f"http://127.0.0.1:{bot.port}"
        before = len(slack.messages("#ops"))
        here = {"DATABASE_URL": bot.ctx.settings.database_url, "GITHUB_WEBHOOK_SECRET": SECRET}
        shown = await ended(await started("smoke", "--url", url, **here))
        assert told(shown.out)["delivery"] == "ok"
        [delivery] = await select_all(bot, Delivery)
        assert (delivery.kind, delivery.status) == ("chargehand-smoke", "ignored")
        assert delivery.dedupe_key.removeprefix("github:") in shown.out
        assert len(slack.messages("#ops")) == before

        forged = await ended(await started("smoke", "--url", url, **here | {"GITHUB_WEBHOOK_SECRET": "x" * 32}))
        assert (forged.code, told(forged.out)["delivery"]) == (1, "fail")
        assert "401 signature" in forged.out


async def test_what_is_not_well_is_named(bot: Bot) -> None:
    async with bot.ctx.db.write():  # nobody else can write meanwhile
        shown = await ended(await started("smoke", "--url", f"http://127.0.0.1:{bot.port}"))
    assert shown.code == 1
    assert told(shown.out)["ready"] == "fail"


def test_an_address_that_is_none_is_a_mistake(run: Run) -> None:
    refused = run("smoke", "--url", "chargehand.example")
    assert (refused.code, refused.err) == (2, "chargehand.example is no address: write http://HOST:PORT.\n")


def test_a_door_that_nobody_opens_is_one_line(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    refused = run("smoke", "--url", f"http://127.0.0.1:{port}")
    assert refused.code == 1
    assert f"http://127.0.0.1:{port} does not answer: no connection" in refused.out
