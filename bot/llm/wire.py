"""The way to a model's server, of either kind: one question, its length, the models there."""

import asyncio
from typing import Protocol

from bot.llm import faults
from bot.llm.faults import FailedCallError
from bot.llm.port import Ask, Reply


class Wire(Protocol):
    """What a kind of server has to have."""

    async def send(self, ask: Ask, *, model: str) -> Reply: ...

    async def count(self, ask: Ask, *, model: str) -> int | None: ...

    async def models(self) -> list[str]: ...


async def sent(wire: Wire, ask: Ask, *, model: str, until: float) -> Reply:
    """A question's answer until then.

    Raises:
        FailedCallError: there is none that could be read.
    """
    try:
        async with asyncio.timeout_at(until):
            return await wire.send(ask, model=model)
    except TimeoutError:
        raise FailedCallError(faults.TIMED_OUT) from None


async def counted(wire: Wire, ask: Ask, *, model: str, within: float) -> int | None:
    """Tokens of a question as the server counts them; None: it does not, or not in so many seconds."""
    try:
        async with asyncio.timeout(within):
            return await wire.count(ask, model=model)
    except (TimeoutError, FailedCallError):
        return None
