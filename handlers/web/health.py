"""/healthz says that the process lives, /readyz that it does its job."""

from collections.abc import Awaitable, Callable

from aiohttp import web

Checks = dict[str, Callable[[], Awaitable[str]]]  # name -> "ok", or what is wrong


async def not_connected_yet() -> str:
    """What is said of Slack while the process starts."""
    return "not connected yet"


def register(app: web.Application, checks: Checks) -> None:
    """Attach both; every check is asked anew each time."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_: web.Request) -> web.Response:
        results = {name: await check() for name, check in checks.items()}
        is_ready = all(result == "ok" for result in results.values())
        return web.json_response(
            {"status": "ok" if is_ready else "not ready", "checks": results}, status=200 if is_ready else 503
        )

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
