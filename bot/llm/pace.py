"""The model is asked no more often than its provider allows, and not at all while it refuses: by no process."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.errors import ModelError, TryLater, asked_wait
from bot.limiter import Limiter
from bot.llm.port import Ask
from storage.limits import Rate

BUCKET = "llm"
TOKENS = "llm:tokens"
CHARACTERS = 4  # of a token, about: a guess until the answer says what it was


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What all processes together may ask: so many calls and tokens in a minute, and so many calls at the same time."""

    limiter: Limiter
    per_minute: int
    tokens_per_minute: int
    concurrency: int

    @asynccontextmanager
    async def turn(self, ask: Ask, *, seconds: float) -> AsyncIterator[None]:
        """Wait for a turn, but at most for half of these seconds: the rest is for the answer.

        Raises:
            ModelError: that was too short.
        """
        rate = Rate(calls=self.per_minute, seconds=60, burst=min(self.concurrency, self.per_minute))
        tokens = replace(self._tokens, weight=self._guess(ask))
        patience = timedelta(seconds=max(seconds, 0.0) / 2)
        turn = self.limiter.call(BUCKET, rate, also={TOKENS: tokens}, slots=self.concurrency, patience=patience)
        try:
            async with turn:
                yield
        except TryLater as later:
            raise ModelError("model is busy") from later

    async def used(self, ask: Ask, tokens: int) -> None:
        """The answer says how many tokens it was, with those of the question. Until one does, the guess counts."""
        await self.limiter.settle(TOKENS, self._tokens, more=tokens - self._guess(ask))

    @property
    def _tokens(self) -> Rate:
        return Rate(calls=self.tokens_per_minute, seconds=60, burst=self.tokens_per_minute)

    def _guess(self, ask: Ask) -> int:
        """As many as it can be; but what is more than a minute's goes when all of these are free."""
        return min(ask.characters // CHARACTERS + ask.max_tokens, self.tokens_per_minute)

    async def refused(self, headers: Mapping[str, str]) -> None:
        """It wants to be left alone for a while."""
        await self.limiter.block(BUCKET, seconds=asked_wait(headers, now=self.limiter.clock()))
