"""The language model: the chain of providers that the settings name; None where they name none, and rules work."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from bot.limiter import Limiter
from bot.llm.accounts import budgets_of
from bot.llm.gate import Gate
from bot.llm.guard import Guard, mark_of
from bot.llm.marks import Marks
from bot.llm.pace import Pace
from bot.llm.port import DEADLINE
from bot.prices import read_prices
from bot.settings import Settings
from bot.settings.providers import Server

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from bot.llm.chain import Chain
    from bot.llm.wire import Wire


@asynccontextmanager
async def open_model(
    settings: Settings,
    *,
    limiter: Limiter | None = None,
    workspace_id: str = "",
    marks: Marks | None = None,
    chance: Callable[[], float] = random.random,
) -> AsyncIterator["Chain | None"]:
    """Whoever is asked, with their connections, closed at the end.

    Args:
        limiter: with it they are asked as all processes of the workspace together may.
        marks: what is known of the models; without, only what this process comes to know.
        chance: a number from 0 to 1, for the waits between tries.
    """
    if not settings.servers:
        yield None
        return
    from bot.llm.chain import Chain  # noqa: PLC0415 - as below
    from bot.llm.provider import Provider  # noqa: PLC0415

    known, longest = marks or Marks(), max(settings.llm_deadline_seconds, settings.call_seconds, DEADLINE)
    async with AsyncExitStack() as opened:
        providers = [
            Provider(
                server,
                wire=await opened.enter_async_context(_wire(server, timeout=longest)),
                gate=_gate(server, settings, limiter, workspace_id),
                marks=known,
                chance=chance,
            )
            for server in settings.servers
        ]
        yield Chain(providers)


def guard_of(server: Server, settings: Settings, limiter: Limiter, *, workspace_id: str) -> Guard:
    """What all processes with these settings share of a provider."""
    pace = Pace(
        limiter=limiter,
        provider=server.name,
        per_minute=server.rpm,
        tokens_per_minute=server.tpm,
        concurrency=server.concurrency,
    )
    mark = mark_of(server.base_url, server.api_key)
    return Guard(pace, workspace_id=workspace_id, settings=mark, budgets=budgets_of(settings))


def _gate(server: Server, settings: Settings, limiter: Limiter | None, workspace_id: str) -> Gate:
    guard = guard_of(server, settings, limiter, workspace_id=workspace_id) if limiter else None
    return Gate(server.name, concurrency=server.concurrency, guard=guard, prices=read_prices(settings.prices))


def _wire(server: Server, *, timeout: float) -> "AbstractAsyncContextManager[Wire]":
    # Late, since an SDK takes a second to import, which a start without a model should not pay (docs/design.md 5).
    if server.kind == "anthropic":
        from bot.llm.anthropic import open_wire  # noqa: PLC0415

        return open_wire(api_key=server.api_key, base_url=server.base_url, timeout=timeout)
    from bot.llm import openai  # noqa: PLC0415

    return openai.open_wire(api_key=server.api_key, base_url=server.base_url, timeout=timeout)
