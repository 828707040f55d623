"""A call waits for its turn and a slot, in one step, and gives up without having taken either."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import text

from bot.errors import TryLater
from bot.limiter import Limiter
from bot.metrics import REGISTRY
from storage.database import Database, StorageError
from storage.limits import Rate

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONE_A_SECOND = Rate(calls=1, seconds=1)
MANY = Rate(calls=1000, seconds=1, burst=1000)


class Time:
    """Goes on only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = NOON
        self.slept: list[float] = []

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def limiter(db: Database, time: Time) -> Limiter:
    return Limiter(db, holder="one", clock=time.clock, sleep=time.sleep)


def waits() -> float:
    return REGISTRY.get_sample_value("chargehand_limiter_wait_seconds_count", {"bucket": "github"}) or 0.0


async def test_it_waits_for_the_slowest_of_its_limits_and_says_so(limiter: Limiter, time: Time) -> None:
    before = waits()
    for _ in range(3):
        async with limiter.call("github:core", MANY, also={"github:write": ONE_A_SECOND}):
            pass
    assert time.slept == [1, 1]
    assert waits() == before + 3


async def test_who_gives_up_has_taken_no_turn_and_no_slot(limiter: Limiter, time: Time) -> None:
    async with limiter.call("llm", ONE_A_SECOND, slots=2):
        for _ in range(2):  # a slot that stayed taken would fail the second of them for want of one
            with pytest.raises(TryLater, match="the pace of llm is used up") as later:
                async with limiter.call("llm", ONE_A_SECOND, slots=2, patience=timedelta(seconds=0.5)):
                    pass
            assert later.value.after == 1
    time.now += timedelta(seconds=1)
    async with limiter.call("llm", ONE_A_SECOND, slots=2):
        assert time.slept == []


async def test_slots_are_shared_with_other_processes(limiter: Limiter, db: Database, time: Time) -> None:
    other = Limiter(db, holder="two", clock=time.clock, sleep=time.sleep)
    async with limiter.call("llm", MANY, slots=1):
        with pytest.raises(TryLater, match="all 1 calls of llm are under way"):
            async with other.call("llm", MANY, slots=1):
                pass
    async with other.call("llm", MANY, slots=1):
        pass


async def test_a_refusal_that_one_process_meets_stops_the_other(limiter: Limiter, db: Database, time: Time) -> None:
    other = Limiter(db, holder="two", clock=time.clock, sleep=time.sleep)
    await other.block("github:core", seconds=30)
    with pytest.raises(TryLater) as later:
        async with limiter.call("github:core", MANY):
            pass
    assert later.value.after == 30
    time.now += timedelta(seconds=27)
    async with limiter.call("github:core", MANY):
        assert time.slept == [3]


@pytest.mark.parametrize(("seconds", "slept"), [(4, [1, 3]), (30, [1])])
async def test_it_stops_who_waits_for_their_turn_already(
    limiter: Limiter, db: Database, time: Time, seconds: float, slept: list[float]
) -> None:
    other = Limiter(db, holder="two", clock=time.clock, sleep=time.sleep)
    called = list[datetime]()

    async def sleep(seconds: float) -> None:
        if not time.slept:
            await other.block("llm", seconds=seconds_blocked)
        await time.sleep(seconds)

    seconds_blocked, limiter.sleep = seconds, sleep
    async with limiter.call("llm", ONE_A_SECOND, slots=1):
        pass
    with suppress(TryLater):
        async with limiter.call("llm", ONE_A_SECOND, slots=1):
            called.append(time.now)
    assert time.slept == slept
    assert called == ([NOON + timedelta(seconds=4)] if seconds == 4 else [])
    time.now += timedelta(seconds=60)
    async with limiter.call("llm", ONE_A_SECOND, slots=1):  # its slot came back
        pass


async def test_a_note_that_the_database_cannot_take_does_not_undo_the_call(file: Database, time: Time) -> None:
    limiter = Limiter(file, holder="one", clock=time.clock, sleep=time.sleep)
    async with file.write() as tx:
        await (await tx.connection()).execute(text("PRAGMA query_only = ON"))
    with pytest.raises(StorageError):  # no call without a turn
        async with limiter.call("github:core", MANY):
            pass
    await limiter.observe("github:core", MANY, remaining=7)
    await limiter.block("github:core", seconds=30)
