"""A delivery that was turned away is a gap: GitHub does not send it again by itself, so it has to be fetched."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from aiohttp import web

from agent.github.reconcile import ask_for
from storage import gaps, workspace
from storage.database import Database, StorageError
from storage.gaps import Gap

log = structlog.get_logger()

SETTLED = timedelta(minutes=1)  # then what was refused is asked for again, unless more is being refused
AT_MOST_EVERY = timedelta(seconds=10)  # writes, however many are turned away


class TurnedAway:
    """Remembers from when to when deliveries were refused, and writes it down as soon as the database takes it."""

    def __init__(self, db: Database, *, clock: Callable[[], datetime], every: timedelta = AT_MOST_EVERY) -> None:
        self.db = db
        self.clock = clock
        self.every = every
        self._noted: dict[str, tuple[datetime, datetime]] = {}  # reason -> first and last, not yet written
        self._written: datetime | None = None
        self._news = asyncio.Event()

    async def recording(self, _: web.Application) -> AsyncIterator[None]:
        """Write down, as long as the pages are served, what could not be written at once."""
        task = asyncio.create_task(self._go_on())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await self.write()

    async def _go_on(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(self.every.total_seconds())
            await self.write()

    async def note(self, reason: str) -> None:
        """One more was turned away."""
        now = self.clock()
        first, _ = self._noted.get(reason, (now, now))
        self._noted[reason] = (first, now)
        self._news.set()
        if self._written is None or now - self._written >= self.every:
            await self.write()

    async def write(self) -> None:
        """Put what is known on record; a database that is away is tried again after a while."""
        if not self._noted:
            return
        noted, self._noted, self._written = self._noted, {}, self.clock()
        try:
            async with self.db.write() as tx:
                workspace_id = await workspace.current(tx)
                for reason, (since, until) in noted.items():
                    gap = Gap(workspace_id=workspace_id, source="github", reason=reason, since=since, until=until)
                    await gaps.note(tx, gap)
                await ask_for(tx, workspace_id=workspace_id, now=self.clock(), after=SETTLED)
        except StorageError as error:
            self._noted = noted | self._noted
            log.error("gap not recorded", error=str(error)[:200])
        if not self._noted:
            self._news.clear()
