"""Signs of life while a turn is worked on: one line that says what is being done, renewed before Slack drops it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.errors import TryLater
from bot.metrics import STATUS_MISSED
from prompts.words import fixed, say

RENEWED, LATE = 60.0, 90.0  # seconds; Slack drops it after 120, and with each message of ours in the thread
POSTED = 3.0  # seconds, after which a message that was stored is there
THINKS = fixed("is thinking…")
WAITS = fixed("is waiting for the model…")


@dataclass
class Signs:
    """Of one attempt of a turn. `show` puts the line there, or takes it away with empty words.

    `wait` lets so many seconds go by; `clock` counts seconds. After `offered_after` seconds a way to stop it is shown;
    0: never.
    """

    show: Callable[[str], Awaitable[None]]
    words: str = ""
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    offered_after: float = 0.0

    async def now(self, words: str) -> None:
        """Say something else, unless it says that already."""
        if words != self.words:
            self.words = words
            await self.show(words)

    @asynccontextmanager
    async def alive(self, offer: Callable[[], Awaitable[None]] | None = None) -> AsyncIterator[None]:
        """Say something as long as the work goes on, and nothing any more at its end, whatever that is; of work that is
        put off until the model has time, that it waits for it.

        Args:
            offer: shows a way to stop it, once the work takes long.
        """
        last = ""
        await self.now(say(THINKS))
        beats = [asyncio.ensure_future(self._renew())]
        if offer and self.offered_after:
            beats.append(asyncio.ensure_future(self._offer(offer)))
        try:
            yield
        except TryLater:
            last = say(WAITS)
            raise
        finally:
            for beat in beats:
                beat.cancel()
            await asyncio.gather(*beats, return_exceptions=True)
            await self.now(last)

    async def _offer(self, offer: Callable[[], Awaitable[None]]) -> None:
        await self.wait(self.offered_after)
        await offer()
        await self.wait(POSTED)
        await self.show(self.words)  # the message that came has taken it away

    async def _renew(self) -> None:
        while True:
            before = self.clock()
            await self.wait(RENEWED)
            if self.clock() - before > LATE:
                STATUS_MISSED.inc()
            await self.show(self.words)
