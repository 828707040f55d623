"""/healthz says that the process lives, /readyz that it does its job, /health what it depends on."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from aiohttp import web

from bot.health import OFF, Answer, Health
from bot.server import Handler


def register(app: web.Application, health: Health, *, version: str, ops_only: Callable[[Handler], Handler]) -> None:
    """Attach the three; the last one is for operators."""

    async def healthz(_: web.Request) -> web.Response:
        is_steady = health.pulse.is_steady
        return web.json_response({"status": "ok" if is_steady else "stuck"}, status=200 if is_steady else 503)

    async def readyz(_: web.Request) -> web.Response:
        said = await health.is_ready()
        is_ready = all(answer.is_well for answer in said.values())
        checks = {name: answer.word for name, answer in said.items()}
        return web.json_response(
            {"status": "ok" if is_ready else "not ready", "checks": checks}, status=200 if is_ready else 503
        )

    async def details(_: web.Request) -> web.Response:
        said = await health.depends_on()
        is_well = all(answer.is_well for answer in said.values())
        told = {
            "status": "healthy" if is_well else "unhealthy",
            "service": "chargehand",
            "version": version,
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "dependencies": {name: _told(answer) for name, answer in said.items()},
            "uptime_seconds": round(time.monotonic() - health.started, 3),
        }
        return web.json_response(told, status=200 if is_well else 503)

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/health", ops_only(details))


def _told(answer: Answer) -> dict[str, object]:
    if answer.word == OFF:
        return {"status": OFF, "latency_ms": None}
    told: dict[str, object] = {"status": "healthy" if answer.is_well else "unhealthy"}
    told["latency_ms"] = round(answer.seconds * 1000, 3)
    return told if answer.is_well else told | {"error": answer.word}
