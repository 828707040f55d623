"""The HTTP side: every answer carries its correlation id, every refusal is JSON, and it starts and stops cleanly."""

import errno
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus

import structlog
from aiohttp import web

log = structlog.get_logger()

Register = Callable[[web.Application], None]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# aiohttp's keep-alive timer runs from the connection's start, and bytes that complete no head do not stop it.
HEAD_SECONDS = 8.0  # GitHub gives up at 10

ID_HEADER = "X-Correlation-ID"
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)

correlation_id = web.RequestKey("correlation_id", str)
extra_headers = web.RequestKey("extra_headers", dict[str, str])  # go on the answer, whichever way it comes about


class Refusal(Exception):  # noqa: N818 - it reads as what it is: "raise Refusal"
    """A request that is not served; `code` is for programs, the message for people."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, headers or {}


@asynccontextmanager
async def serve_http(
    host: str,
    port: int,
    *,
    ways_in: Iterable[Register],
    spare: int = 0,
    patience: float = 20.0,
    head_seconds: float = HEAD_SECONDS,
) -> AsyncIterator[int]:
    """Serve while inside; yields the port, which matters when 0 asked for a free one.

    Args:
        spare: how many ports above are tried when this one is taken.
        patience: seconds that open requests get to finish at the end, when no new ones are accepted.
        head_seconds: until a connection is closed that has sent no whole head of a request, its first or its next.

    Raises:
        OSError: the address is taken.
    """
    app = web.Application(middlewares=[_identified, _refused_in_json])
    for register in ways_in:
        register(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=patience, keepalive_timeout=head_seconds)
    await runner.setup()
    try:
        await _bind(runner, host, range(port, port + spare + 1))
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _bind(runner: web.AppRunner, host: str, ports: range) -> None:
    for port in ports:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE or port == ports[-1]:
                raise
        else:
            return


@web.middleware
async def _identified(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The caller's id when it sends a usable one, else a new one: in the log, on the answer, in all that follows."""
    sent = (request.headers.get(name, "") for name in (ID_HEADER, "X-Request-ID"))
    request[correlation_id] = next((name for name in sent if _ID.fullmatch(name)), "") or secrets.token_hex(8)
    request[extra_headers] = {}
    with structlog.contextvars.bound_contextvars(correlation_id=request[correlation_id]):
        response = await handler(request)
    response.headers[ID_HEADER] = request[correlation_id]
    response.headers.update(request[extra_headers])
    return response


@web.middleware
async def _refused_in_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refusal as refusal:
        return _error(request, refusal.status, refusal.code, str(refusal), refusal.headers)
    except web.HTTPException as error:
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return _error(request, error.status, HTTPStatus(error.status).name.lower(), error.reason, allow)
    except Exception:
        log.exception("request failed", path=request.path)
        return _error(request, 500, "internal", "This is a fault of Chargehand; the log has it under this id.", {})


def _error(request: web.Request, status: int, code: str, message: str, headers: Mapping[str, str]) -> web.Response:
    said = {"code": code, "message": message, "correlation_id": request[correlation_id]}
    return web.json_response({"error": said}, status=status, headers=headers)
