"""Whoever is not an operator gets no more than the word that the process lives and works."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox.slack import SlackSandbox
from tests.routes import paths
from tests.team import Bot, running, settings_for

PUBLIC = {"/healthz", "/readyz"}
FOR_OPERATORS = {"/health", "/metrics"}
AWAY = {"X-Forwarded-For": "203.0.113.7"}  # as a proxy on this machine passes a stranger on
TOKEN = "a-long-ops-token-1"


async def asked(port: int, method: str, path: str, headers: Mapping[str, str]) -> tuple[int, Any, Mapping[str, str]]:
    url = f"http://127.0.0.1:{port}{path}"
    async with aiohttp.ClientSession() as session, session.request(method, url, headers=headers) as answer:
        is_json = answer.content_type == "application/json"
        return answer.status, await answer.json() if is_json else await answer.text(), answer.headers


async def test_a_stranger_gets_an_answer_from_public_pages_alone(bot: Bot) -> None:
    assert set(paths()) >= PUBLIC | FOR_OPERATORS
    for path in [*paths(), "/", "/favicon.ico", "/metrics/", "/health/../metrics"]:
        for method in ("GET", "POST", "PUT", "DELETE"):
            status, told, headers = await asked(bot.port, method, re.sub(r"\{\w+\}", "x", path), AWAY)
            if method == "GET" and path in PUBLIC:
                assert status == 200
                continue
            assert status in {401, 404, 405, 415, 503}, f"{method} {path} answers {status}"
            assert told["error"]["correlation_id"] == headers["X-Correlation-ID"]


async def test_a_method_that_is_not_there_says_which_are(bot: Bot) -> None:
    status, told, headers = await asked(bot.port, "POST", "/healthz", {})
    assert (status, headers["Allow"]) == (405, "GET,HEAD")
    assert told["error"]["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", sorted(FOR_OPERATORS))
async def test_operators_have_a_token_or_come_from_near(slack: SlackSandbox, tmp_path: Path, path: str) -> None:
    settings = settings_for(
        slack, tmp_path, ops_token=TOKEN, ops_networks="192.0.2.0/24", trusted_proxies="127.0.0.0/8"
    )
    async with running(slack, settings) as bot:
        for headers, is_let_in in [
            ({}, True),
            (AWAY, False),
            (AWAY | {"Authorization": f"Bearer {TOKEN}"}, True),
            (AWAY | {"Authorization": f"Bearer {TOKEN}x"}, False),
            (AWAY | {"Authorization": "Bearer "}, False),
            (AWAY | {"Authorization": f"Basic {TOKEN}"}, False),
            ({"X-Forwarded-For": "192.0.2.9"}, True),
            ({"X-Forwarded-For": "192.0.2.9, 203.0.113.7"}, False),
            ({"X-Forwarded-For": "rubbish"}, False),
            ({"X-Real-IP": "127.0.0.1"}, False),
            ({"Forwarded": "for=127.0.0.1"}, False),
        ]:
            status, told, _ = await asked(bot.port, "GET", path, headers)
            assert (status != 401) is is_let_in, headers
            assert is_let_in or told["error"]["code"] == "ops"


async def test_without_a_token_set_no_token_is_right(bot: Bot) -> None:
    for sent in ("Bearer", "Bearer ", "Bearer None"):
        assert (await asked(bot.port, "GET", "/metrics", AWAY | {"Authorization": sent}))[0] == 401


async def test_a_callers_correlation_id_comes_back_and_an_odd_one_does_not(bot: Bot) -> None:
    _, _, headers = await asked(bot.port, "GET", "/healthz", {"X-Correlation-ID": "deploy-2026.1"})
    assert headers["X-Correlation-ID"] == "deploy-2026.1"
    for odd in ("short", "x" * 65, "has space in it", "semi;colons;"):
        _, _, headers = await asked(bot.port, "GET", "/healthz", {"X-Correlation-ID": odd})
        assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Correlation-ID"])
