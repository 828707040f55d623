"""A provider is called no more often than it allows, and not at all while it asks for patience: by no process."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.limiter import Beside, Limiter
from storage import limits
from storage.database import Tx
from storage.limits import Rate

KEPT = 0.25  # of each limit, for calls that a person waits for


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What all processes together may ask of one provider: calls and tokens in a minute, and calls at the same time."""

    limiter: Limiter
    provider: str
    per_minute: int
    tokens_per_minute: int
    concurrency: int

    @property
    def bucket(self) -> str:
        """Of its calls, and of the slots for them."""
        return f"llm:{self.provider}"

    def turn(
        self, tokens: int, *, is_urgent: bool, patience: timedelta, beside: Beside
    ) -> AbstractAsyncContextManager[None]:
        """Wait for a turn for a call of at most so many tokens.

        Raises:
            TryLater: it would take longer than `patience`.
        """
        kept = KEPT if self.concurrency > 1 else 0.0
        rate = Rate(calls=self.per_minute, seconds=60, burst=min(self.concurrency, self.per_minute), kept=kept)
        slots = self.concurrency if is_urgent else self.concurrency - int(self.concurrency * kept)
        return self.limiter.call(
            self.bucket,
            rate,
            also={self._of_tokens: replace(self._tokens, weight=self._weight(tokens, is_urgent=is_urgent))},
            slots=slots,
            is_urgent=is_urgent,
            patience=patience,
            beside=beside,
        )

    async def settle(self, tx: Tx, tokens: int, *, is_urgent: bool, used: int, now: datetime) -> None:
        """The call of at most so many tokens took these."""
        more = used - self._weight(tokens, is_urgent=is_urgent)
        await limits.settle(tx, self._of_tokens, self._tokens, more=more, now=now)

    async def rest(self, tx: Tx, *, seconds: float, now: datetime) -> None:
        """It wants to be left alone for a while."""
        await limits.block(tx, self.bucket, until=now + timedelta(seconds=seconds), now=now)

    @property
    def _of_tokens(self) -> str:
        return f"{self.bucket}:tokens"

    @property
    def _tokens(self) -> Rate:
        return Rate(calls=self.tokens_per_minute, seconds=60, burst=self.tokens_per_minute, kept=KEPT)

    def _weight(self, tokens: int, *, is_urgent: bool) -> int:
        """What is more than a minute's, or than what is for it of a minute's, goes when all of these are free."""
        usable = self.tokens_per_minute - (0 if is_urgent else int(self.tokens_per_minute * KEPT))
        return min(tokens, usable)
