"""Somebody who waits for the agent sees a sign of it the whole time, however long a model thinks."""

import asyncio
from itertools import pairwise

import pytest

from agent.turns.signs import APART, LATE, Signs
from bot.errors import TryLater

THINKS = 240.0  # seconds that a model takes


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.passed, self._waiting = 0.0, list[tuple[float, asyncio.Event]]()

    def now(self) -> float:
        return self.passed

    async def wait(self, seconds: float) -> None:
        over = asyncio.Event()
        self._waiting.append((self.passed + seconds, over))
        await over.wait()

    async def run(self, seconds: float) -> None:
        for _ in range(int(2 * seconds)):
            for _ in range(4):  # whoever waits goes on, and says what there is to say
                await asyncio.sleep(0)
            self.passed += 0.5
            for until, over in self._waiting:
                if until <= self.passed:
                    over.set()


class Shown:
    """What Slack was asked to show, and when; `busy`: how often it is refused before."""

    def __init__(self, clock: Clock, *, busy: int = 0) -> None:
        self.clock, self.busy, self.lines = clock, busy, list[tuple[float, str]]()

    @property
    def words(self) -> list[str]:
        return [words for _, words in self.lines]

    async def show(self, words: str) -> None:
        if words and self.busy:
            self.busy -= 1
            raise TryLater("busy")
        self.lines.append((self.clock.passed, words))


async def test_a_sign_is_renewed_in_time_over_a_long_call_and_gone_at_its_end() -> None:
    clock = Clock()
    shown = Shown(clock)
    signs = Signs(shown.show, wait=clock.wait, clock=clock.now)
    async with signs.alive():
        signs.now("is looking at CH-1…")
        await clock.run(THINKS)
    *alive, last = shown.lines
    times = [at for at, _ in alive] + [THINKS]
    assert max(later - earlier for earlier, later in pairwise(times)) < LATE
    assert {words for at, words in alive if at > 0} == {"is looking at CH-1…"}
    assert last[1] == ""


async def test_of_many_lines_the_newest_is_shown_and_nobody_waits_for_it() -> None:
    clock = Clock()
    shown = Shown(clock)
    signs = Signs(shown.show, wait=clock.wait, clock=clock.now)
    async with signs.alive():
        for number in range(8):
            signs.now(f"is reading #{number}…")
            await clock.run(0.5)
        await clock.run(2 * APART)
        times = [at for at, _ in shown.lines]
        assert min(later - earlier for earlier, later in pairwise(times)) >= APART
        assert shown.words[-1] == "is reading #7…"
        assert len(times) == 3


async def test_what_slack_does_not_take_now_is_shown_a_little_later() -> None:
    clock = Clock()
    shown = Shown(clock, busy=2)
    async with Signs(shown.show, wait=clock.wait).alive():
        await clock.run(2 * APART - 0.5)
        assert shown.words == []
        await clock.run(2.0)
        assert shown.words == ["is thinking…"]


async def test_a_way_to_stop_is_offered_once_when_it_takes_long_and_the_line_stays() -> None:
    clock, offered = Clock(), list[float]()
    shown = Shown(clock)

    async def offer() -> None:
        offered.append(clock.passed)

    async with Signs(shown.show, wait=clock.wait, offered_after=10.0).alive(offer):
        await clock.run(20.0)
    assert offered == [10.0]
    assert shown.words == ["is thinking…", "is thinking…", ""]
    async with Signs(shown.show, wait=clock.wait).alive(offer):
        await clock.run(20.0)
    assert len(offered) == 1, "0 is never"


@pytest.mark.parametrize(
    ("error", "left"),
    [(RuntimeError, ""), (asyncio.CancelledError, ""), (TryLater, "is waiting for the model…")],
)
async def test_it_is_gone_however_the_work_ends_unless_it_waits(error: type[BaseException], left: str) -> None:
    clock = Clock()
    shown = Shown(clock)

    async def work() -> None:
        async with Signs(shown.show, wait=clock.wait).alive():
            await clock.run(0.5)
            raise error("busy")

    with pytest.raises(error):
        await work()
    assert shown.words == ["is thinking…", left]
