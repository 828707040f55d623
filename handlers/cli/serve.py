"""`serve`: the bot in a real workspace, until SIGTERM or Ctrl-C."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from bot.roles import ALL, EVERYTHING, Part, parts

if TYPE_CHECKING:
    from bot.settings import Settings
    from handlers.context import Context

# How long a thread that reads a large body keeps the others waiting each time: a tenth of what Python gives it.
TURN_SECONDS = 0.0005
# New objects, and times: with Python's (700, 10, 10) a large body, while it is read, is looked through again and again.
LOOKED_THROUGH_AFTER = (10_000, 10, 20)


class Role(StrEnum):
    """What may be said of a process."""

    ALL = ALL
    INGRESS = Part.INGRESS
    WORKER = Part.WORKER
    CLOCK = Part.CLOCK


class Serve(Protocol):
    """app.py's function that composes and runs everything."""

    def __call__(
        self, settings: "Settings", *, stop: asyncio.Event, started: Any = None, parts: frozenset[Part] = EVERYTHING
    ) -> Coroutine[Any, Any, None]: ...


def register(cli: typer.Typer, serve: Serve) -> None:
    @cli.command("serve")
    def run(
        role: Annotated[
            list[Role] | None,
            typer.Option(help="What this process does; may be given twice. Without it, all. Only all migrates."),
        ] = None,
        force: Annotated[bool, typer.Option("--force", help="Even on a database that `db move` left.")] = False,
    ) -> None:
        """Run Chargehand in your Slack workspace until told to stop."""
        from bot.observe import set_up_logs
        from bot.settings import read_settings

        settings = read_settings()
        if not force:
            _refuse_left(settings)
        set_up_logs(settings.log_level, form=settings.log_format)
        asyncio.run(_until_told(serve, settings, parts(role or [])))


def _refuse_left(settings: "Settings") -> None:
    """Two databases at work, each with half of what happens, would be worse than none."""
    from bot.errors import UserError
    from storage.transfer import moved_to

    if new := moved_to(settings.database, settings.connections):
        raise UserError(
            f"{settings.database_name} was moved to {new}: set DATABASE_URL to that. "
            "If the move broke off, repeat `db move`; --force serves the old one all the same."
        )


async def _until_told(serve: Serve, settings: "Settings", parts: frozenset[Part]) -> None:
    """Serve; SIGTERM and SIGINT ask for the orderly end, and end at once what still waits for Slack to answer.

    The second one ends everything at once, as a power cut would: what was accepted is stored.
    """
    import structlog

    from bot.settings import switched_off

    log = structlog.get_logger()
    stop = asyncio.Event()
    is_ready = False
    for off in switched_off(settings):
        log.info("off", feature=off.feature, turn_on_with=off.setting)

    def started(ctx: "Context | None", port: int) -> None:
        nonlocal is_ready
        is_ready = True
        _settle_memory()
        sys.setswitchinterval(TURN_SECONDS)
        log.info("ready", workspace=ctx and ctx.workspace_id, port=port)

    def end(told: signal.Signals) -> None:
        if stop.is_set():
            os._exit(128 + told)
        log.info("stopping", signal=told.name)
        stop.set()
        if not is_ready:
            serving.cancel()

    serving = asyncio.ensure_future(serve(settings, stop=stop, started=started, parts=parts))
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, end, name)
    with suppress(asyncio.CancelledError):
        await serving
    log.info("stopped")


def _settle_memory() -> None:
    """What the start has made stays; to look through it now and then would stop everything for a tenth of a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*LOOKED_THROUGH_AFTER)
