"""Whether this process can do its job, and how what it depends on does: asked by anyone, at no cost to anyone.

Nothing here calls the outside world when it is asked. What the model is like shows in the last calls that were made
anyway; Slack and GitHub are asked in the background, once a minute, by calls that cost nothing.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.errors import OutsideError
from bot.gauges import Gauges
from bot.pulse import Pulse
from storage import migrate
from storage.database import Database, StorageError
from storage.workers import SILENT_AFTER

if TYPE_CHECKING:  # the SDK behind it is imported only when a key is set
    from bot.llm.chain import Chain

OK = "ok"
OFF = "disabled"
CHECK_SECONDS = 0.8
SHARED_SECONDS = 0.2  # one answer for all who ask within it; with the longest check, within a second it is another one
PROBE_SECONDS = 60.0
STALE_JOB_SECONDS = 300.0

Check = Callable[[], Awaitable[str]]  # "ok", "disabled", or in a word what is wrong


@dataclass(frozen=True)
class Answer:
    """What a check said, and after how many seconds."""

    word: str
    seconds: float

    @property
    def is_well(self) -> bool:
        return self.word in {OK, OFF}


WELL = Answer(OK, 0.0)


class Shared:
    """A check that many may ask at once, and that is made once for all of them."""

    def __init__(self, check: Check, *, seconds: float = SHARED_SECONDS, limit: float = CHECK_SECONDS) -> None:
        self._check, self._seconds, self._limit = check, seconds, limit
        self._asking: asyncio.Task[Answer] | None = None
        self._said_at = 0.0

    async def ask(self) -> Answer:
        """The answer, within the limit whatever happens: a database that hangs does not even let go at once."""
        start = time.monotonic()
        if self._asking is None or (self._asking.done() and start - self._said_at >= self._seconds):
            self._asking = asyncio.create_task(self._make())
        await asyncio.wait({self._asking}, timeout=self._limit)
        return self._asking.result() if self._asking.done() else Answer("timeout", time.monotonic() - start)

    async def _make(self) -> Answer:
        start = time.monotonic()
        try:
            word = await self._check()
        except (StorageError, OSError) as error:
            word = type(error).__name__
        self._said_at = time.monotonic()
        return Answer(word, self._said_at - start)

    async def close(self) -> None:
        """Give up what was asked and not answered."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait({self._asking})


class Probe:
    """A service outside that is asked now and then; `answer` is what it said last."""

    def __init__(self, call: Callable[[], Awaitable[object]], *, known: Answer | None = None) -> None:
        self._call = call
        self.answer = known or Answer("not asked yet", 0.0)
        self._is_first = known is None

    async def ask(self) -> Answer:
        """What is known; nobody waits for the service."""
        return self.answer

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Go on until cancelled."""
        if not self._is_first:
            await sleep(PROBE_SECONDS)
        while True:
            start, word = time.monotonic(), OK
            try:
                await self._call()
            except (OutsideError, StorageError, TimeoutError, OSError) as error:  # the turn comes from the database
                word = _class(error)
            self.answer = Answer(word, time.monotonic() - start)
            await sleep(PROBE_SECONDS)


NOT_YET = "not connected yet"  # what is said of Slack while the process starts


async def not_connected_yet() -> str:
    """That."""
    return NOT_YET


async def _nothing() -> None:
    """There is nobody to ask."""


def outside(*, github: bool, llm: bool) -> dict[str, "Shared | Probe | LastCalls"]:
    """What a process that meets Slack depends on besides, until it has met them: each that is set up, or disabled."""
    is_used = {"slack": True, "github": github, "llm": llm}
    return {name: Probe(_nothing, known=Answer(NOT_YET if used else OFF, 0.0)) for name, used in is_used.items()}


@dataclass(frozen=True)
class LastCalls:
    """A model is what the calls were like that were made anyway, by any process."""

    model: "Chain"

    async def ask(self) -> Answer:
        last = self.model.last_call
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                why = await self.model.left_alone()
        except (StorageError, TimeoutError) as error:
            why = type(error).__name__
        own = last.problem if last else None
        return Answer(own or why if why else OK, last.seconds if last else 0.0)


class Health:
    """One process's; what has to be well for it to be ready, and what it depends on, by name."""

    def __init__(self, db: Database, gauges: Gauges, *, is_draining: Callable[[], bool]) -> None:
        self._db, self._gauges = db, gauges
        self._newest = migrate.newest()
        self.started = time.monotonic()
        self.pulse = Pulse(clock=time.monotonic)
        self.ready: dict[str, Shared] = {
            "database": Shared(self._database),
            "accepting": Shared(_said("draining", when=is_draining), seconds=0.0),
            "pressure": Shared(self._pressure),
        }
        self.dependencies: dict[str, Shared | Probe | LastCalls] = {
            "database": self.ready["database"],
            "queue": Shared(self._queue),
            "workers": Shared(self._workers),
            "clock": Shared(self._clock),
        }

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Keep measuring how well the loop turns while inside."""
        async with _running(self.pulse.run()):
            try:
                yield
            finally:
                checks = [check for check in (self.ready | self.dependencies).values() if isinstance(check, Shared)]
                await asyncio.gather(*(check.close() for check in checks))

    @asynccontextmanager
    async def watching(self, probes: Mapping[str, Probe]) -> AsyncIterator[None]:
        """Ask services while inside; each probe answers for the dependency of its name."""
        self.dependencies |= probes
        async with _running(*(probe.run() for probe in probes.values())):
            yield

    async def is_ready(self) -> dict[str, Answer]:
        """What every check says that this process has to pass before it may be sent work."""
        return await _asked(self.ready)

    async def depends_on(self) -> dict[str, Answer]:
        """What is known of each dependency."""
        return await _asked(self.dependencies)

    async def _database(self) -> str:
        if (word := await self._db.check()) != OK:
            return word
        async with self._db.read() as tx:
            return OK if await migrate.revision(tx) == self._newest else "schema"

    async def _pressure(self) -> str:
        return (await self._gauges.reading()).strain

    async def _queue(self) -> str:
        reading = await self._gauges.reading()
        return "late" if reading.oldest_seconds > STALE_JOB_SECONDS else reading.strain

    async def _workers(self) -> str:
        silent = (await self._gauges.reading()).workers_silent_seconds
        return OK if silent < SILENT_AFTER.total_seconds() else "none"

    async def _clock(self) -> str:
        return OK if (await self._gauges.reading()).clock_holder else "no leader"


@asynccontextmanager
async def _running(*runs: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run) for run in runs]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


def _said(word: str, *, when: Callable[[], bool]) -> Check:
    async def check() -> str:
        return word if when() else OK

    return check


async def _asked(checks: Mapping[str, Shared | Probe | LastCalls]) -> dict[str, Answer]:
    answers = await asyncio.gather(*(check.ask() for check in checks.values()))
    return dict(zip(checks, answers, strict=True))


def _class(error: Exception) -> str:
    """A word for it: a service's own code, else the kind of error; never a host or what somebody wrote."""
    code = str(getattr(error, "code", ""))
    return code if re.fullmatch(r"[a-z][a-z0-9_]{2,40}", code) else type(error).__name__
