"""How long the work on a turn may take; a write that has begun is waited for all the same, up to a limit of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager


class TimeLimit:
    """Of one attempt of a turn."""

    def __init__(self) -> None:
        self._running: asyncio.Timeout | None = None
        self._began = 0.0

    @asynccontextmanager
    async def of(self, seconds: float) -> AsyncIterator[None]:
        """Work within so many seconds.

        Raises:
            TimeoutError: it took longer, and no write was on its way then.
        """
        self._began = asyncio.get_running_loop().time()
        async with asyncio.timeout(seconds) as self._running:
            yield

    def set(self, seconds: float) -> None:
        """So many from its begin, once it is known who works."""
        if self._running and not self._running.expired():
            self._running.reschedule(self._began + seconds)

    @contextmanager
    def held_off(self) -> Iterator[None]:
        """What is done meanwhile is brought to its end; where the time is up by then, that counts right after."""
        running = self._running
        if running is None or running.expired():
            yield
            return
        ends = running.when()
        running.reschedule(None)
        try:
            yield
        finally:
            if not running.expired():
                running.reschedule(ends)
