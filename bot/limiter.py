"""One call to the outside world at the pace that all processes together may keep.

    async with limiter.call("github:core", GITHUB_CORE, slots=100):
        ...

Who would have to wait too long is told when to come back (TryLater), so that no worker sleeps on a job's time.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.errors import TryLater
from bot.metrics import LIMITER_WAIT
from storage import limits
from storage.database import Database, StorageError, Tx
from storage.limits import PATIENCE, Rate

SLOT_POLL = 0.25  # seconds between two looks for a free slot
LONGEST_CALL = timedelta(seconds=150)  # a slot outlives its call's time limit, and no longer
NO_MORE: Mapping[str, Rate] = MappingProxyType({})


class Limiter:
    """Turns and slots for one process; the counts are in the database."""

    def __init__(
        self,
        db: Database,
        *,
        holder: str,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.db = db
        self.holder = holder
        self.clock = clock
        self.sleep = sleep

    @asynccontextmanager
    async def call(
        self,
        name: str,
        rate: Rate,
        *,
        also: Mapping[str, Rate] = NO_MORE,
        slots: int | None = None,
        is_urgent: bool = False,
        patience: timedelta = PATIENCE,
    ) -> AsyncIterator[None]:
        """Wait for a turn and, where a number is given, for one of so many slots, and hold it while inside.

        Args:
            also: further limits that the same call counts for.
            is_urgent: a person waits for it, so what is kept for people may be used.

        Raises:
            TryLater: it would take longer than `patience`; no turn was taken.
        """
        began = time.monotonic()
        slot, wait = await self._enter(name, {name: rate, **also}, slots, is_urgent=is_urgent, patience=patience)
        try:
            if wait:
                await self.sleep(wait.total_seconds())
            LIMITER_WAIT.observe(time.monotonic() - began, name.partition(":")[0])
            yield
        finally:
            if slot is not None:
                with suppress(StorageError):  # then it runs out
                    async with self.db.write(is_lasting=False) as tx:
                        await limits.vacate(tx, slot)

    async def block(self, name: str, *, seconds: float) -> None:
        """The service asked for patience: nobody calls it until then."""
        now = self.clock()
        with suppress(StorageError):  # a note that cannot be kept does not undo the call; the next one is told again
            async with self.db.write() as tx:
                await limits.block(tx, name, until=now + timedelta(seconds=seconds), now=now)

    async def observe(self, name: str, rate: Rate, *, remaining: int) -> None:
        """The service said how many calls are left."""
        with suppress(StorageError):  # as above
            async with self.db.write() as tx:
                await limits.observe(tx, name, rate, remaining=remaining, now=self.clock())

    async def _enter(
        self, name: str, rates: Mapping[str, Rate], size: int | None, *, is_urgent: bool, patience: timedelta
    ) -> tuple[int | None, timedelta]:
        """A slot and, in the same transaction, a turn: neither is taken without the other."""
        give_up = self.clock() + patience
        while True:
            now = self.clock()
            async with self.db.write(is_lasting=False) as tx:
                slot = await self._slot(tx, name, size, now=now) if size is not None else None
                if size is None or slot is not None:
                    wait = timedelta()
                    for each, rate in rates.items():
                        asked = limits.take(tx, each, rate, now=now, is_urgent=is_urgent, patience=patience)
                        wait = max(wait, await asked)
                    if wait > patience:  # rolls back what was taken
                        raise TryLater(f"the pace of {name} is used up", after=wait.total_seconds())
                    return slot, wait
            if now >= give_up:
                raise TryLater(f"all {size} calls of {name} are under way", after=PATIENCE.total_seconds())
            await self.sleep(SLOT_POLL)

    async def _slot(self, tx: Tx, name: str, size: int, *, now: datetime) -> int | None:
        return await limits.occupy(tx, name, size=size, holder=self.holder, now=now, until=now + LONGEST_CALL)
