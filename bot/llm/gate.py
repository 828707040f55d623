"""What stands around every call to a provider: breaker, pace and meter; the one place where they are wired."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.errors import ModelError
from bot.llm.breaker import Breaker
from bot.llm.faults import NOT_ITS_FAULT, FailedCallError
from bot.llm.meter import LastCall, Meter, Price
from bot.llm.pace import Pace
from bot.llm.port import Ask, Usage


@dataclass
class Spent:
    """What a call took, as far as its answer said: filled in while the gate is open."""

    usage: Usage | None = None
    cost: float | None = None


class Gate:
    """One provider's.

    Args:
        concurrency: calls of this process at the same time; more of them queue within their deadlines.
        pace: of all processes together; None where there is no database to count in.
        clock: monotonic seconds, for the breaker.
    """

    def __init__(
        self,
        provider: str,
        *,
        concurrency: int = 4,
        pace: Pace | None = None,
        price: Price | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._slots = asyncio.Semaphore(concurrency)
        self._pace, self._price = pace, price or Price()
        self._breaker = Breaker(clock)
        self.meter = Meter(provider, price=self._price, clock=clock)

    @property
    def last_call(self) -> LastCall | None:
        """How the last call went; None before the first."""
        return self.meter.last_call

    @property
    def is_left_alone(self) -> bool:
        """Whether the provider failed too often to be asked."""
        return self._breaker.is_open

    @asynccontextmanager
    async def call(self, ask: Ask, *, model: str, until: float) -> AsyncIterator[Spent]:
        """Around the one call: it may be made now, and what comes of it is settled at the end.

        Args:
            model: the id of the one that is called.
            until: the loop's time at which nobody waits for the answer any more.

        Raises:
            ModelError: it may not be made, or not in time.
        """
        async with self._slot(until):
            if self._breaker.refuses():
                raise ModelError("model is left alone after repeated failures")
            async with self._turn(ask, until):
                with self.meter.called():
                    spent = Spent()
                    try:
                        yield spent
                    except FailedCallError as fault:
                        await self._failed(fault)
                        raise
                    await self._served(ask, spent)

    @asynccontextmanager
    async def _slot(self, until: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout_at(until):
                await self._slots.acquire()
        except TimeoutError:
            raise ModelError("model is busy") from None
        try:
            yield
        finally:
            self._slots.release()

    @asynccontextmanager
    async def _turn(self, ask: Ask, until: float) -> AsyncIterator[None]:
        if self._pace is None:
            yield
            return
        async with self._pace.turn(ask, seconds=until - asyncio.get_running_loop().time()):
            yield

    async def _failed(self, fault: FailedCallError) -> None:
        if fault.status not in NOT_ITS_FAULT:
            self._breaker.failed()
        self.meter.answered(fault.status, is_left_alone=self._breaker.is_open)
        if self._pace and fault.status == 429:
            await self._pace.refused(fault.headers)

    async def _served(self, ask: Ask, spent: Spent) -> None:
        self._breaker.served()
        self.meter.answered(200, is_left_alone=False)
        usage = spent.usage
        if usage is None:
            return
        self.meter.used(input_tokens=usage.input, output_tokens=usage.output)
        if self._price.input or self._price.output:
            spent.cost = self._price.of(input_tokens=usage.input, output_tokens=usage.output)
        if self._pace and usage.total:
            await self._pace.used(ask, usage.total)
