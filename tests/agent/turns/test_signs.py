"""Somebody who waits for the agent sees a sign of it the whole time, however long a model thinks."""

import asyncio
from itertools import pairwise

import pytest

from agent.turns.signs import LATE, Signs
from bot.errors import TryLater

THINKS = 240.0  # seconds that a model takes


async def test_a_sign_is_renewed_in_time_over_a_long_call_and_gone_at_its_end() -> None:
    passed, shown, over = 0.0, list[tuple[float, str]](), asyncio.Event()

    async def show(words: str) -> None:
        shown.append((passed, words))

    async def wait(seconds: float) -> None:
        nonlocal passed
        if passed + seconds > THINKS:
            over.set()
            await asyncio.Event().wait()
        passed += seconds
        await asyncio.sleep(0)

    signs = Signs(show, wait=wait, clock=lambda: passed)
    async with signs.alive():
        await signs.now("is looking at CH-1…")
        await over.wait()
    *alive, last = shown
    times = [at for at, _ in alive] + [THINKS]
    assert max(later - earlier for earlier, later in pairwise(times)) < LATE
    assert {words for at, words in alive if at > 0} == {"is looking at CH-1…"}
    assert last[1] == ""


async def test_a_way_to_stop_is_offered_once_when_it_takes_long_and_the_line_stays() -> None:
    shown, offered, waited = list[str](), list[int](), list[float]()
    over = asyncio.Event()

    async def show(words: str) -> None:
        shown.append(words)
        if offered:
            over.set()

    async def wait(seconds: float) -> None:
        if seconds > 30:  # the beat's
            await asyncio.Event().wait()
        waited.append(seconds)
        await asyncio.sleep(0)

    async def offer() -> None:
        offered.append(len(waited))

    async with Signs(show, wait=wait, offered_after=10.0).alive(offer):
        await over.wait()
    assert (offered, waited[0]) == ([1], 10.0)
    assert shown == ["is thinking…", "is thinking…", ""]
    async with Signs(show, wait=wait).alive(offer):
        await asyncio.sleep(0)
    assert len(offered) == 1, "0 is never"


@pytest.mark.parametrize(
    ("error", "left"),
    [(RuntimeError, ""), (asyncio.CancelledError, ""), (TryLater, "is waiting for the model…")],
)
async def test_it_is_gone_however_the_work_ends_unless_it_waits(error: type[BaseException], left: str) -> None:
    shown = list[str]()

    async def show(words: str) -> None:
        shown.append(words)

    with pytest.raises(error):
        async with Signs(show).alive():
            raise error("busy")
    assert shown == ["is thinking…", left]
