"""An orchestrator asks whether Chargehand lives and works, and gets an honest answer from the first second on (A29)."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import aiohttp

from app import serve
from bot.sandbox.slack import SlackSandbox
from tests.team import Bot, settings_for
from tests.waiting import until


async def get(port: int, path: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, await answer.json()


async def test_a_working_bot_lives_and_is_ready(bot: Bot) -> None:
    assert await get(bot.port, "/healthz") == (200, {"status": "ok"})
    assert await get(bot.port, "/readyz") == (200, {"status": "ok", "checks": {"database": "ok", "slack": "ok"}})


async def test_without_a_socket_it_lives_and_is_not_ready(slack: SlackSandbox, bot: Bot) -> None:
    slack.refuse_sockets(1000)
    await slack.drop_sockets()

    async def is_unready() -> bool:
        return await get(bot.port, "/readyz") == (
            503,
            {"status": "not ready", "checks": {"database": "ok", "slack": "not connected"}},
        )

    await until(is_unready)
    assert (await get(bot.port, "/healthz"))[0] == 200
    slack.refuse_sockets(0)


async def test_while_slack_does_not_answer_at_the_start_it_lives(slack: SlackSandbox, tmp_path: Path) -> None:
    slack.fail(method="auth.test", status=500, times=1000)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    starting = asyncio.create_task(serve(settings_for(slack, tmp_path, http_port=port), stop=asyncio.Event()))

    async def lives() -> bool:
        try:
            return await get(port, "/healthz") == (200, {"status": "ok"})
        except aiohttp.ClientConnectorError:
            return False

    await until(lives)
    status, answer = await get(port, "/readyz")
    assert (status, answer["checks"]["slack"]) == (503, "not connected yet")
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
