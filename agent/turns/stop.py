"""A turn that somebody stops: its open question to a model is dropped, and nothing more is begun."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from agent.kit.world import World
from storage import live_turns
from storage.live_turns import News

LOOKS = 0.4  # seconds between two looks whether somebody has stopped it, also in another process

T = TypeVar("T")


class StopAsked(Exception):  # noqa: N818
    """Somebody stopped the turn."""


async def unless_stopped(
    world: World, turn_id: int, work: Coroutine[Any, Any, T], *, is_write: bool = False, is_looked: bool = False
) -> T:
    """Do a piece of a turn's work, unless it is stopped before its end; a write that has begun is waited for.

    Args:
        is_looked: whether somebody stopped it was looked up a moment ago.

    Raises:
        StopAsked: it is stopped.
    """
    try:
        if not is_looked:
            await refuse_stopped(world, turn_id)
    except StopAsked:
        work.close()
        raise
    if is_write:
        with world.limit.held_off():
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
        refuse(await live_turns.news(tx, turn_id))


def refuse(news: News) -> None:
    """The same, by what was read.

    Raises:
        StopAsked: somebody did.
    """
    if news.must_stop:
        raise StopAsked
