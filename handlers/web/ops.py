"""A page for operators answers nobody else."""

from collections.abc import Callable

from aiohttp import web

from bot.ops import Ops
from bot.server import Handler, Refusal


def guard(ops: Ops) -> Callable[[Handler], Handler]:
    """What makes a handler one for operators alone."""

    def ops_only(handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            forwarded = request.headers.getall("X-Forwarded-For", [])
            if not ops.admits(request.remote or "::", request.headers, forwarded):
                raise Refusal(401, "ops", "For operators: send CHARGEHAND_OPS_TOKEN.", {"WWW-Authenticate": "Bearer"})
            return await handler(request)

        return guarded

    return ops_only
