"""Waiting for what a database will say."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")


async def until(condition: Callable[[], Awaitable[Found]], timeout: float = 30.0) -> Found:
    """Ask until the answer is truthy, and give it back.

    Raises:
        TimeoutError: it never was.
    """
    async with asyncio.timeout(timeout):
        found = await condition()
        while not found:
            await asyncio.sleep(0.03)
            found = await condition()
        return found
