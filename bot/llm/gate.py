"""What stands around every call to a provider: this process's slots, the guard of all processes, and the meter."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot import prices
from bot.errors import ModelBusyError
from bot.llm import faults
from bot.llm.accounts import Payer
from bot.llm.faults import FailedCallError
from bot.llm.guard import Call, Guard, Wish
from bot.llm.meter import LastCall, Meter
from bot.llm.port import Ask, Usage
from bot.prices import MILLION, Prices


@dataclass
class Spent:
    """What a call took, as far as its answer said: filled in while the gate is open. `breaker`: how it stood before."""

    usage: Usage | None = None
    cost: float | None = None
    breaker: str = ""


@dataclass
class Gate:
    """One provider's.

    Attributes:
        concurrency: calls of this process at the same time; more of them queue within their deadlines.
        guard: of all processes together; None where there is no database to count in.
        prices: of models, as far as they are known.
        clock: monotonic seconds, to time calls by.
    """

    provider: str
    concurrency: int = 4
    guard: Guard | None = None
    prices: Prices = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._slots = asyncio.Semaphore(self.concurrency)
        self.meter = Meter(self.provider, clock=self.clock)

    @property
    def last_call(self) -> LastCall | None:
        """How the last call went; None before the first."""
        return self.meter.last_call

    async def left_alone(self) -> str:
        """Why nobody may call the provider now, whichever process found that out; empty while anybody may."""
        return await self.guard.left_alone() if self.guard else ""

    async def known_answer(self, ask: Ask, *, model: str) -> Mapping[str, Any] | None:
        """What was kept of the answer to the same question, where it may have that again."""
        if self.guard is None or not ask.is_deterministic:
            return None
        return await self.guard.known_answer(ask.key(model), purpose=ask.purpose)

    async def keep_answer(self, ask: Ask, kept: dict[str, Any], *, model: str) -> None:
        """Keep an answer where the same question may have it again."""
        if self.guard and ask.is_deterministic:
            await self.guard.keep_answer(ask.key(model), kept, purpose=ask.purpose, model=model)

    @asynccontextmanager
    async def call(self, ask: Ask, *, model: str, until: float) -> AsyncIterator[Spent]:
        """Around the one call: it may be made now, and what comes of it is settled at the end.

        Args:
            model: the id of the one that is called.
            until: the loop's time at which nobody waits for the answer any more.

        Raises:
            ModelError: it may not be made, or not in time.
        """
        async with self._slot(ask, until), self._guarded(ask, model, until) as call:
            with self.meter.called():
                spent = Spent(breaker=call.breaker)
                try:
                    yield spent
                except FailedCallError as fault:
                    self.meter.answered(fault.status)
                    call.failed(fault.status, headers=fault.headers)
                    raise
                self.meter.answered(200)
                call.served(counted(spent.usage))
                spent.cost = self._cost(model, spent.usage)

    @asynccontextmanager
    async def _slot(self, ask: Ask, until: float) -> AsyncIterator[None]:
        patience = until - asyncio.get_running_loop().time() if ask.patience is None else ask.patience
        try:
            async with asyncio.timeout_at(min(until, asyncio.get_running_loop().time() + patience)):
                await self._slots.acquire()
        except TimeoutError:
            raise ModelBusyError(faults.BUSY) from None
        try:
            yield
        finally:
            self._slots.release()

    @asynccontextmanager
    async def _guarded(self, ask: Ask, model: str, until: float) -> AsyncIterator[Call]:
        """Half of the time at most is for the wait, or what the question allows; the rest is for the answer."""
        if self.guard is None:
            yield Call()
            return
        half = max(until - asyncio.get_running_loop().time(), 0.0) / 2
        wish = Wish(
            model=model,
            purpose=ask.purpose,
            input_tokens=ask.tokens,
            max_output=ask.max_tokens,
            payer=Payer(person_id=ask.person_id, turn=ask.turn),
            patience=timedelta(seconds=half if ask.patience is None else min(half, ask.patience)),
        )
        async with self.guard.call(wish) as call:
            yield call

    def _cost(self, model: str, usage: Usage | None) -> float | None:
        """US dollars; None where the model has no price."""
        price = self.prices.get(model)
        return price.of(_split(usage)) / MILLION if price and usage else None


def counted(usage: Usage | None) -> prices.Usage | None:
    """What budgets count; None where the provider did not say."""
    return None if usage is None or usage.is_estimated else _split(usage)


def _split(usage: Usage) -> prices.Usage:
    """The same with what a cache read or wrote beside the rest of the input, since it has prices of its own."""
    return prices.Usage(
        input=max(usage.input - usage.cache_read - usage.cache_write, 0),
        output=usage.output,
        cache_read=usage.cache_read,
        cache_write=usage.cache_write,
    )
