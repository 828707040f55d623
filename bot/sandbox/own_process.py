"""A bot in a process of its own: it can be killed as by a power cut, and started again on the same database."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from multiprocessing import get_context, get_start_method
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from bot.observe import set_up_logs
from bot.settings import Settings

STOP = "stop"
STDERR = 2
ENDS_WITHIN = 30.0  # seconds


class Serve(Protocol):
    """What composes and runs the bot; it must be importable by its name."""

    def __call__(
        self, settings: Settings, *, stop: asyncio.Event, started: Any = None
    ) -> Coroutine[Any, Any, None]: ...


class OwnProcess:
    """The process. `port` is where its webhooks arrive, the same after each start."""

    def __init__(self, serve: Serve, settings: Settings) -> None:
        self._serve, self._settings = serve, settings
        self._process: BaseProcess | None = None
        self._wire: Connection | None = None
        self.port = settings.http_port

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """Its process id, also after its end."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Run it, until its first event could be heard.

        Raises:
            EOFError: it ended at once; why is on stderr.
        """
        context = _context()
        self._wire, theirs = context.Pipe()
        errors = Connection(os.dup(STDERR), readable=False)  # in this form it goes to a process of any kind
        settings = self._settings.model_copy(update={"http_port": self.port})
        self._process = context.Process(target=_run, args=(self._serve, settings, theirs, errors))
        self._process.start()
        theirs.close()
        errors.close()
        self.port = await _heard(self._wire)

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        assert self._process
        assert self._wire
        self._process.kill()
        self._process.join()
        self._wire.close()

    async def stop(self) -> None:
        """End it in order; nothing happens when it does not run."""
        if self._process is None or self._wire is None:
            return
        if self.is_alive:
            self._wire.send(STOP)
            await asyncio.to_thread(self._process.join, ENDS_WITHIN)
            self._process.kill()
        self._wire.close()
        self._process.join()
        self._process.close()


@asynccontextmanager
async def own_process(serve: Serve, settings: Settings) -> AsyncIterator[OwnProcess]:
    """A running bot; it is gone when the context ends."""
    process = OwnProcess(serve, settings)
    try:
        await process.start()
        yield process
    finally:
        await process.stop()


async def _heard(wire: Connection) -> Any:
    """What the other end says next.

    Raises:
        EOFError: it is gone.
    """
    is_there, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(wire.fileno(), is_there.set)
    try:
        await is_there.wait()
    finally:
        loop.remove_reader(wire.fileno())
    return wire.recv()


def _context() -> ForkServerContext | SpawnContext:
    """Of the two ways that bring none of this process's threads along, the one chosen for it."""
    if get_start_method(allow_none=True) == "forkserver":
        return get_context("forkserver")
    return get_context("spawn")


def _run(serve: Serve, settings: Settings, wire: Connection, errors: Connection) -> None:
    with errors:
        os.dup2(errors.fileno(), STDERR)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends Ctrl-C to both; whoever started it ends it
    set_up_logs("warning")
    with suppress(EOFError):
        asyncio.run(_until_told(serve, settings, wire))


async def _until_told(serve: Serve, settings: Settings, wire: Connection) -> None:
    """Serve until told to stop; end at once when whoever started it is gone."""
    stop = asyncio.Event()
    serving = asyncio.ensure_future(serve(settings, stop=stop, started=lambda _, port: wire.send(port)))
    told = asyncio.ensure_future(_heard(wire))
    await asyncio.wait((serving, told), return_when=asyncio.FIRST_COMPLETED)
    if told.done():
        told.result()
        stop.set()
    await serving
