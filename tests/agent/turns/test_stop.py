"""A stop that another process has stored is seen at the next look, of which several come in the time it may take."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.turns.stop import LOOKS, StopAsked, unless_stopped
from storage import live_turns
from storage.database import Database, Tx
from tests.agent.conftest import NOW
from tests.agent.worlds import with_turn, world_of
from tests.waiting import until

PROMISED = 2.0  # seconds until a stop is seen
SOON = 0.02


class Counted:
    """A database of which it is known how often somebody looked."""

    def __init__(self, db: Database) -> None:
        self.db, self.looks = db, 0

    def read(self) -> AbstractAsyncContextManager[Tx]:
        self.looks += 1
        return self.db.read()

    async def was_seen(self) -> bool:
        return self.looks > 0


async def test_a_write_that_has_begun_is_waited_for_when_the_time_of_its_turn_is_up(tmp_path: Path) -> None:
    async with with_turn(tmp_path) as db:
        world, written = world_of(db), list[str]()

        async def write() -> None:
            await asyncio.sleep(2 * SOON)
            written.append("it")

        async def work() -> None:
            async with world.limit.of(SOON):
                await unless_stopped(world, 1, write(), is_write=True, is_looked=True)
                await asyncio.sleep(600)

        with pytest.raises(TimeoutError):
            await work()
        assert written == ["it"]


async def test_it_is_seen_at_the_next_look(tmp_path: Path) -> None:
    assert 3 * LOOKS < PROMISED
    async with with_turn(tmp_path) as db:
        counted: Any = Counted(db)
        working = asyncio.ensure_future(unless_stopped(replace(world_of(db), db=counted), 1, asyncio.sleep(600)))
        await until(counted.was_seen)
        async with db.write() as tx:
            assert await live_turns.ask_to_stop(tx, [1], by=1, at=NOW) == 1
        before = counted.looks
        with pytest.raises(StopAsked):
            await working
        assert counted.looks - before <= 1
