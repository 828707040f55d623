"""The queue's contract: each job once, in the order of its key, under a lease, never forgotten."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest

from bot.worker import Kind
from storage import queue, settings_kv
from storage.database import Database, open_database
from storage.queue import BULK, DERIVED, EVENT, INTERACTIVE, Job, LostLeaseError, RefusedReplayError
from storage.queue.bounds import Pressure, pressure
from storage.queue.lease import CRASH_PAUSES, MOST_CRASHES, SUSPECT
from storage.queue.put import MOST_ARGS
from tests.bot.workbench import Bench, Endless
from tests.storage.queue.steps import (
    LEASE,
    NOON,
    SECOND,
    alive,
    bury,
    cancel,
    dead,
    finish,
    give_back,
    ignore,
    job,
    kinds,
    prune,
    put,
    renew,
    replay,
    retry,
    stages,
    state,
    stored,
    sweep,
    take,
    throttle,
    told,
)


async def test_b19_a_dedupe_key_makes_one_job_even_after_it_is_done(db: Database) -> None:
    first, second = await put(db, job(dedupe_key="d"), job(dedupe_key="d"))
    assert (second.id, second.state) == (first.id, "ready")
    [taken] = await take(db)
    await finish(db, taken)
    [third] = await put(db, job(dedupe_key="d"))
    assert (third.id, third.state) == (first.id, "done")
    assert await take(db) == []


async def test_b19_several_jobs_are_put_at_once_without_those_that_are_known(db: Database) -> None:
    await put(db, job("known", dedupe_key="k"))
    many = [job("a"), job("again", dedupe_key="k"), job("b", dedupe_key="n"), job("twice", dedupe_key="n")]
    async with db.write() as tx:
        await queue.put_all(tx, many)
        await queue.put_all(tx, [])
    assert await kinds(db) == ["known", "a", "b"]


async def test_b19_a_job_of_a_transaction_that_fails_was_never_there(db: Database) -> None:
    async def half() -> None:
        async with db.write() as tx:
            await queue.put(tx, job())
            raise KeyError

    with pytest.raises(KeyError):
        await half()
    assert await take(db) == []


async def test_b19_a_job_carries_ids_and_no_payload(db: Database) -> None:
    with pytest.raises(ValueError, match="a job carries ids"):
        await put(db, job(args={"body": "x" * MOST_ARGS}))
    await put(db, job(args={"ticket_id": 7}, version=2))
    [taken] = await take(db)
    assert (taken.args, taken.version) == ({"ticket_id": 7}, 2)


async def test_b19_ids_are_never_used_again_after_pruning(db: Database) -> None:
    await put(db, job())
    [first] = await take(db)
    await finish(db, first)
    assert await prune(db, before=NOON + LEASE) == 1
    [second] = await put(db, job())
    assert second.id > first.id


async def test_b20_a_leased_job_is_invisible_to_others(db: Database) -> None:
    await put(db, job())
    [taken] = await take(db, worker="w1")
    assert (taken.worker_id, taken.lease_until) == ("w1", NOON + LEASE)
    assert await take(db, worker="w2") == []


def stale_changes(db: Database, old: Job) -> dict[str, Coroutine[Any, Any, None]]:
    return {
        "finish": finish(db, old),
        "ignore": ignore(db, old),
        "retry": retry(db, old, at=NOON),
        "throttle": throttle(db, old, at=NOON),
        "give back": give_back(db, old),
        "bury": bury(db, old),
    }


async def test_b20_whoever_holds_an_old_fence_can_change_nothing(db: Database) -> None:
    await put(db, job())
    [stopped] = await take(db, worker="stopped")
    await sweep(db, now=NOON + LEASE)
    [mine] = await take(db, worker="mine", now=NOON + LEASE)
    assert mine.fence > stopped.fence
    before = await stored(db, mine.id)
    for change in stale_changes(db, stopped).values():
        with pytest.raises(LostLeaseError):
            await change
    assert await renew(db, [stopped], now=NOON + 2 * LEASE) == []
    assert await stored(db, mine.id) == before


async def test_b20_nobody_ends_a_job_twice(db: Database) -> None:
    await put(db, job())
    [taken] = await take(db)
    await finish(db, taken)
    for change in stale_changes(db, taken).values():
        with pytest.raises(LostLeaseError):
            await change
    assert await state(db, taken.id) == "done"


async def test_b20_the_work_of_a_lost_lease_is_rolled_back_with_its_acknowledgement(db: Database) -> None:
    await put(db, job())
    [stopped] = await take(db)
    await sweep(db, is_dead=dead)
    await take(db)

    async def work() -> None:
        async with db.write() as tx:
            await settings_kv.put(tx, "", "done by", "the stopped one", workspace_id="T1")
            await queue.finish(tx, stopped, now=NOON)

    with pytest.raises(LostLeaseError):
        await work()
    async with db.read() as tx:
        assert await settings_kv.get(tx, "", "done by") is None


async def test_b20_a_lease_that_is_renewed_is_kept(db: Database) -> None:
    await put(db, job("kept"), job("lost"))
    kept, lost = await take(db)
    assert await renew(db, [kept], now=NOON + LEASE / 3) == [kept.id]
    await sweep(db, now=NOON + LEASE)
    assert await kinds(db, now=NOON + LEASE) == ["lost"]
    assert await renew(db, [kept, lost], now=NOON + LEASE) == [kept.id]
    assert await renew(db, [], now=NOON + LEASE) == []


async def test_b20_a_lease_ends_with_the_time_limit_at_the_latest(db: Database) -> None:
    await put(db, job("wedged"), job("long"))
    wedged, long = await take(db)
    at = NOON + LEASE / 3
    assert await renew(db, [wedged, long], now=at, left={wedged.id: LEASE / 6, long.id: 2 * LEASE}) == [
        wedged.id,
        long.id,
    ]
    async with db.read() as tx:
        ends = [one.lease_until for one in (await queue.get(tx, wedged.id), await queue.get(tx, long.id)) if one]
    assert ends == [at + LEASE / 6, at + LEASE]


async def test_b21_a_body_is_cancelled_at_its_time_limit_which_is_a_failure_and_no_crash(db: Database) -> None:
    bench, body = Bench(db), Endless()
    async with bench.working({"wedged": Kind(body, time_limit=0.1)}):
        failed = await bench.failed(await bench.put("wedged"), "TimeoutError: ran over its time limit of 0.1 s")
    assert body.cancelled.is_set()
    assert (failed.error_class, failed.attempts, failed.crashes, failed.lease_until) == ("transient", 1, 0, None)


async def test_b22_an_expired_lease_ends_and_the_job_comes_back(db: Database) -> None:
    await put(db, job())
    await take(db)
    await sweep(db, now=NOON + LEASE - SECOND)
    assert await kinds(db) == []
    await sweep(db, now=NOON + LEASE)
    assert await kinds(db, now=NOON + LEASE) == ["work"]


async def test_b22_the_jobs_of_a_dead_process_come_back_before_their_lease_ends(db: Database) -> None:
    await put(db, job())
    await take(db)
    await sweep(db, is_dead=alive)
    assert await kinds(db) == []
    await sweep(db, is_dead=dead)
    assert await kinds(db) == ["work"]


async def test_b22_a_clock_that_goes_back_frees_no_lease_and_fires_nothing_twice(db: Database) -> None:
    await put(db, job("leased"), job("due", not_before=NOON + SECOND))
    taken = await take(db, now=NOON + SECOND)
    assert [one.kind for one in taken] == ["leased", "due"]
    earlier = NOON - timedelta(hours=1)
    assert await sweep(db, now=earlier) == []
    assert await kinds(db, now=earlier) == []
    await finish(db, *taken, now=earlier)
    assert await kinds(db, now=NOON + LEASE) == []


async def test_b23_each_attempt_counts_and_the_last_error_is_kept(db: Database) -> None:
    await put(db, job())
    for attempt in (1, 2, 3):
        [taken] = await take(db)
        assert taken.attempts == attempt
        await retry(db, taken, at=NOON)
    after = await stored(db, taken.id)
    assert (after.error_class, after.error_text) == ("transient", "later")
    [taken] = await take(db)
    await finish(db, taken)
    assert (await stored(db, taken.id)).error_text is None


async def test_b23_an_error_is_kept_within_its_limit(db: Database) -> None:
    await put(db, job())
    [taken] = await take(db)
    await bury(db, taken, error="x" * 10_000)
    assert len((await stored(db, taken.id)).error_text or "") == 4_000


async def test_b24_patience_is_no_attempt(db: Database) -> None:
    await put(db, job())
    for second in range(20):
        [taken] = await take(db, now=NOON + second * SECOND)
        assert taken.attempts == 1
        await throttle(db, taken, at=NOON + (second + 1) * SECOND)
        assert await take(db, now=NOON + second * SECOND) == []


async def test_b25_a_crash_is_no_attempt(db: Database) -> None:
    await put(db, job())
    for crash in range(MOST_CRASHES - 1):
        now = NOON + crash * timedelta(minutes=1)
        [taken] = await take(db, now=now)
        assert (taken.attempts, taken.crashes) == (1, crash)
        await sweep(db, now=now, is_dead=dead)


async def test_b25_a_job_that_ends_each_process_comes_back_ever_later_and_is_buried(db: Database) -> None:
    await put(db, job(), job("neighbour", key="n"))
    now = NOON
    for crash in range(MOST_CRASHES):
        [taken] = await take(db, now=now, limit=1)
        buried = await sweep(db, now=now, is_dead=dead)
        assert [one.id for one in buried] == ([taken.id] if crash == MOST_CRASHES - 1 else [])
        pause = timedelta(seconds=[*CRASH_PAUSES, 0][crash])
        if pause:
            [neighbour] = await take(db, now=now + pause / 2)
            assert neighbour.kind == "neighbour"
            await give_back(db, neighbour)
        now += pause
    after = await stored(db, taken.id)
    assert (after.state, after.error_text, after.crashes) == ("dead", "killed its worker", MOST_CRASHES)
    assert await kinds(db, now=now) == ["neighbour"]


async def test_b25_crashes_before_a_job_got_on_do_not_count(db: Database) -> None:
    await put(db, job())
    now = NOON
    for _ in range(2 * MOST_CRASHES):
        [taken] = await take(db, now=now)
        async with db.write() as tx:
            await queue.got_on(tx, taken)
        assert await sweep(db, now=now, is_dead=dead) == []
        now += timedelta(minutes=1)
    assert (await stored(db, taken.id)).crashes == 1


async def test_b25_a_job_whose_process_outlived_a_run_is_suspected_anew(db: Database) -> None:
    await put(db, job())
    [taken] = await take(db, now=NOON)
    await sweep(db, now=NOON, is_dead=dead)
    [taken] = await take(db, now=NOON + SECOND)
    assert taken.crashes == 1
    await throttle(db, taken, at=NOON + 2 * SECOND)
    [taken] = await take(db, now=NOON + 2 * SECOND)
    assert taken.crashes == 0


async def test_b25_jobs_that_may_be_guilty_of_crashes_run_one_at_a_time(db: Database) -> None:
    await put(db, job("guilty"), job("beside it"))
    for minute in range(SUSPECT):
        await take(db, now=NOON + minute * timedelta(minutes=1))
        await sweep(db, now=NOON + minute * timedelta(minutes=1), is_dead=dead)
    await put(db, job("new"))
    now = NOON + timedelta(minutes=10)
    taken = await take(db, now=now)
    assert [one.kind for one in taken] == ["guilty", "new"]
    assert await take(db, worker="w2", now=now) == []
    await bury(db, taken[0])
    assert await kinds(db, now=now) == ["beside it"]


async def test_b25_what_is_handed_back_can_be_taken_at_once_and_counts_nothing(db: Database) -> None:
    await put(db, job())
    [taken] = await take(db)
    await give_back(db, taken)
    [again] = await take(db)
    assert (again.attempts, again.crashes, again.fence) == (1, 0, taken.fence + 1)


async def test_b26_jobs_of_a_key_run_one_at_a_time_in_order_and_others_meanwhile(db: Database) -> None:
    await put(db, job("first", key="k"), job("second", key="k"), job("other", key="o"), job("free"))
    taken = await take(db)
    assert [one.kind for one in taken] == ["first", "other", "free"]
    assert await take(db, worker="w2") == []
    await finish(db, taken[0])
    assert await kinds(db) == ["second"]


async def test_b26_an_earlier_job_blocks_its_key_whatever_the_priorities(db: Database) -> None:
    await put(db, job("background", key="k", priority=BULK), job("person", key="k", priority=INTERACTIVE))
    [background] = await take(db)
    assert background.kind == "background"
    await finish(db, background)
    assert await kinds(db) == ["person"]


@pytest.mark.parametrize("back", [retry, throttle])
async def test_b26_a_job_that_waits_for_another_attempt_keeps_its_place(db: Database, back: Any) -> None:
    await put(db, job("first", key="k"), job("second", key="k", priority=INTERACTIVE), job("other", key="o"))
    first, other = await take(db)
    await back(db, first, at=NOON + 30 * SECOND)
    await finish(db, other)
    assert await kinds(db, now=NOON + 29 * SECOND) == []
    assert await kinds(db, now=NOON + 30 * SECOND) == ["first"]


async def test_b26_a_dead_job_steps_aside_and_its_key_goes_on(db: Database) -> None:
    await put(db, job("first", key="k"), job("second", key="k"))
    [first] = await take(db)
    await bury(db, first)
    assert await kinds(db) == ["second"]


async def test_b26_a_delayed_job_holds_nobody_up_and_joins_its_order_when_due(db: Database) -> None:
    due = NOON + 10 * SECOND
    await put(db, job("delayed", key="k", not_before=due), job("first", key="k"))
    [first] = await take(db)
    assert first.kind == "first"
    await put(db, job("second", key="k"))
    await finish(db, first)
    [second] = await take(db, now=due)  # "second" was there when "delayed" became due
    assert second.kind == "second"
    await put(db, job("third", key="k"))
    await finish(db, second)
    [delayed] = await take(db, now=due)
    assert delayed.kind == "delayed"
    await finish(db, delayed)
    assert await kinds(db, now=due) == ["third"]


async def test_b26_delayed_jobs_join_in_the_order_of_their_times(db: Database) -> None:
    await put(db, job("later", key="k", not_before=NOON + 2 * SECOND), job("sooner", key="k", not_before=NOON + SECOND))
    [sooner] = await take(db, now=NOON + 5 * SECOND)
    assert sooner.kind == "sooner"


async def test_b27_people_come_before_background_work_and_then_the_older_job(db: Database) -> None:
    await put(
        db,
        job("scan", priority=BULK),
        job("child", priority=DERIVED),
        job("event", priority=EVENT),
        job("next event", priority=EVENT),
        job("message", priority=INTERACTIVE),
    )
    each = [(await kinds(db, limit=1))[0] for _ in range(5)]
    assert each == ["message", "event", "next event", "child", "scan"]


async def test_b27_a_slot_is_kept_for_people(db: Database) -> None:
    await put(db, *(job("event", priority=EVENT) for _ in range(5)))
    assert len(await take(db, limit=3, interactive_only=1)) == 2
    assert await take(db, limit=1, interactive_only=1) == []
    await put(db, job("message", priority=INTERACTIVE))
    [message] = await take(db, limit=1, interactive_only=1)
    assert message.kind == "message"


async def test_b27_under_endless_higher_load_a_background_job_starts_within_a_minute(db: Database) -> None:
    await put(db, job("scan", priority=BULK))
    for second in range(60):
        now = NOON + second * SECOND
        await put(db, *(job("message", priority=INTERACTIVE, created_at=now) for _ in range(2)))
        [taken] = await take(db, now=now, limit=1)
        if taken.kind == "scan":
            break
        await finish(db, taken, now=now)
    assert taken.kind == "scan"
    assert second > 5, "people come first"


async def test_b27_a_heap_of_old_background_work_gets_no_more_than_its_share(db: Database) -> None:
    await put(db, *(job("scan", priority=BULK) for _ in range(30)))
    now = NOON + timedelta(minutes=5)
    await put(db, *(job("event", priority=EVENT, created_at=now) for _ in range(30)))
    taken = []
    for _ in range(10):
        taken += await take(db, now=now, limit=1)
    assert sorted(one.kind for one in taken) == ["event"] * 9 + ["scan"]


async def test_b27_a_heap_of_old_background_work_gets_no_more_when_each_is_done_at_once(db: Database) -> None:
    now = NOON + timedelta(minutes=5)
    await put(db, *(job("scan", priority=BULK) for _ in range(9)))
    await put(db, *(job("event", priority=EVENT, created_at=now) for _ in range(9)))
    each = []
    for quarter in range(9):
        at = now + quarter * SECOND / 4
        [taken] = await take(db, now=at, limit=1)
        await finish(db, taken, now=at)
        each.append(taken.kind)
    assert each == ["scan", "event", "event", "event"] * 2 + ["scan"], "one a second"


async def test_b28_a_job_waits_for_its_time(db: Database) -> None:
    [waiting] = await put(db, job(not_before=NOON + SECOND))
    assert waiting.state == "scheduled"
    assert await kinds(db, now=NOON + SECOND - timedelta(microseconds=1)) == []
    assert await kinds(db, now=NOON + SECOND) == ["work"]


async def test_b28_a_delayed_job_can_be_moved_by_its_dedupe_key_until_it_starts(db: Database) -> None:
    await put(db, job(dedupe_key="d", not_before=NOON + SECOND))
    for at in (timedelta(hours=1), timedelta(minutes=1)):
        async with db.write() as tx:
            assert await queue.move(tx, "d", not_before=NOON + at)
    assert await kinds(db, now=NOON + timedelta(seconds=59)) == []
    assert await kinds(db, now=NOON + timedelta(minutes=1)) == ["work"]
    async with db.write() as tx:
        assert not await queue.move(tx, "d", not_before=NOON)
        assert not await queue.move(tx, "unheard of", not_before=NOON)


async def test_b28_a_delayed_job_can_be_cancelled_by_its_dedupe_key(db: Database) -> None:
    await put(db, job(dedupe_key="d", not_before=NOON + SECOND))
    async with db.write() as tx:
        found = await queue.known(tx, "d")
        assert found is not None
        assert await queue.cancel(tx, found.id, by="ada", why="done by hand", now=NOON)
    assert await kinds(db, now=NOON + LEASE) == []


def head(version: int, **given: Any) -> Job:
    return job(f"head {version}", supersede_key="pr:7", supersede_version=version, **given)


async def test_b29_the_newest_version_takes_the_place_of_those_that_wait(db: Database) -> None:
    first, delayed, newest = await put(db, head(1), head(2, not_before=NOON + SECOND), head(3))
    for older, newer in ((first, delayed), (delayed, newest)):
        after = await stored(db, older.id)
        assert (after.state, after.superseded_by, after.finished_at) == ("superseded", newer.id, NOON)
    assert await stages(db, newest.id) == ["queued", "supersedes"]
    async with db.read() as tx:
        assert (await queue.history(tx, newest.id))[1].detail == f"job {delayed.id}"
    assert await kinds(db, now=NOON + LEASE) == ["head 3"]


async def test_b29_an_older_version_that_comes_late_is_superseded_on_arrival(db: Database) -> None:
    _, newest, late = await put(db, head(1), head(3), head(2))
    assert (late.state, late.superseded_by) == ("superseded", newest.id)
    assert (await stored(db, late.id)).state == "superseded"
    [taken] = await take(db)
    assert taken.kind == "head 3"
    await finish(db, taken)
    [too_late] = await put(db, head(2))
    assert too_late.state == "superseded"


async def test_b29_a_running_job_is_told_and_its_late_end_counts_as_superseded(db: Database) -> None:
    await put(db, head(1))
    [running] = await take(db)
    assert await told(db) == []
    [newest] = await put(db, head(2))
    assert await told(db) == [running.id]
    assert await renew(db, [running], now=NOON) == [running.id]
    await finish(db, running)
    after = await stored(db, running.id)
    assert (after.state, after.superseded_by) == ("superseded", newest.id)
    assert await stages(db, running.id) == ["queued", "reserved", "superseded", "superseded"]


async def end_by_retry(db: Database, taken: Job) -> None:
    await retry(db, taken, at=NOON)


async def end_by_crash(db: Database, taken: Job) -> None:
    assert await sweep(db, is_dead=dead) == []


@pytest.mark.parametrize("end", [end_by_retry, end_by_crash, give_back, bury, ignore])
async def test_b29_a_superseded_job_never_comes_back(db: Database, end: Any) -> None:
    await put(db, head(1))
    [running] = await take(db)
    await put(db, head(2))
    await end(db, running)
    assert await state(db, running.id) == "superseded"
    assert await kinds(db) == ["head 2"]


async def test_b29_others_are_not_touched(db: Database) -> None:
    await put(db, head(1), job("other", supersede_key="pr:8", supersede_version=1), job("plain"), head(2))
    assert await kinds(db) == ["other", "plain", "head 2"]


async def test_b30_a_waiting_job_is_cancelled_at_once_with_who_and_why(db: Database) -> None:
    await put(db, job("first", key="k"), job("second", key="k"))
    [first, *_] = await take(db, limit=1)
    await retry(db, first, at=NOON + LEASE)
    assert await cancel(db, first.id)
    after = await stored(db, first.id)
    assert (after.state, after.cancel_by, after.cancel_why) == ("cancelled", "ada", "not needed")
    assert await kinds(db) == ["second"]
    assert await cancel(db, first.id) is None
    assert await cancel(db, 999) is None


async def test_b30_a_running_job_is_told_in_every_process_and_ends_as_cancelled(db: Database) -> None:
    await put(db, job("stopped"), job("finished"), job("failed"), job("crashed"))
    running = await take(db)
    for one in running:
        after = await cancel(db, one.id)
        assert after is not None
        assert after.state == "running"
    assert await told(db) == [one.id for one in running]
    assert await told(db, worker="another") == []
    stopped, finished, failed, crashed = running
    await give_back(db, stopped)
    await finish(db, finished)
    await bury(db, failed)
    await sweep(db, is_dead=dead)
    ends = [await state(db, one.id) for one in (stopped, finished, failed, crashed)]
    assert ends == ["cancelled", "done", "cancelled", "cancelled"]


def test_b31_the_fuller_the_queue_the_more_give_way() -> None:
    each = [pressure(waiting, most=100) for waiting in (0, 80, 81, 99, 100, 399, 400)]
    assert each == [
        Pressure.NONE,
        Pressure.NONE,
        Pressure.PAUSE,
        Pressure.PAUSE,
        Pressure.FULL,
        Pressure.FULL,
        Pressure.SHUT,
    ]


async def test_b31_only_what_waits_for_a_worker_fills_the_queue(db: Database) -> None:
    await put(db, job("running", priority=INTERACTIVE), job(), job(), job("later", not_before=NOON + LEASE))
    await take(db, limit=1)
    async with db.read() as tx:
        assert await queue.depth(tx) == {EVENT: 2}


async def test_b32_a_worker_gives_a_kind_back_that_it_does_not_know(db: Database) -> None:
    bench, error = Bench(db, chance=0.0), "TryLater: no worker knows the kind of tomorrow"
    async with bench.working({}):
        number = await bench.put("of tomorrow")
        back = await bench.failed(number, error)
        assert (back.attempts, back.crashes, back.not_before) == (0, 0, NOON + timedelta(seconds=60))
        bench.pass_time(24 * 3600)
        dead = await bench.job(number, "dead")
    assert dead.error_text == f"waited in vain until its deadline: {error}"


async def test_b33_workers_are_woken_by_a_new_job_and_by_the_end_of_one(db: Database) -> None:
    signal = db.signal(queue.SIGNAL)
    await put(db, job("first", key="k"), job("second", key="k"))
    assert signal.is_set()
    [first] = await take(db)
    signal.clear()
    assert await take(db) == []
    assert not signal.is_set(), "a reservation wakes nobody"
    await finish(db, first)
    assert signal.is_set()
    [second] = await take(db)
    signal.clear()
    await finish(db, second)
    assert not signal.is_set(), "nobody waited for it"


async def test_b33_workers_of_another_process_are_woken_without_waiting_for_the_poll(db: Database) -> None:
    async with open_database(db.path or db.url) as other, asyncio.timeout(5):
        signal = other.signal(queue.SIGNAL)
        if db.path is None:  # who starts to listen looks first
            await signal.wait()
            signal.clear()
        await put(db, job())
        await signal.wait()


async def test_b34_each_step_of_a_job_is_on_record(db: Database) -> None:
    [one] = await put(db, job(not_before=NOON + SECOND, correlation_id="c1"))
    [taken] = await take(db, now=NOON + SECOND)
    await throttle(db, taken, at=NOON)
    [taken] = await take(db, worker="w2")
    await retry(db, taken, at=NOON)
    [taken] = await take(db)
    await bury(db, taken)
    await replay(db, one.id)
    [taken] = await take(db)
    await ignore(db, taken)
    assert await stages(db, one.id) == [
        "scheduled",
        "reserved",
        "throttled",
        "reserved",
        "retried",
        "reserved",
        "dead",
        "replayed",
        "reserved",
        "ignored",
    ]
    async with db.read() as tx:
        events = await queue.history(tx, one.id)
    assert {event.correlation_id for event in events} == {"c1"}
    retried = events[4]
    assert (retried.worker_id, retried.attempt, retried.fence, retried.detail) == ("w2", 1, 2, "later")


async def test_b34_dead_letters_are_grouped_by_cause(db: Database) -> None:
    await put(db, job("comment"), job("comment"), job("review"), job("fine"))
    first, second, review, _ = await take(db)
    await bury(db, first, error="403 on issue 1")
    await bury(db, second, review, now=NOON + SECOND, error="403 on issue 2")
    async with db.read() as tx:
        comment, other = await queue.causes(tx)
    assert (comment.kind, comment.error_class, comment.count, comment.error) == ("comment", "bug", 2, "403 on issue 2")
    assert (comment.first, comment.last) == (NOON, NOON + SECOND)
    assert (other.kind, other.count) == ("review", 1)
    assert [queue.gist(f"CallFailed: {code}") for code in ("http_500", "http_503: no7")] == [
        "CallFailed: http_500",
        "CallFailed: http_503: #",
    ]


async def test_b34_jobs_are_listed_by_what_is_known_of_them(db: Database) -> None:
    await put(db, job("old", created_at=NOON - LEASE), job("keyed", key="k"), job("failed"))
    failed = (await take(db))[-1]
    await bury(db, failed, error="Permanent: 100% no such_channel")

    async def found(**given: Any) -> list[str]:
        async with db.read() as tx:
            return [one.kind for one in await queue.listing(tx, queue.Chosen(**given))]

    async with db.read() as tx:
        assert [one.kind for one in await queue.listing(tx, limit=1)] == ["failed"]
        assert [one.kind for one in await queue.listing(tx, state="dead")] == ["failed"]
    assert await found() == ["failed", "keyed", "old"]
    assert await found(kind="old") == ["old"]
    assert await found(key="k") == ["keyed"]
    assert await found(since=NOON) == ["failed", "keyed"]
    assert await found(error="100% NO such_") == ["failed"]
    assert await found(error="such%channel") == []


async def test_b35_a_dead_letter_runs_again_with_fresh_attempts_and_its_history(db: Database) -> None:
    await put(db, job())
    for _ in range(3):
        [taken] = await take(db)
        await retry(db, taken, at=NOON)
    [taken] = await take(db)
    await bury(db, taken)
    assert await kinds(db) == []
    await replay(db, taken.id)
    [again] = await take(db)
    assert (again.attempts, again.replays, again.error_text) == (1, 1, "ValueError: no")
    assert again.fence > taken.fence
    await finish(db, again)
    assert (await stored(db, taken.id)).error_text is None


async def test_b35_replayed_jobs_of_a_key_run_in_the_order_in_which_they_were_put(db: Database) -> None:
    await put(db, *(job(kind, key="k") for kind in ("first", "second", "third")))
    for _ in range(2):
        [taken] = await take(db)
        await bury(db, taken)
    [third] = await take(db)
    await replay(db, taken.id)
    await replay(db, taken.id - 1)
    assert await kinds(db) == [], "the key is busy"
    await retry(db, third, at=NOON)
    ran = []
    for _ in range(3):
        [taken] = await take(db)
        ran.append(taken.kind)
        await finish(db, taken)
    assert ran == ["first", "second", "third"]


async def test_b35_two_replays_at_once_make_one_run(db: Database) -> None:
    await put(db, job())
    [taken] = await take(db)
    await bury(db, taken)
    await replay(db, taken.id)
    with pytest.raises(RefusedReplayError, match="is ready; only dead jobs"):
        await replay(db, taken.id)
    assert await kinds(db) == ["work"]
    with pytest.raises(RefusedReplayError, match="does not exist"):
        await replay(db, 999)


async def test_b35_a_job_whose_place_was_taken_is_replayed_only_by_force(db: Database) -> None:
    await put(db, head(1))
    [taken] = await take(db)
    await bury(db, taken)
    [newer] = await put(db, head(2))
    with pytest.raises(RefusedReplayError, match=f"was superseded by job {newer.id}"):
        await replay(db, taken.id)
    await replay(db, taken.id, force=True)
    assert await kinds(db) == ["head 1", "head 2"]


async def test_b36_only_dead_letters_are_discarded_and_they_stay_in_the_table(db: Database) -> None:
    await put(db, job())
    [taken] = await take(db)
    async with db.write() as tx:
        assert not await queue.discard(tx, taken.id, now=NOON)
        await queue.bury(tx, taken, now=NOON, error_class="bug", error="no")
        assert await queue.discard(tx, taken.id, now=NOON + SECOND, why="made by hand")
        assert await queue.counts(tx) == {"discarded": 1}
    assert await prune(db, before=NOON + SECOND) == 0
    assert await prune(db, before=NOON + 2 * SECOND) == 1


async def test_b36_pruning_keeps_dead_letters_and_what_is_not_done(db: Database) -> None:
    await put(db, job("buried"), job("waiting"), job("done"))
    buried, waiting, done = await take(db)
    await bury(db, buried)
    await give_back(db, waiting)
    await finish(db, done)
    assert await prune(db, before=NOON + LEASE) == 1
    async with db.read() as tx:
        assert await queue.counts(tx) == {"dead": 1, "ready": 1}


async def test_b36_the_record_of_steps_is_pruned(db: Database) -> None:
    [one] = await put(db, job())
    for _ in range(3):
        [taken] = await take(db)
        await give_back(db, taken)
    assert await prune(db, "steps of jobs", before=NOON + SECOND) == 7
    assert await stages(db, one.id) == []
