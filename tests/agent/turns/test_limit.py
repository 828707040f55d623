"""The time of a turn is set anew when it is known who works, and is held off while a write is on its way."""

import asyncio

import pytest

from agent.turns.limit import TimeLimit

SOON, LONG = 0.02, 60.0


async def test_a_write_that_has_begun_comes_to_its_end_before_the_time_counts() -> None:
    limit, written = TimeLimit(), list[str]()

    async def work() -> None:
        async with limit.of(SOON):
            with limit.held_off():
                await asyncio.sleep(2 * SOON)
                written.append("it")
            await asyncio.sleep(LONG)
            written.append("another")

    with pytest.raises(TimeoutError):
        await work()
    assert written == ["it"]


async def test_who_may_take_longer_is_not_cut_off() -> None:
    limit = TimeLimit()
    async with limit.of(SOON):
        limit.set(LONG)
        await asyncio.sleep(2 * SOON)


async def test_outside_of_a_turn_nothing_is_held_off() -> None:
    with TimeLimit().held_off():
        await asyncio.sleep(0)
