"""A role that one process at a time holds: the clock and the outbox's sender never run twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import structlog

from bot.process import is_dead
from storage import leases
from storage.database import Database, StorageError

log = structlog.get_logger()


class Role:
    """`term` is set while this process holds the role; `until` says how long it may act without a renewal."""

    def __init__(
        self,
        db: Database,
        name: str,
        *,
        holder: str,
        seconds: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.db = db
        self.name = name
        self.holder = holder
        self.seconds = seconds
        self.clock = clock
        self.term: int | None = None
        self.until = datetime.min.replace(tzinfo=UTC)

    async def hold(self) -> bool:
        """Take or renew the role; False while another living process has it."""
        now = self.clock()
        try:
            async with self.db.write() as tx:
                term = await leases.hold(
                    tx, self.name, holder=self.holder, now=now, seconds=self.seconds, is_dead=is_dead
                )
        except StorageError as error:  # the role runs out unless a later renewal succeeds
            log.error("role cannot be renewed", role=self.name, error=str(error)[:200])
            return self.is_held
        if term != self.term:
            log.info("role taken" if term else "role lost", role=self.name, term=term)
        self.term, self.until = term, now + timedelta(seconds=self.seconds)
        return term is not None

    @property
    def is_held(self) -> bool:
        return self.term is not None and self.clock() < self.until

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Try for the role three times a lease while inside, and give it back at the end."""
        async with asyncio.TaskGroup() as tasks:
            keeper = tasks.create_task(self._keep())
            try:
                yield
            finally:
                keeper.cancel()
                if self.term is not None:
                    with suppress(StorageError):  # then it runs out
                        async with self.db.write() as tx:
                            await leases.release(tx, self.name, holder=self.holder, now=self.clock())
                    self.term = None

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self.seconds / 3)
            await self.hold()
