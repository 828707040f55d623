"""A running installation is looked at through its own doors, as those who depend on it see it; nobody else notices."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp

from bot.finding import Finding, fail, off, ok
from bot.github import signature

SECONDS = 5.0
MARK = "chargehand-smoke"  # the event, and the beginning of the delivery's id
METRIC = "chargehand_queue_jobs"
LOG = "the log of the process says why"
OPERATORS = "set CHARGEHAND_OPS_TOKEN for it and here, or ask from its own machine"


@dataclass(frozen=True)
class _Answer:
    status: int
    body: str
    json: dict[str, Any]


async def smoke(url: str, *, token: str | None) -> list[Finding]:
    """What each door says; `token` is CHARGEHAND_OPS_TOKEN, for the doors that are for operators."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    async with aiohttp.ClientSession(url.rstrip("/"), headers=headers, timeout=timeout) as session:
        try:
            alive = await _ask(session, "/healthz")
        except (aiohttp.ClientError, TimeoutError) as error:
            return [fail("process", f"{url} does not answer: {_in_short(error)}", "start `serve` there")]
        return [
            ok("process", f"{url} lives") if alive.status == 200 else fail("process", f"{url} is stuck", LOG),
            _ready(await _ask(session, "/readyz")),
            *_dependencies(await _ask(session, "/health")),
            _metrics(await _ask(session, "/metrics")),
        ]


async def deliver(url: str, secret: str, *, guid: str, now: datetime) -> str:
    """Send a delivery of an event that GitHub does not have; returns why it was refused, or nothing."""
    body = json.dumps({"sent_at": now.isoformat()}).encode()
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": MARK,
        "X-GitHub-Delivery": guid,
        signature.HEADER: signature.sign(body, secret.encode()),
    }
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(f"{url.rstrip('/')}/webhooks/github", data=body, headers=headers) as response,
        ):
            said = await response.json() if response.content_type == "application/json" else {}
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"no answer: {_in_short(error)}"
    if response.status == 202:
        return ""
    return f"{response.status} {said.get('error', {}).get('code', '')}".strip()


def _in_short(error: Exception) -> str:
    return "no connection" if isinstance(error, aiohttp.ClientConnectorError) else type(error).__name__


async def _ask(session: aiohttp.ClientSession, path: str) -> _Answer:
    async with session.get(path) as response:
        is_json = response.content_type == "application/json"
        return _Answer(response.status, await response.text(), await response.json() if is_json else {})


def _ready(said: _Answer) -> Finding:
    checks = said.json.get("checks", {})
    lacking = ", ".join(f"{name}: {word}" for name, word in checks.items() if word not in {"ok", "disabled"})
    return ok("ready", ", ".join(checks)) if said.status == 200 else fail("ready", lacking or "not ready", LOG)


def _dependencies(said: _Answer) -> list[Finding]:
    if said.status == 401:
        return [fail("health", "for operators only", OPERATORS)]
    found: dict[str, dict[str, Any]] = said.json.get("dependencies", {})
    return [_dependency(name, is_like) for name, is_like in found.items()] or [fail("health", "says nothing", LOG)]


def _dependency(name: str, is_like: dict[str, Any]) -> Finding:
    match is_like.get("status"):
        case "healthy":
            return ok(name, f"{is_like['latency_ms']:.0f} ms")
        case "disabled":
            return off(name, "not configured", "`python app.py doctor` says which setting turns it on")
        case _:
            return fail(name, str(is_like.get("error", "unhealthy")), LOG)


def _metrics(said: _Answer) -> Finding:
    if said.status == 401:
        return fail("metrics", "for operators only", OPERATORS)
    if METRIC not in said.body:
        return fail("metrics", f"no {METRIC} in them", LOG)
    return ok("metrics", f"{said.body.count('# TYPE ')} of them")
