"""`serve`: the bot in a real workspace, until SIGTERM or Ctrl-C."""

import asyncio
import gc
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

import typer

if TYPE_CHECKING:
    from bot.settings import Settings
    from handlers.context import Context


class Serve(Protocol):
    """app.py's function that composes and runs everything."""

    def __call__(
        self, settings: "Settings", *, stop: asyncio.Event, started: Any = None
    ) -> Coroutine[Any, Any, None]: ...


def register(cli: typer.Typer, serve: Serve) -> None:
    @cli.command("serve")
    def run() -> None:
        """Run Chargehand in your Slack workspace until it is told to stop."""
        from bot.observe import set_up_logs
        from bot.settings import read_settings

        settings = read_settings()
        set_up_logs(settings.log_level)
        asyncio.run(until_told(serve, settings))


async def until_told(serve: Serve, settings: "Settings") -> None:
    """Serve; SIGTERM and SIGINT ask for the orderly end, and end at once what still waits for Slack to answer."""
    import structlog

    from bot.settings import switched_off

    log = structlog.get_logger()
    stop = asyncio.Event()
    is_ready = False
    for off in switched_off(settings):
        log.info("off", feature=off.feature, turn_on_with=off.setting)

    def started(ctx: "Context", port: int) -> None:
        nonlocal is_ready
        is_ready = True
        _settle_memory()
        log.info("ready", workspace=ctx.workspace_id, port=port)

    def end() -> None:
        stop.set()
        if not is_ready:
            serving.cancel()

    serving = asyncio.ensure_future(serve(settings, stop=stop, started=started))
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, end)
    with suppress(asyncio.CancelledError):
        await serving
    log.info("stopped")


def _settle_memory() -> None:
    """What the start has made stays; to look through it now and then would stop everything for a tenth of a second."""
    gc.collect()
    gc.freeze()
