"""The HTTP side: a server that starts, tells its address and stops cleanly."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

Register = Callable[[web.Application], None]


@asynccontextmanager
async def serve_http(host: str, port: int, *, register: Register) -> AsyncIterator[int]:
    """Serve while inside; yields the port, which matters when 0 asked for a free one.

    Raises:
        OSError: the address is taken.
    """
    app = web.Application()
    register(app)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
