"""An orchestrator asks whether Chargehand lives and works, and gets an honest answer from the first second on."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import aiohttp

from app import serve
from bot.llm.breaker import IN_A_ROW
from bot.metrics import REGISTRY
from bot.sandbox.llm import LlmSandbox
from bot.sandbox.slack import SlackSandbox
from handlers.cli.version import VERSION
from tests.team import Bot, report, running, seed_teams, settings_for
from tests.waiting import until

WELL = {"accepting": "ok", "database": "ok", "pressure": "ok", "slack": "ok"}


async def get(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    url = f"http://127.0.0.1:{port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_a_working_bot_lives_and_is_ready(bot: Bot) -> None:
    assert await get(bot.port, "/healthz") == (200, {"status": "ok"})
    assert await get(bot.port, "/readyz") == (200, {"status": "ok", "checks": WELL})


async def test_without_a_socket_it_lives_and_is_not_ready(slack: SlackSandbox, bot: Bot) -> None:
    slack.refuse_sockets(1000)
    await slack.drop_sockets()

    async def is_unready() -> bool:
        checks = WELL | {"slack": "not connected"}
        return await get(bot.port, "/readyz") == (503, {"status": "not ready", "checks": checks})

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
    _, told = await get(port, "/health")
    said = {name: (one["status"], one.get("error")) for name, one in told["dependencies"].items()}
    assert (said["slack"], said["github"]) == (("unhealthy", "not connected yet"), ("disabled", None))
    assert (REGISTRY.get_sample_value("chargehand_slack_socket_age_seconds") or 0.0) > 0.0
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)


async def test_an_operator_sees_what_it_depends_on(bot: Bot) -> None:
    async def told_well() -> Any:
        status, told = await get(bot.port, "/health")
        return told if status == 200 else None

    told = await until(told_well)  # the clock has to be taken first
    assert (told["status"], told["service"], told["version"]) == ("healthy", "chargehand", VERSION)
    assert set(told) == {"status", "service", "version", "timestamp", "dependencies", "uptime_seconds"}
    states = {name: state["status"] for name, state in told["dependencies"].items()}
    assert states == {
        "database": "healthy",
        "queue": "healthy",
        "workers": "healthy",
        "clock": "healthy",
        "slack": "healthy",
        "github": "disabled",
        "llm": "disabled",
    }
    assert all(state["latency_ms"] >= 0 for state in told["dependencies"].values() if state["status"] == "healthy")


async def test_a_model_that_fails_makes_it_unhealthy_and_probes_ask_it_nothing(
    slack: SlackSandbox, tmp_path: Path
) -> None:
    async with LlmSandbox.start() as llm:
        settings = settings_for(slack, tmp_path, anthropic_api_key="sk-ant-" + "a1" * 20, anthropic_base_url=llm.url)
        await seed_teams(settings, slack)
        async with running(slack, settings) as bot:
            assert bot.ctx.model
            llm.fail(status=500, times=100)
            for number in range(IN_A_ROW):
                await report(bot, "frank", f"redis {number} is down", channel="#ops")
            asked = len(llm.requests)
            async with aiohttp.ClientSession() as session:
                for number in range(1000):
                    path = ("/healthz", "/readyz", "/health", "/metrics")[number % 4]
                    async with session.get(f"http://127.0.0.1:{bot.port}{path}"):
                        pass
            status, told = await get(bot.port, "/health")
            assert (status, told["status"]) == (503, "unhealthy")
            assert told["dependencies"]["llm"]["error"].startswith("model failed")
            assert len(llm.requests) == asked


async def test_a_refused_key_makes_it_unhealthy_and_not_unready(slack: SlackSandbox, tmp_path: Path) -> None:
    async with LlmSandbox.start() as llm:
        llm.key = "another"
        settings = settings_for(slack, tmp_path, anthropic_api_key="sk-ant-" + "a1" * 20, anthropic_base_url=llm.url)
        await seed_teams(settings, slack)
        async with running(slack, settings) as bot:
            for number in range(2):
                await report(bot, "frank", f"redis {number} is down", channel="#ops")
            status, told = await get(bot.port, "/health")
            assert (status, told["dependencies"]["llm"]["error"]) == (503, "model refused the key (401)")
            assert (await get(bot.port, "/readyz"))[0] == 200
