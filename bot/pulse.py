"""Notices when the event loop stands still: whatever blocks it delays every acknowledgement."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.metrics import LOOP_LAG

BEAT_SECONDS = 1.0
STUCK_SECONDS = 5.0


class Pulse:
    """How late the loop turned at the last beat; `clock` is monotonic seconds."""

    def __init__(
        self, *, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self.lag = 0.0
        self._clock, self._sleep = clock, sleep

    @property
    def is_steady(self) -> bool:
        """Whether the loop turns often enough to do its work."""
        return self.lag < STUCK_SECONDS

    async def beat(self) -> None:
        """Measure once."""
        start = self._clock()
        await self._sleep(BEAT_SECONDS)
        self.lag = max(self._clock() - start - BEAT_SECONDS, 0.0)
        LOOP_LAG.set(self.lag)

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await self.beat()
