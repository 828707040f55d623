"""Signs of life while a turn is worked on: one line that says what is being done, renewed before Slack drops it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from bot.errors import TryLater
from bot.metrics import STATUS_MISSED
from prompts.words import fixed, say

RENEWED, LATE = 60.0, 90.0  # seconds; Slack drops it after 120, and with each message of ours in the thread
APART = 3.0  # seconds between two lines in a thread; the newest counts
POSTED = 3.0  # seconds, after which a message that was stored is there
THINKS = fixed("is thinking…")
WAITS = fixed("is waiting for the model…")


@dataclass
class Signs:
    """Of one attempt of a turn. `show` puts the line there, or takes it away with empty words; TryLater: not now.

    `wait` lets so many seconds go by; `clock` counts seconds. After `offered_after` seconds a way to stop it is shown;
    0: never.
    """

    show: Callable[[str], Awaitable[None]]
    words: str = ""
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    offered_after: float = 0.0
    _is_due: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self, words: str) -> None:
        """Have something else said, unless it says that already; nobody waits for Slack."""
        if words != self.words:
            self.words = words
            self._is_due.set()

    @asynccontextmanager
    async def alive(self, offer: Callable[[], Awaitable[None]] | None = None) -> AsyncIterator[None]:
        """Say something as long as the work goes on, and nothing any more at its end, whatever that is; of work that is
        put off until the model has time, that it waits for it.

        Args:
            offer: shows a way to stop it, once the work takes long.
        """
        last = ""
        self.now(say(THINKS))
        beats = [asyncio.ensure_future(self._speak()), asyncio.ensure_future(self._renew())]
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
            with suppress(TryLater):
                await self.show(last)

    async def _speak(self) -> None:
        """Show what is to be said, as it is by then."""
        while True:
            await self._is_due.wait()
            self._is_due.clear()
            try:
                await self.show(self.words)
            except TryLater:
                self._is_due.set()
            await self.wait(APART)

    async def _offer(self, offer: Callable[[], Awaitable[None]]) -> None:
        await self.wait(self.offered_after)
        await offer()
        await self.wait(POSTED)
        self._is_due.set()  # the message that came has taken it away

    async def _renew(self) -> None:
        while True:
            before = self.clock()
            await self.wait(RENEWED)
            if self.clock() - before > LATE:
                STATUS_MISSED.inc()
            self._is_due.set()
