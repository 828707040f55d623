"""A turn that somebody stops: its open question to a model is dropped, and nothing more is begun."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from agent.kit.world import World
from storage import live_turns

LOOKS = 0.4  # seconds between two looks whether somebody has stopped it, also in another process

T = TypeVar("T")


class StopAsked(Exception):  # noqa: N818
    """Somebody stopped the turn."""


async def unless_stopped(world: World, turn_id: int, work: Coroutine[Any, Any, T], *, is_write: bool = False) -> T:
    """Do a piece of a turn's work, unless it is stopped before its end; a write that has begun is waited for.

    Raises:
        StopAsked: it is stopped.
    """
    try:
        await refuse_stopped(world, turn_id)
    except StopAsked:
        work.close()
        raise
    if is_write:
        return await work
    doing = asyncio.ensure_future(work)
    try:
        while True:
            done, _ = await asyncio.wait({doing}, timeout=LOOKS)
            if done:
                return doing.result()
            await refuse_stopped(world, turn_id)
    finally:
        if not doing.done():
            doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)


async def refuse_stopped(world: World, turn_id: int) -> None:
    """Go on unless somebody stopped it.

    Raises:
        StopAsked: somebody did.
    """
    async with world.db.read() as tx:
        if await live_turns.must_stop(tx, turn_id):
            raise StopAsked
