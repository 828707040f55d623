"""A body is read within its size and its time, and few large ones are in memory at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from bot.github.payload import FORM, JSON
from bot.server import Refusal, began

LARGEST = 25 * 1024 * 1024  # GitHub sends no larger one
LARGE = 1024 * 1024
MOST_LARGE = 64
READ_SECONDS = 8.0  # for the whole request, its head included; GitHub gives up at 10


def content_type_of(request: web.Request) -> str:
    """One of the two types that GitHub sends; parameters (a charset) do not matter.

    Raises:
        Refusal: it is another one.
    """
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in {JSON, FORM}:
        raise Refusal(415, "content_type", f"Send {JSON} or {FORM}.")
    return kind


def check_declared_size(request: web.Request) -> None:
    """Turn away what says that it is too large, unread."""
    if (request.content_length or 0) > LARGEST:
        raise _too_large()


class Reader:
    """Reads bodies for one process."""

    def __init__(self, seconds: float, *, most_large: int = MOST_LARGE) -> None:
        self.seconds = seconds
        self._room = asyncio.Semaphore(most_large)

    @asynccontextmanager
    async def read(self, request: web.Request) -> AsyncIterator[bytes]:
        """The whole body, within so many seconds of the request's first byte; leave when it is needed no more.

        Raises:
            Refusal: it is too large or too slow, or there is no room for another large one.
        """
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout_at(began(request) + self.seconds):
                    body = await self._read(request, held)
            except TimeoutError:
                raise Refusal(408, "slow_body", f"The whole request has to arrive within {self.seconds:g} s.") from None
            except (web.RequestPayloadError, ConnectionError):
                raise Refusal(400, "broken_body", "The body ended early.") from None
            yield body

    async def _read(self, request: web.Request, held: AsyncExitStack) -> bytes:
        chunks, size = [], 0
        is_large = (request.content_length or 0) > LARGE
        if is_large:
            await held.enter_async_context(self._room)
        async for chunk in request.content.iter_any():
            chunks.append(chunk)
            size += len(chunk)
            if size > LARGEST:
                raise _too_large()
            if size > LARGE and not is_large:  # it came in chunks, without a declared size
                await held.enter_async_context(self._room)
                is_large = True
        return await asyncio.to_thread(b"".join, chunks) if is_large else b"".join(chunks)


def _too_large() -> Refusal:
    return Refusal(413, "too_large", f"A body has at most {LARGEST // LARGE} MiB.")
