"""/metrics: every figure, in Prometheus's form, or as JSON with percentiles for whoever asks for JSON."""

from collections.abc import Callable

import structlog
from aiohttp import web

from bot import metrics
from bot.gauges import Gauges
from bot.server import Handler
from storage.database import StorageError

log = structlog.get_logger()

TEXT = "text/plain; version=0.0.4; charset=utf-8"


def register(app: web.Application, gauges: Gauges, *, ops_only: Callable[[Handler], Handler]) -> None:
    """Attach it; it is for operators."""

    async def figures(request: web.Request) -> web.Response:
        try:
            await gauges.reading()
        except StorageError as error:  # the rest is worth having, just then
            log.warning("gauges are old", error=type(error).__name__)
        if "application/json" in request.headers.get("Accept", ""):
            return web.json_response(metrics.as_json())
        return web.Response(body=metrics.prometheus(), headers={"Content-Type": TEXT})

    app.router.add_get("/metrics", ops_only(figures))
