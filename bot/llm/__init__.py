"""The language model: the chain of providers that the settings name; None where they name none, and rules work."""

import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from bot.limiter import Limiter
from bot.llm.gate import Gate
from bot.llm.marks import Marks
from bot.llm.meter import Price
from bot.llm.pace import Pace
from bot.llm.port import DEADLINE
from bot.settings import Settings
from bot.settings.providers import Server

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from bot.llm.chain import Chain
    from bot.llm.provider import Wire


@asynccontextmanager
async def open_model(
    settings: Settings,
    *,
    limiter: Limiter | None = None,
    marks: Marks | None = None,
    ticks: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
) -> AsyncIterator["Chain | None"]:
    """Whoever is asked, with their connections, closed at the end.

    Args:
        limiter: with it they are asked at the pace of all processes together.
        marks: what is known of the models; without, only what this process comes to know.
        ticks: monotonic seconds, by which a provider is left alone.
        chance: a number from 0 to 1, for the waits between tries.
    """
    if not settings.servers:
        yield None
        return
    from bot.llm.chain import Chain  # noqa: PLC0415 - as below
    from bot.llm.provider import Provider  # noqa: PLC0415

    known, longest = marks or Marks(), max(settings.llm_deadline_seconds, DEADLINE)
    async with AsyncExitStack() as opened:
        providers = [
            Provider(
                server,
                wire=await opened.enter_async_context(_wire(server, timeout=longest)),
                gate=_gate(server, settings, limiter, ticks),
                marks=known,
                chance=chance,
            )
            for server in settings.servers
        ]
        yield Chain(providers)


def _gate(server: Server, settings: Settings, limiter: Limiter | None, ticks: Callable[[], float]) -> Gate:
    pace = None
    if limiter:
        pace = Pace(
            limiter=limiter,
            per_minute=server.rpm,
            tokens_per_minute=server.tpm,
            concurrency=server.concurrency,
        )
    price = Price(input=settings.llm_input_price, output=settings.llm_output_price)
    return Gate(server.name, concurrency=server.concurrency, pace=pace, price=price, clock=ticks)


def _wire(server: Server, *, timeout: float) -> "AbstractAsyncContextManager[Wire]":
    # Late, since an SDK takes a second to import, which a start without a model should not pay (docs/design.md 5).
    if server.kind == "anthropic":
        from bot.llm.anthropic import open_wire  # noqa: PLC0415

        return open_wire(api_key=server.api_key, base_url=server.base_url, timeout=timeout)
    from bot.llm import openai  # noqa: PLC0415

    return openai.open_wire(api_key=server.api_key, base_url=server.base_url, timeout=timeout)
