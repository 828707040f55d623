"""The queue's contract: each job once, in the order of its key, under a lease, never forgotten."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import queue
from storage.database import Database
from storage.queue import Job, LostLeaseError
from storage.queue.jobs import CRASH_PAUSES, MOST_CRASHES

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEASE = timedelta(seconds=15)


def alive(_: str) -> bool:
    return False


def dead(_: str) -> bool:
    return True


def job(name: str = "work", **given: Any) -> Job:
    return Job(**({"workspace_id": "T1", "name": name, "run_at": NOON, "created_at": NOON} | given))


async def put(db: Database, *jobs: Job) -> list[bool]:
    async with db.write() as tx:
        return [await queue.enqueue(tx, one) for one in jobs]


async def take(db: Database, *, worker: str = "w1", now: datetime = NOON, limit: int = 10) -> list[Job]:
    async with db.write() as tx:
        return await queue.reserve(tx, worker=worker, now=now, lease=LEASE, limit=limit)


async def finish(db: Database, taken: Job) -> None:
    async with db.write() as tx:
        await queue.finish(tx, taken, now=NOON)


async def retry(db: Database, taken: Job, *, at: datetime) -> None:
    async with db.write() as tx:
        await queue.retry(tx, taken, at=at, error="later")


async def bury(db: Database, taken: Job) -> None:
    async with db.write() as tx:
        await queue.bury(tx, taken, now=NOON, error="ValueError: no")


async def sweep(db: Database, *, now: datetime = NOON, is_dead: Callable[[str], bool] = alive) -> list[Job]:
    async with db.write() as tx:
        return await queue.sweep(tx, now=now, is_dead=is_dead)


async def stored(db: Database, job_id: int) -> Job | None:
    async with db.read() as tx:
        return await queue.get(tx, job_id)


async def names(db: Database, *, now: datetime = NOON, limit: int = 10) -> list[str]:
    return [taken.name for taken in await take(db, now=now, limit=limit)]


async def test_one_dedupe_key_makes_one_job_even_after_it_is_done(db: Database) -> None:
    assert await put(db, job(dedupe_key="d"), job(dedupe_key="d")) == [True, False]
    [taken] = await take(db)
    await finish(db, taken)
    assert await put(db, job(dedupe_key="d")) == [False]
    assert await take(db) == []


async def test_a_job_is_reserved_by_one_worker(db: Database) -> None:
    await put(db, job())
    assert len(await take(db, worker="w1")) == 1
    assert await take(db, worker="w2") == []


async def test_whoever_holds_an_old_token_can_change_nothing(db: Database) -> None:
    await put(db, job())
    [stopped] = await take(db, worker="stopped")
    await sweep(db, now=NOON + LEASE)
    [mine] = await take(db, worker="mine", now=NOON + LEASE)
    assert mine.token > stopped.token
    for change in (finish(db, stopped), retry(db, stopped, at=NOON), bury(db, stopped)):
        with pytest.raises(LostLeaseError):
            await change
    after = await stored(db, mine.id)
    assert after is not None
    assert (after.state, after.worker) == ("running", "mine")


async def test_jobs_of_a_key_run_one_at_a_time_in_order_and_others_meanwhile(db: Database) -> None:
    await put(db, job("first", key="k"), job("second", key="k"), job("other", key="o"), job("free"))
    taken = await take(db)
    assert [one.name for one in taken] == ["first", "other", "free"]
    assert await take(db) == []
    await finish(db, taken[0])
    assert await names(db) == ["second"]


async def test_a_delayed_retry_blocks_its_own_key_only(db: Database) -> None:
    await put(db, job("first", key="k"), job("second", key="k"), job("other", key="o"))
    taken = await take(db)
    await retry(db, taken[0], at=NOON + timedelta(seconds=30))
    await finish(db, taken[1])
    assert await names(db) == []
    assert await names(db, now=NOON + timedelta(seconds=30)) == ["first"]


async def test_an_earlier_job_blocks_its_key_whatever_its_priority(db: Database) -> None:
    await put(db, job("background", key="k", priority=10), job("person", key="k", priority=0))
    assert await names(db) == ["background"]


async def test_people_come_before_background_work(db: Database) -> None:
    await put(db, job("prune", priority=10), job("message", priority=0))
    assert await names(db, limit=1) == ["message"]
    assert await names(db, limit=1) == ["prune"]


async def test_a_job_waits_for_its_time(db: Database) -> None:
    await put(db, job(run_at=NOON + timedelta(microseconds=1)))
    assert await names(db) == []
    assert await names(db, now=NOON + timedelta(microseconds=1)) == ["work"]


async def test_a_lease_that_is_renewed_is_kept(db: Database) -> None:
    await put(db, job("kept"), job("lost"))
    kept, lost = await take(db)
    async with db.write() as tx:
        assert await queue.renew(tx, [kept], until=NOON + 2 * LEASE) == {kept.id}
    await sweep(db, now=NOON + LEASE)
    assert await names(db, now=NOON + LEASE) == ["lost"]
    async with db.write() as tx:
        assert await queue.renew(tx, [kept, lost], until=NOON + 3 * LEASE) == {kept.id}


async def test_the_jobs_of_a_dead_process_come_back_before_their_lease_ends(db: Database) -> None:
    await put(db, job())
    await take(db)
    await sweep(db, is_dead=alive)
    assert await names(db) == []
    await sweep(db, is_dead=dead)
    assert await names(db) == ["work"]


async def test_a_crash_is_no_failed_attempt(db: Database) -> None:
    await put(db, job())
    for crash in range(len(CRASH_PAUSES)):
        now = NOON + crash * timedelta(minutes=1)
        [taken] = await take(db, now=now)
        assert (taken.attempts, taken.crashes) == (1, crash)
        await sweep(db, now=now, is_dead=dead)


async def test_a_job_that_ends_each_process_comes_back_ever_later_and_is_buried(db: Database) -> None:
    await put(db, job())
    now = NOON
    for crash in range(MOST_CRASHES):
        [taken] = await take(db, now=now)
        buried = await sweep(db, now=now, is_dead=dead)
        assert [one.id for one in buried] == ([taken.id] if crash == MOST_CRASHES - 1 else [])
        pause = timedelta(seconds=CRASH_PAUSES[min(crash, len(CRASH_PAUSES) - 1)])
        if pause:
            assert await names(db, now=now + pause / 2) == []
        now += pause
    after = await stored(db, taken.id)
    assert after is not None
    assert (after.state, after.last_error) == ("dead", "its process ended each time while it ran")


async def test_what_is_handed_back_can_be_taken_at_once_and_costs_no_attempt(db: Database) -> None:
    await put(db, job())
    [taken] = await take(db)
    async with db.write() as tx:
        await queue.give_back(tx, taken)
    [again] = await take(db)
    assert (again.attempts, again.token) == (1, taken.token + 1)


async def test_a_dead_letter_keeps_its_error_and_runs_again_when_replayed(db: Database) -> None:
    await put(db, job())
    [taken] = await take(db)
    await bury(db, taken)
    assert await names(db) == []
    async with db.write() as tx:
        assert [letter.last_error for letter in await queue.listing(tx, state="dead")] == ["ValueError: no"]
        assert await queue.replay(tx, taken.id, now=NOON)
    [again] = await take(db)
    assert (again.attempts, again.last_error) == (1, "ValueError: no")
    await finish(db, again)
    async with db.write() as tx:
        assert not await queue.replay(tx, taken.id, now=NOON)
    after = await stored(db, taken.id)
    assert after is not None
    assert after.last_error is None


async def test_a_discarded_dead_letter_stays_in_the_table_and_only_dead_ones_can_be(db: Database) -> None:
    await put(db, job())
    [taken] = await take(db)
    async with db.write() as tx:
        assert not await queue.discard(tx, taken.id)
    await bury(db, taken)
    async with db.write() as tx:
        assert await queue.discard(tx, taken.id)
        assert await queue.counts(tx) == {"discarded": 1}


async def test_ids_are_never_used_again_after_pruning(db: Database) -> None:
    await put(db, job())
    [first] = await take(db)
    await finish(db, first)
    async with db.write() as tx:
        assert await queue.prune(tx, before=NOON + LEASE) == 1
    await put(db, job())
    [second] = await take(db)
    assert second.id > first.id


async def test_pruning_keeps_dead_letters_and_what_is_not_done(db: Database) -> None:
    await put(db, job("buried"), job("waiting"))
    [taken] = await take(db, limit=1)
    await bury(db, taken)
    async with db.write() as tx:
        assert await queue.prune(tx, before=NOON + LEASE) == 0


async def test_a_job_of_a_transaction_that_fails_was_never_there(db: Database) -> None:
    async def half() -> None:
        async with db.write() as tx:
            await queue.enqueue(tx, job())
            raise KeyError

    with pytest.raises(KeyError):
        await half()
    assert await take(db) == []
