"""Whoever waits for a sandbox to come to something is told what it had come to when time ran out."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


async def wait_until(
    condition: Callable[[], Found], *, timeout: float, pulse: Callable[[], asyncio.Event], seen: Callable[[], str]
) -> Found:
    """The condition's value once it holds; it is asked anew whenever the event that `pulse` gives is set.

    Raises:
        AssertionError: it did not hold in time; the text ends with what `seen` gives.
    """
    try:
        async with asyncio.timeout(timeout):
            while True:
                change = pulse()
                if found := condition():
                    return found
                await change.wait()
    except TimeoutError:
        raise AssertionError(f"still waiting after {timeout:g} s; {seen()}") from None
