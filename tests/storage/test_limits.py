"""All processes together keep to a service's pace, and nobody waits for a process that died."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from storage import limits, workers
from storage.database import Database
from storage.limits import Rate, Slot
from storage.workers import Process

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONE_A_SECOND = Rate(calls=1, seconds=1)
HOURLY = Rate(calls=3600, seconds=3600, burst=100, kept=0.1)


async def take(
    db: Database, rate: Rate, *, at: datetime = NOON, name: str = "slack:post:C1", is_urgent: bool = False
) -> float:
    async with db.write() as tx:
        return (await limits.take(tx, name, rate, now=at, is_urgent=is_urgent)).total_seconds()


async def test_turns_are_given_in_the_order_of_asking(db: Database) -> None:
    assert [await take(db, ONE_A_SECOND) for _ in range(4)] == [0, 1, 2, 3]


async def test_each_bucket_has_a_pace_of_its_own(db: Database) -> None:
    assert await take(db, ONE_A_SECOND, name="slack:post:C1") == 0
    assert await take(db, ONE_A_SECOND, name="slack:post:C2") == 0


async def test_who_would_wait_too_long_takes_no_turn(db: Database) -> None:
    for _ in range(6):
        await take(db, ONE_A_SECOND)
    assert await take(db, ONE_A_SECOND) == 6
    assert await take(db, ONE_A_SECOND) == 6  # the turn before was not taken
    assert await take(db, ONE_A_SECOND, at=NOON + timedelta(seconds=1)) == 5


async def test_a_bucket_fills_up_again_but_never_above_its_burst(db: Database) -> None:
    rate = Rate(calls=60, seconds=60, burst=3)
    assert [await take(db, rate) for _ in range(4)] == [0, 0, 0, 1]
    later = NOON + timedelta(hours=1)
    assert [await take(db, rate, at=later) for _ in range(4)] == [0, 0, 0, 1]


async def test_a_share_is_kept_for_what_a_person_waits_for(db: Database) -> None:
    waits = [await take(db, HOURLY, name="github:core") for _ in range(90)]
    assert set(waits) == {0}
    assert await take(db, HOURLY, name="github:core") == 1
    urgent = [await take(db, HOURLY, name="github:core", is_urgent=True) for _ in range(9)]
    assert set(urgent) == {0}
    assert await take(db, HOURLY, name="github:core", is_urgent=True) == 1


async def test_a_refusal_stops_every_process(db: Database) -> None:
    async with db.write() as tx:
        await limits.block(tx, "github:core", until=NOON + timedelta(seconds=40), now=NOON)
        await limits.block(tx, "github:core", until=NOON + timedelta(seconds=30), now=NOON)
    assert await take(db, HOURLY, name="github:core", is_urgent=True) == 40
    assert await take(db, HOURLY, name="github:core", at=NOON + timedelta(seconds=38)) == 2
    assert await take(db, HOURLY, name="github:core", at=NOON + timedelta(seconds=41)) == 0
    async with db.read() as tx:
        assert [one.name for one in await limits.blocked(tx, now=NOON)] == ["github:core"]
        assert await limits.blocked(tx, now=NOON + timedelta(minutes=1)) == []


async def test_the_service_s_own_count_goes_before_ours(db: Database) -> None:
    async with db.write() as tx:
        await limits.observe(tx, "github:core", HOURLY, remaining=10, now=NOON)
    assert await take(db, HOURLY, name="github:core") == 1  # the last ten are for people
    assert await take(db, HOURLY, name="github:core", is_urgent=True) == 0


async def test_what_a_call_carries_counts_and_is_settled_afterwards(db: Database) -> None:
    tokens = Rate(calls=600, seconds=60, burst=600, weight=400)
    assert [await take(db, tokens, name="llm:tokens") for _ in range(2)] == [0, 20]
    async with db.write() as tx:
        await limits.settle(tx, "llm:tokens", tokens, more=-300, now=NOON)
        await limits.settle(tx, "llm:tokens", tokens, more=100, now=NOON)
    assert await take(db, tokens, name="llm:tokens") == 0  # 600 - 400 + 300 - 100
    assert await take(db, tokens, name="llm:tokens") == 40


async def test_what_is_given_back_late_is_no_more_than_a_full_bucket(db: Database) -> None:
    tokens = Rate(calls=600, seconds=60, burst=600, weight=400)
    assert await take(db, tokens, name="llm:tokens") == 0
    later = NOON + timedelta(hours=1)
    async with db.write() as tx:
        await limits.settle(tx, "llm:tokens", tokens, more=-400, now=later)
    assert [await take(db, tokens, name="llm:tokens", at=later) for _ in range(2)] == [0, 20]


async def in_line(db: Database, asker: str, *, at: datetime = NOON) -> int:
    async with db.read() as tx:
        return await limits.ahead(tx, "github:core", asker, now=at)


async def line_up(db: Database, *askers: str, seconds: float = 60) -> None:
    async with db.write() as tx:
        for asker in askers:
            await limits.line_up(tx, "github:core", asker, until=NOON + timedelta(seconds=seconds))


async def test_a_place_in_line_is_kept_by_who_comes_back(db: Database) -> None:
    await line_up(db, "first", "second", "third", "first")
    assert [await in_line(db, one) for one in ("first", "second", "third", "newcomer")] == [0, 1, 2, 3]
    async with db.write() as tx:
        assert await limits.ahead(tx, "llm", "newcomer", now=NOON) == 0
        await limits.leave_line(tx, "github:core", "second")
    assert [await in_line(db, one) for one in ("first", "third", "newcomer")] == [0, 1, 2]


async def test_nobody_waits_for_who_does_not_come_back(db: Database) -> None:
    await line_up(db, "gone", seconds=5)
    await line_up(db, "here")
    assert await in_line(db, "here") == 1
    assert await in_line(db, "here", at=NOON + timedelta(seconds=5)) == 0
    assert await in_line(db, "gone", at=NOON + timedelta(seconds=5)) == 0  # it still comes before the other


async def test_who_is_in_line_waits_for_those_before_whether_or_not_they_are_here(db: Database) -> None:
    await take(db, ONE_A_SECOND)
    async with db.write() as tx:
        [asked] = await limits.next_turns(tx, {"slack:post:C1": ONE_A_SECOND}, now=NOON, ahead=5)
        assert (asked.wait.total_seconds(), asked.in_line.total_seconds()) == (1, 6)
        await limits.pay(tx, asked)  # they are late, and it goes first
    assert await take(db, ONE_A_SECOND) == 2


async def test_slots_are_shared_and_come_back_when_their_holder_died(db: Database) -> None:
    until = NOON + timedelta(seconds=60)
    async with db.write() as tx:
        held = [await limits.occupy(tx, "llm", size=2, holder="a", now=NOON, until=until) for _ in range(3)]
    assert held[2] is None
    async with db.write() as tx:
        await limits.vacate(tx, held[0] or 0)
        assert await limits.occupy(tx, "llm", size=2, holder="b", now=NOON, until=until) is not None
        assert await limits.occupy(tx, "llm", size=2, holder="b", now=NOON, until=until) is None
    async with db.write() as tx:
        assert await limits.occupy(tx, "llm", size=2, holder="b", now=until, until=until + PAUSE) is not None


PAUSE = timedelta(seconds=10)


async def test_who_is_given_up_gives_its_slots_back_at_once(db: Database) -> None:
    later = NOON + timedelta(seconds=60)
    async with db.write() as tx:
        for name in ("here", "gone"):
            process = Process(id=name, role="all", host="h", version="1", started_at=NOON, heartbeat_at=NOON)
            await workers.beat(tx, process, now=later if name == "here" else NOON)
            assert await limits.occupy(tx, "llm:main", size=2, holder=name, now=NOON, until=later) is not None
    async with db.write() as tx:
        assert await limits.occupy(tx, "llm:main", size=2, holder="here", now=NOON, until=later) is None
        assert await workers.present(tx, me="here", now=later, is_free=lambda _: False) == {"here"}
        assert [slot.holder for slot in await tx.exec(select(Slot))] == ["here"]
        assert await limits.occupy(tx, "llm:main", size=2, holder="here", now=NOON, until=later) is not None


async def test_idle_buckets_are_dropped_and_blocked_ones_stay(db: Database) -> None:
    await take(db, ONE_A_SECOND, name="slack:post:C1")
    async with db.write() as tx:
        await limits.block(tx, "llm", until=NOON + timedelta(days=1), now=NOON)
    async with db.write() as tx:
        assert await limits.prune(tx, before=NOON + timedelta(hours=1)) == 1
        assert await limits.prune(tx, before=NOON + timedelta(days=2)) == 1


async def test_slots_of_processes_that_died_are_dropped(db: Database) -> None:
    async with db.write() as tx:
        for seconds in (10, 30):
            await limits.occupy(tx, "llm", size=2, holder="a", now=NOON, until=NOON + timedelta(seconds=seconds))
        await limits.prune(tx, before=NOON + timedelta(seconds=20))
    async with db.read() as tx:
        assert [slot.until for slot in await tx.exec(select(Slot))] == [NOON + timedelta(seconds=30)]


@given(asked=st.lists(st.floats(min_value=0, max_value=3), min_size=1, max_size=60), burst=st.integers(1, 5))
def test_no_window_ever_sees_more_calls_than_the_rate_allows(asked: list[float], burst: int) -> None:
    rate = Rate(calls=2, seconds=1, burst=burst)
    now, next_at, sent = NOON, NOON, []
    for pause in asked:
        now += timedelta(seconds=pause)
        wait, next_at = limits.turn(rate, next_at=next_at, now=now)
        sent.append(now + wait)
    for first in range(len(sent)):
        within = [at for at in sent[first:] if at < sent[first] + timedelta(seconds=1)]
        assert len(within) <= rate.calls + burst
