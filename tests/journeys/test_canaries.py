"""A secret that was planted wherever one can come from is found nowhere it could leave by."""

import io
import json
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlmodel import SQLModel, text

from bot.github.signature import sign
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.llm import LlmSandbox
from bot.sandbox.slack import SlackSandbox
from tests.handlers.cli.conftest import ended, started
from tests.logs import captured
from tests.team import Bot, quiet, report, running, seed_teams, settings_for

SETTINGS = {
    "anthropic_api_key": "planted-in-the-model-key-1",
    "ops_token": "planted-in-the-ops-token-2",
    "github_webhook_secret": "planted-in-the-webhook-secret-3",
    "webhook_secret_previous": "planted-in-the-secret-before-4",
    "github_token": "planted-in-the-github-token-5",
    "secret_keys": "cGxhbnRlZC1pbi10aGUtc2VjcmV0LWtleXMtNiE2NjY=",
}
IN_A_MESSAGE = "Pl4nted-in-a-message"
IN_AN_ERROR = "gh" + "p_plantedInAnUpstreamError0123456789"
PLANTED = [*SETTINGS.values(), IN_A_MESSAGE, IN_AN_ERROR]
ERROR_COLUMNS = ("jobs.error_text", "job_events.detail", "outbox.error")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with captured("debug") as stream:
        yield stream


@asynccontextmanager
async def in_trouble(slack: SlackSandbox, path: Path) -> AsyncIterator[Bot]:
    """A bot on which everything outside fails, in words with secrets in them."""
    async with LlmSandbox.start() as llm, GitHubSandbox.start() as github:
        settings = settings_for(slack, path, anthropic_base_url=llm.url, github_api_url=github.url, **SETTINGS)
        await seed_teams(settings, slack)
        llm.corrupt(f"Bearer {SETTINGS['anthropic_api_key']} {IN_AN_ERROR}", times=10)
        async with running(slack, settings) as bot:
            slack.fail(method="users.info", error=IN_AN_ERROR, status=500)
            slack.fail(method="chat.postMessage", error=f"{IN_AN_ERROR}:{SETTINGS['ops_token']}", times=2)
            yield bot


async def test_no_planted_secret_gets_out(slack: SlackSandbox, tmp_path: Path, log: io.StringIO) -> None:
    async with in_trouble(slack, tmp_path) as bot:
        await report(bot, "frank", f"redis is down, the password={IN_A_MESSAGE}")
        await quiet(bot)
        refused = [await knock(bot.port, body) for body in (IN_A_MESSAGE.encode(), b"[]")]
        sinks = {"log": log.getvalue(), "columns": json.dumps([await column(bot, name) for name in ERROR_COLUMNS])}
        for path in ("/health", "/metrics", "/readyz", "/healthz"):
            sinks[path] = await page(bot.port, path, {"Authorization": f"Bearer {SETTINGS['ops_token']}"})
        for verb in (("jobs", "list"), ("jobs", "show", "1"), ("doctor",), ("status",), ("trace", "CH-1")):
            url = bot.ctx.settings.database_url
            told = await ended(await started(*verb, DATABASE_URL=url, ANTHROPIC_API_KEY=SETTINGS["anthropic_api_key"]))
            sinks[" ".join(verb)] = told.out + told.err
    sinks["stop"] = log.getvalue()
    assert "job.retried" in sinks["log"], "nothing failed"
    assert "Slack call failed" in sinks["log"]
    assert "delivery.rejected" in sinks["log"]
    sinks["refused"] = "".join(refused)
    assert "model failed" in sinks["log"]
    for name, written in sinks.items():
        assert written, name
        assert [secret for secret in PLANTED if secret in written] == [], f"{name} shows it"
    for secret in (*SETTINGS.values(), IN_AN_ERROR):
        assert secret not in slack.transcript()


async def column(bot: Bot, name: str) -> list[Any]:
    table, _, field = name.partition(".")
    assert field in SQLModel.metadata.tables[table].c
    return [str(row) for row in await bot.rows(text(f"SELECT {field} FROM {table}"))]


async def knock(port: int, body: bytes) -> str:
    """A delivery whose every part holds a secret, and whose signature is one itself."""
    secret = SETTINGS["github_webhook_secret"]
    headers = {
        "X-GitHub-Event": "issues",
        "X-GitHub-Delivery": secrets.token_hex(8),
        "X-Hub-Signature-256": sign(body, secret.encode()) if body == b"[]" else secret,
        "Authorization": f"Bearer {IN_AN_ERROR}",
        "Content-Type": "application/json",
    }
    url = f"http://127.0.0.1:{port}/webhooks/github"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        assert answer.status in {400, 401}
        return await answer.text()


async def page(port: int, path: str, headers: dict[str, str]) -> str:
    url = f"http://127.0.0.1:{port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return await answer.text()
