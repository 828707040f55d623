"""One call to the outside world at the pace that all processes together may keep.

    async with limiter.call("github:core", GITHUB_CORE, slots=100):
        ...

Who would have to wait too long is told when to come back (TryLater), so that no worker sleeps on a job's time; under a
name it keeps its place before those who ask later.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.errors import TryLater
from bot.metrics import LIMITER_WAIT
from storage import limits
from storage.database import Database, StorageError, Tx
from storage.limits import PATIENCE, Rate, Turn

GRACE = timedelta(seconds=30)  # by which who was told to come back may be late and still be waited for
LATER = 1.1  # times what it was told: bot/worker/delays.py adds up to a tenth
SLOT_POLL = 0.25  # seconds between two looks for a free slot
NO_SLOT = 0
LONGEST_CALL = timedelta(seconds=150)  # a slot outlives its call's time limit, and no longer
NO_MORE: Mapping[str, Rate] = MappingProxyType({})
Step = Callable[[Tx], Awaitable[None]]


async def _nothing(_: Tx) -> None:
    """There is no more to do."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is done in the transaction that takes a turn, where what is raised takes none; and in the one that gives the
    slot back, where there is one."""

    enter: Step = _nothing
    leave: Step = _nothing


ALONE = Beside()


@dataclass(frozen=True)
class _Wish:
    """What `call` was asked for."""

    name: str
    rates: Mapping[str, Rate]
    slots: int | None
    asker: str | None
    is_urgent: bool
    patience: timedelta
    beside: Beside


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
        asker: str | None = None,
        is_urgent: bool = False,
        patience: timedelta = PATIENCE,
        beside: Beside = ALONE,
    ) -> AsyncIterator[None]:
        """Wait for a turn and, where a number is given, for one of so many slots, and hold it while inside.

        Args:
            also: further limits that the same call counts for.
            asker: who comes back under this name when told to; None for who does not.
            is_urgent: a person waits for it, so what is kept for people may be used.
            beside: what is done in the same transactions.

        Raises:
            TryLater: it would take longer than `patience`.
        """
        began, wish = time.monotonic(), _Wish(name, {name: rate, **also}, slots, asker, is_urgent, patience, beside)
        slot, wait = await self._enter(wish)
        try:
            waited = timedelta()
            while wait:
                await self.sleep(wait.total_seconds())
                waited, wait = waited + wait, await self._refused(wish)
                if waited + wait > patience:  # the turn is lost: it was given for now
                    raise TryLater(f"{name} takes no calls", after=wait.total_seconds())
            LIMITER_WAIT.observe(time.monotonic() - began, name.partition(":")[0])
            yield
        finally:
            if slot != NO_SLOT:
                with suppress(StorageError):  # then it runs out
                    async with self.db.write(is_lasting=False) as tx:
                        await limits.vacate(tx, slot)
                        await beside.leave(tx)

    async def _refused(self, wish: _Wish) -> timedelta:
        """How long the service refuses calls by now: another process may have been told so while this one slept."""
        now = self.clock()
        async with self.db.read() as tx:
            until = [one.blocked_until for one in await limits.blocked(tx, now=now) if one.name in wish.rates]
        return max((moment - now for moment in until if moment), default=timedelta())

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

    async def settle(self, name: str, rate: Rate, *, more: int) -> None:
        """A call used so much more than its weight, or less."""
        with suppress(StorageError):  # as above
            async with self.db.write(is_lasting=False) as tx:
                await limits.settle(tx, name, rate, more=more, now=self.clock())

    async def _enter(self, wish: _Wish) -> tuple[int, timedelta]:
        """A slot and, in the same transaction, a turn: neither is taken without the other."""
        give_up = self.clock() + wish.patience
        while True:
            now = self.clock()
            async with self.db.write(is_lasting=False) as tx:
                turns = await self._next_turns(tx, wish, now=now)
                after = max(turn.in_line for turn in turns)
                if after > wish.patience:
                    await self._line_up(tx, wish, until=now + after * LATER + GRACE)
                elif (slot := await self._slot(tx, wish, now=now)) is not None:
                    await wish.beside.enter(tx)
                    await self._take(tx, wish, turns)
                    return slot, max(turn.wait for turn in turns)
            if after > wish.patience:
                raise TryLater(f"the pace of {wish.name} is used up", after=after.total_seconds())
            if now >= give_up:
                raise TryLater(f"all {wish.slots} calls of {wish.name} are under way", after=PATIENCE.total_seconds())
            await self.sleep(SLOT_POLL)

    async def _next_turns(self, tx: Tx, wish: _Wish, *, now: datetime) -> list[Turn]:
        ahead = 0 if wish.asker is None else await limits.ahead(tx, wish.name, wish.asker, now=now)
        return await limits.next_turns(tx, wish.rates, now=now, ahead=ahead, is_urgent=wish.is_urgent)

    async def _slot(self, tx: Tx, wish: _Wish, *, now: datetime) -> int | None:
        """Its id, NO_SLOT where none is needed, or None while all are taken."""
        if wish.slots is None:
            return NO_SLOT
        until = now + LONGEST_CALL
        return await limits.occupy(tx, wish.name, size=wish.slots, holder=self.holder, now=now, until=until)

    async def _take(self, tx: Tx, wish: _Wish, turns: Iterable[Turn]) -> None:
        await limits.pay(tx, *turns)
        if wish.asker is not None:
            await limits.leave_line(tx, wish.name, wish.asker)

    async def _line_up(self, tx: Tx, wish: _Wish, *, until: datetime) -> None:
        if wish.asker is not None:
            await limits.line_up(tx, wish.name, wish.asker, until=until)
