"""Chargehand's composition root: settings -> database -> pages -> Context -> the roles of this process. No logic.

What a verb needs is imported when it runs, so that `--help` does not wait for it.
"""

import asyncio
import importlib.util
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

if importlib.util.find_spec("typer") is None:
    sys.exit("This Python lacks Chargehand's dependencies: run `make setup`, then `.venv/bin/python app.py …`.")

from bot.roles import EVERYTHING, Part
from handlers.cli import build_cli

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.settings import Settings
    from handlers.context import Context


async def serve(
    settings: "Settings",
    *,
    stop: asyncio.Event,
    started: "Callable[[Context | None, int], None] | None" = None,
    parts: frozenset[Part] = EVERYTHING,
    clock: "Clock | None" = None,
) -> None:
    """Run until `stop` is set; then what was begun is brought to its end, what came in last first.

    Args:
        started: called once with the context (None for a clock, which has none) and the port of /healthz when the
            first event could be heard.
        parts: the roles of this process.
        clock: the time that everything goes by; by default the machine's, as CHARGEHAND_CLOCK_FILE moves it.

    Raises:
        SettingsError: a setting is missing or wrong.
        WrongSchemaError: only a process with all roles migrates.
        WrongWorkspaceError: the database belongs to another workspace.
    """
    from bot.process import drain
    from handlers.roles import clock as ticker
    from handlers.roles import ingress, pages, worker
    from handlers.roles.start import meet_slack, start

    async with AsyncExitStack() as opened:
        running = await opened.enter_async_context(start(settings, parts, clock=clock or settings.clock))
        site = await opened.enter_async_context(AsyncExitStack())
        port = await site.enter_async_context(pages.served(running))
        ctx = await opened.enter_async_context(meet_slack(running)) if parts - {Part.CLOCK} else None
        if ctx and Part.WORKER in parts:
            await opened.enter_async_context(worker.working(running, ctx))
        if Part.CLOCK in parts:
            await opened.enter_async_context(ticker.ticking(running))
        if ctx and Part.INGRESS in parts:
            await opened.enter_async_context(ingress.hearing(running, ctx, hang_up=site.aclose))
        if started:
            started(ctx, port)
        await stop.wait()
        await drain(running.db, running.process)


if __name__ == "__main__":
    build_cli(serve)()
