"""The model is asked no more often than its provider allows, and not at all while it refuses: by no process."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from bot.errors import ModelError, TryLater, asked_wait
from bot.limiter import Limiter
from storage.limits import Rate

BUCKET = "llm"


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What all processes together may ask: so many calls in a minute, and so many at the same time."""

    limiter: Limiter
    per_minute: int
    concurrency: int

    @asynccontextmanager
    async def turn(self, *, seconds: float) -> AsyncIterator[None]:
        """Wait for a turn, but at most for half of these seconds: the rest is for the answer.

        Raises:
            ModelError: that was too short.
        """
        rate = Rate(calls=self.per_minute, seconds=60, burst=min(self.concurrency, self.per_minute))
        patience = timedelta(seconds=max(seconds, 0.0) / 2)
        try:
            async with self.limiter.call(BUCKET, rate, slots=self.concurrency, patience=patience):
                yield
        except TryLater as later:
            raise ModelError("model is busy") from later

    async def refused(self, headers: Mapping[str, str]) -> None:
        """It wants to be left alone for a while."""
        await self.limiter.block(BUCKET, seconds=asked_wait(headers, now=self.limiter.clock()))
