"""Signs of life while a turn is worked on: one line that says what is being done, renewed before Slack drops it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.metrics import STATUS_MISSED
from prompts.words import fixed, say

RENEWED, LATE = 60.0, 90.0  # seconds; Slack drops it after 120
THINKS = fixed("is thinking…")
READS = fixed("is looking at {what}…")
ACTS = fixed("is working…")


@dataclass
class Signs:
    """Of one attempt of a turn. `show` puts the line there, or takes it away with empty words.

    `wait` lets so many seconds go by; `clock` counts seconds.
    """

    show: Callable[[str], Awaitable[None]]
    words: str = ""
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic

    async def now(self, words: str) -> None:
        """Say something else, unless it says that already."""
        if words != self.words:
            self.words = words
            await self.show(words)

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        """Say something as long as the work goes on, and nothing any more at its end, whatever that is."""
        await self.now(say(THINKS))
        beat = asyncio.ensure_future(self._renew())
        try:
            yield
        finally:
            beat.cancel()
            await asyncio.gather(beat, return_exceptions=True)
            await self.now("")

    async def _renew(self) -> None:
        while True:
            before = self.clock()
            await self.wait(RENEWED)
            if self.clock() - before > LATE:
                STATUS_MISSED.inc()
            await self.show(self.words)
