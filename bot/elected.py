"""A role that one process at a time holds: the clock and the outbox's sender never run twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import structlog

from bot.clock import Clock, utc_now
from bot.process import gone
from storage import leases
from storage.database import Database, StorageError, Tx

log = structlog.get_logger()

ROLE_SECONDS = 15.0  # until a silent holder is replaced


class Role:
    """`term` is set while this process holds the role; `until` says how long it may act without a renewal.

    `taken_from` is until when the holder before this one may have acted, `held_before` when it was last sure to have
    the role; None when this process is the first.
    """

    def __init__(
        self,
        db: Database,
        name: str,
        *,
        holder: str,
        seconds: float,
        clock: Clock = utc_now,
    ) -> None:
        self.db = db
        self.name = name
        self.holder = holder
        self.seconds = seconds
        self.clock = clock
        self.term: int | None = None
        self.taken_from: datetime | None = None
        self.until = datetime.min.replace(tzinfo=UTC)

    async def hold(self) -> bool:
        """Take or renew the role; False while another living process has it."""
        now = self.clock()
        if self.term is not None and await self._is_renewed(self.term, now):
            return True
        try:
            async with self.db.write() as tx:
                is_dead = await gone(self.db, tx, me=self.holder, now=now)
                before = await leases.until(tx, self.name)
                term = await leases.hold(
                    tx, self.name, holder=self.holder, now=now, seconds=self.seconds, is_dead=is_dead
                )
        except StorageError as error:  # the role runs out unless a later renewal succeeds
            log.error("role cannot be renewed", elected=self.name, error=str(error)[:200])
            return self.is_held
        if term != self.term:
            self.taken_from = before and min(before, now)
            log.info("role taken" if term else "role lost", elected=self.name, term=term)
        self.term, self.until = term, now + timedelta(seconds=self.seconds)
        return term is not None

    async def _is_renewed(self, term: int, now: datetime) -> bool:
        """The usual case, in one statement; where it is not, nothing was written."""
        try:
            async with self.db.write() as tx:
                if not await leases.renew(tx, self.name, holder=self.holder, term=term, now=now, seconds=self.seconds):
                    return False
        except StorageError:  # tried once more below, and said there
            return False
        self.until = now + timedelta(seconds=self.seconds)
        return True

    @property
    def held_before(self) -> datetime | None:
        return self.taken_from and self.taken_from - timedelta(seconds=self.seconds)

    @property
    def is_held(self) -> bool:
        return self.term is not None and self.clock() < self.until

    async def is_certain(self, tx: Tx) -> bool:
        """Whether nobody has taken it, however long this process stood still: what else `tx` does is fenced by this."""
        lease = await leases.of(tx, self.name)
        return lease is not None and (lease.holder, lease.term) == (self.holder, self.term)

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
