"""The HTTP side: every answer carries its correlation id, every refusal is JSON, and it starts and stops cleanly."""

import asyncio
import errno
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from http import HTTPStatus
from weakref import WeakSet

import structlog
from aiohttp import web

log = structlog.get_logger()

Register = Callable[[web.Application], None]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# For a head; of a body the reader sees to it that the whole request takes no longer.
# aiohttp's keep-alive timer runs from the connection's start, and bytes that complete no head do not stop it.
HEAD_SECONDS = 8.0  # GitHub gives up at 10

# At the end, what has connected already may still ask: to GitHub a connection that is cut is a delivery that failed.
LAST_LOOKS, LOOK_SECONDS = 100, 0.01  # one second at most

ID_HEADER = "X-Correlation-ID"
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)

correlation_id = web.RequestKey("correlation_id", str)
extra_headers = web.RequestKey("extra_headers", dict[str, str])  # go on the answer, whichever way it comes about
_is_ending = web.AppKey("is_ending", asyncio.Event)
_resting = web.AppKey("resting", WeakSet[asyncio.BaseTransport])  # connections that were answered and ask nothing now


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
    closing: asyncio.Event | None = None,
) -> AsyncIterator[int]:
    """Serve while inside; yields the port, which matters when 0 asked for a free one.

    At the end nobody can connect any more; who has connected and was not answered yet is still heard for a second.

    Args:
        spare: how many ports above are tried when this one is taken.
        patience: seconds that open requests get to finish at the end, when no new ones are accepted.
        head_seconds: until a connection is closed that has sent no whole head of a request, its first or its next.
        closing: set when that is over, so that whoever still comes on a connection that was kept can be sent elsewhere.

    Raises:
        OSError: the address is taken.
    """
    app = web.Application(middlewares=[_identified, _refused_in_json])
    app[_is_ending], app[_resting] = asyncio.Event(), WeakSet()
    for register in ways_in:
        register(app)
    runner = web.AppRunner(app, shutdown_timeout=patience)
    await runner.setup()
    connect = partial(Connection, _protocols(runner), head_seconds=head_seconds)
    try:
        listening = await _bind(connect, host, range(port, port + spare + 1))
        try:
            yield int(listening.sockets[0].getsockname()[1])
        finally:
            app[_is_ending].set()
            await _hang_up(connect, listening)
            await _last_call(runner)
    finally:
        if closing is not None:
            closing.set()
        await runner.cleanup()


class Connection(web.RequestHandler):
    """A connection that knows when the request began that it is asked now."""

    __slots__ = ("began",)

    def __init__(self, server: web.Server, *, head_seconds: float) -> None:
        self.began: float | None = None  # its first byte, by the event loop's clock; None while nothing is asked
        loop = asyncio.get_running_loop()
        super().__init__(server, loop=loop, access_log=None, keepalive_timeout=head_seconds)  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        """Take in what came."""
        if self.began is None:
            self.began = self._loop.time()
        super().data_received(data)


def began(request: web.BaseRequest) -> float:
    """When the first byte of a request was here, by the event loop's clock: of its head, which may have come slowly."""
    known = request.protocol.began if isinstance(request.protocol, Connection) else None
    return known or asyncio.get_running_loop().time()  # None: it came along with the one before


async def _bind(connect: Callable[[], Connection], host: str, ports: range) -> asyncio.Server:
    for port in ports:
        try:
            return await asyncio.get_running_loop().create_server(connect, host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or port == ports[-1]:
                raise
    raise AssertionError("the last port was taken or refused")


def _protocols(runner: web.AppRunner) -> web.Server:
    """What knows all connections."""
    assert runner.server is not None, "it is set up"
    return runner.server


async def _hang_up(connect: Callable[[], Connection], listening: asyncio.Server) -> None:
    """Take no further connection, but those that wait to be accepted: the kernel told them that they are connected."""
    waiting = []
    last = [one.dup() for one in listening.sockets]  # they keep the queues when the server is closed
    listening.close()
    for queue in last:
        with queue, suppress(OSError):  # BlockingIOError: nobody is left
            while True:
                waiting.append(queue.accept()[0])
    for connection in waiting:
        connection.setblocking(False)
        await asyncio.get_running_loop().connect_accepted_socket(connect, connection)


async def _last_call(runner: web.AppRunner) -> None:
    """Wait until all who have connected were answered, a second at most."""
    for _ in range(LAST_LOOKS):
        await asyncio.sleep(LOOK_SECONDS)  # at first, too: who was accepted just now is not among them yet
        if all(one.transport in runner.app[_resting] for one in _protocols(runner).connections):
            return


@web.middleware
async def _identified(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The caller's id when it sends a usable one, else a new one: in the log, on the answer, in all that follows."""
    sent = (request.headers.get(name, "") for name in (ID_HEADER, "X-Request-ID"))
    request[correlation_id] = next((name for name in sent if _ID.fullmatch(name)), "") or secrets.token_hex(8)
    request[extra_headers] = {}
    with _asking(request), structlog.contextvars.bound_contextvars(correlation_id=request[correlation_id]):
        response = await handler(request)
    response.headers[ID_HEADER] = request[correlation_id]
    response.headers.update(request[extra_headers])
    if request.app[_is_ending].is_set() or not request.content.is_eof():
        response.force_close()  # what is asked next comes on another connection: to somebody else, after a whole body
    if isinstance(request.protocol, Connection):
        request.protocol.began = None
    return response


@contextmanager
def _asking(request: web.Request) -> Iterator[None]:
    """Its connection does not rest while inside."""
    transport, resting = request.transport, request.app[_resting]
    if transport is None:  # gone already
        yield
        return
    resting.discard(transport)
    try:
        yield
    finally:
        resting.add(transport)


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
