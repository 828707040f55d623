"""Whoever waits for a sandbox is woken by each of its changes, and reads what it had come to when time ran out."""

import asyncio

import pytest

from bot.sandbox.waiting import wait_until


async def test_it_asks_anew_at_every_change() -> None:
    pulse = asyncio.Event()
    answers = iter(["", "there"])

    def condition() -> str:
        asyncio.get_running_loop().call_soon(pulse.set)
        return next(answers)

    found = await wait_until(condition, timeout=10, pulse=lambda: pulse, seen=lambda: "")
    assert found == "there"


async def test_it_says_what_was_seen_when_time_ran_out() -> None:
    with pytest.raises(AssertionError, match=r"^still waiting after 0 s; people see nothing$"):
        await wait_until(lambda: False, timeout=0, pulse=asyncio.Event, seen=lambda: "people see nothing")
