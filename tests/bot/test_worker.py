"""Jobs are retried when that may help, put off when asked, buried when nothing can, and handed back at the end."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import text

from bot.errors import Ignored, Permanent, TryLater, UserError
from bot.worker import Kind, Run, backoff
from bot.worker.attempt import Attempt
from bot.worker.delays import patience
from bot.worker.ending import Ending
from storage import queue, settings_kv
from storage.database import Database, Tx
from storage.queue import Job
from storage.queue.lease import MOST_CRASHES
from tests.bot.workbench import ME, NOON, Bench, Endless, Flaky
from tests.colleagues import clock_in
from tests.waiting import until


def test_the_pause_doubles_and_is_drawn_between_half_and_all_of_it() -> None:
    assert [backoff(attempt, 1.0) for attempt in range(1, 12)] == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    assert [backoff(attempt, 0.0) for attempt in (1, 2, 10)] == [1, 2, 300]


def test_patience_is_never_shorter_than_asked_and_ends_after_an_hour() -> None:
    assert [patience(30, chance) for chance in (0.0, 0.5, 1.0)] == [30, 31.5, 33]
    assert (patience(None, 0.0), patience(86_400, 1.0)) == (60, 3600)


async def test_a_failed_job_runs_again_after_its_pause(bench: Bench) -> None:
    flaky = Flaky([ConnectionError("no"), ConnectionError("not yet")])
    async with bench.working({"work": flaky}):
        number = await bench.put()
        assert (await bench.failed(number, "ConnectionError: no")).not_before == NOON + timedelta(seconds=2)
        bench.pass_time(2)
        assert (await bench.failed(number, "ConnectionError: not yet")).not_before == NOON + timedelta(seconds=6)
        bench.pass_time(4)
        assert (await bench.job(number, "done")).attempts == 3
    assert (flaky.runs, bench.told) == (3, [])


async def test_the_last_failure_buries_the_job_and_whoever_waits_is_told(bench: Bench) -> None:
    async with bench.working({"work": Flaky([ConnectionError("1"), ConnectionError("2")])}, max_attempts=2):
        number = await bench.put()
        await bench.failed(number, "ConnectionError: 1")
        bench.pass_time(2)
        dead = await bench.job(number, "dead")
    assert (dead.error_class, dead.error_text, bench.told) == ("transient", "ConnectionError: 2", ["work"])


async def test_a_kind_has_its_own_number_of_attempts(bench: Bench) -> None:
    once = Kind(Flaky([ConnectionError("1")]), attempts=1)
    async with bench.working({"work": once}):
        assert (await bench.job(await bench.put(), "dead")).attempts == 1


async def test_a_bug_is_tried_three_times(bench: Bench) -> None:
    async with bench.working({"work": Flaky([KeyError("k")] * 3)}):
        number = await bench.put()
        for attempt in (1, 2):
            await until(lambda attempt=attempt: has_failed(bench, number, attempt))
            bench.pass_time(10)
        dead = await bench.job(number, "dead")
    assert (dead.attempts, dead.error_class, bench.told) == (3, "bug", ["work"])


async def has_failed(bench: Bench, job_id: int, attempts: int) -> bool:
    async with bench.db.read() as tx:
        job = await queue.get(tx, job_id)
    return job is not None and (job.state, job.attempts) == ("ready", attempts)


@pytest.mark.parametrize("error", [Permanent("delivery 7 holds no message"), UserError("Which ticket?")])
async def test_what_cannot_succeed_is_buried_at_once(bench: Bench, error: Exception) -> None:
    async with bench.working({"work": Flaky([error])}):
        dead = await bench.job(await bench.put(), "dead")
    assert (dead.attempts, dead.error_class, bench.told) == (1, "permanent", ["work"])


async def test_what_holds_nothing_for_us_is_done_with_the_reason(bench: Bench) -> None:
    async with bench.working({"work": Flaky([Ignored("no issue.number")])}):
        number = await bench.put()
        done = await bench.job(number, "done")
    assert (done.error_text, bench.told) == ("no issue.number", [])
    assert (await bench.stages(number))[-1] == "ignored"


async def test_patience_is_as_long_as_asked_and_counts_no_attempt(bench: Bench) -> None:
    bench.chance = 0.0
    async with bench.working({"work": Flaky([TryLater("Slack: ratelimited", after=2)] * 50)}, max_attempts=1):
        numbers = [await bench.put(key=f"k{place}") for place in range(50)]
        for number in numbers:
            waits = await bench.failed(number, "TryLater: Slack: ratelimited")
            assert (waits.not_before, waits.attempts, waits.error_class) == (
                NOON + timedelta(seconds=2),
                0,
                "throttled",
            )
        bench.pass_time(2)
        assert {(await bench.job(number, "done")).attempts for number in numbers} == {1}
    assert bench.told == []


async def test_patience_ends_with_the_deadline_of_the_kind(bench: Bench) -> None:
    kind = Kind(Flaky([TryLater("not now", after=3600)] * 3), patience=timedelta(hours=1))
    async with bench.working({"work": kind}):
        number = await bench.put()
        await bench.failed(number, "TryLater: not now")
        bench.pass_time(3600)
        dead = await bench.job(number, "dead")
    assert dead.error_text == "waited in vain until its deadline: TryLater: not now"
    assert bench.told == ["work"]


async def test_the_secrets_of_an_error_are_not_kept(bench: Bench) -> None:
    async with bench.working({"work": Flaky([Permanent("token ghp_" + "a1B2" * 9)])}):
        dead = await bench.job(await bench.put(), "dead")
    assert dead.error_text == "Permanent: token [redacted:github-token]"


async def test_a_kind_of_another_version_is_tried_for_a_day_and_stops_nobody(bench: Bench) -> None:
    error = "TryLater: no worker knows the kind unheard of"
    bench.chance = 0.0
    async with bench.working({"work": Flaky([])}, max_attempts=1):
        unknown, known = await bench.put("unheard of"), await bench.put()
        await bench.job(known, "done")
        waits = await bench.failed(unknown, error)
        assert (waits.not_before, waits.attempts) == (NOON + timedelta(seconds=60), 0)
        bench.pass_time(24 * 3600)
        assert (await bench.job(unknown, "dead")).error_text == f"waited in vain until its deadline: {error}"
    assert bench.told == ["unheard of"]


async def test_only_so_many_jobs_run_at_a_time(bench: Bench) -> None:
    body = Endless()
    async with bench.working({"work": body}, worker_concurrency=3):
        numbers = [await bench.put(priority=queue.INTERACTIVE) for _ in range(4)]
        await bench.job(numbers[2], "running")
        assert (await bench.job(numbers[3], "ready")).attempts == 0
        body.let_go.set()
        for number in numbers:
            await bench.job(number, "done")


async def test_one_slot_stays_free_for_a_person_who_waits(bench: Bench) -> None:
    body = Endless()
    async with bench.working({"work": body, "asked": Flaky([])}, worker_concurrency=2):
        first, second = [await bench.put(priority=queue.EVENT) for _ in range(2)]
        await bench.job(first, "running")
        await bench.job(await bench.put("asked", priority=queue.INTERACTIVE), "done")
        assert (await bench.job(second, "ready")).fence == 0
        body.let_go.set()
        await bench.job(second, "done")


async def test_a_single_slot_takes_everything(bench: Bench) -> None:
    async with bench.working({"work": Flaky([])}, worker_concurrency=1):
        await bench.job(await bench.put(priority=queue.BULK), "done")


async def test_a_body_that_cancels_itself_has_failed(bench: Bench) -> None:
    async def odd(run: Run) -> None:
        raise asyncio.CancelledError

    async with bench.working({"work": odd}):
        await bench.failed(await bench.put(), "RuntimeError: it cancelled itself")


async def test_the_work_of_a_lost_lease_is_rolled_back(bench: Bench) -> None:
    """The process was stopped for longer than its lease; somebody else has the job when it wakes up."""

    async def stopped(run: Run) -> None:
        await take_away(bench, run.job.id)
        async with run.finishing() as tx:
            await settings_kv.put(tx, "", "done by", "the stopped one", workspace_id="T1")

    async with bench.working({"work": stopped}):
        number = await bench.put()
        taken = await until(lambda: taken_by(bench.db, number, "another"))
        assert taken.fence == 2
    async with bench.db.read() as tx:
        assert await settings_kv.get(tx, "", "done by") is None
    assert (await bench.job(number, "running")).worker_id == "another"


async def take_away(bench: Bench, job_id: int) -> None:
    await clock_in(bench.db, "another", now=bench.now)
    async with bench.db.write() as tx:
        await queue.sweep(tx, now=NOON, is_dead=lambda _: True)
        lease = timedelta(days=365 * 100)
        [taken] = await queue.reserve(tx, worker="another", now=NOON, lease=lease, limit=1)
        assert taken.id == job_id


async def taken_by(db: Database, job_id: int, worker: str) -> Job | None:
    async with db.read() as tx:
        job = await queue.get(tx, job_id)
    return job if job and job.worker_id == worker else None


async def test_a_job_whose_lease_was_lost_is_cancelled(bench: Bench) -> None:
    body = Endless()
    async with bench.working({"work": body}, lease_s=0.5):
        number = await bench.put()
        await body.started.wait()
        await take_away(bench, number)
        async with asyncio.timeout(20):
            await body.cancelled.wait()
    assert (await bench.job(number, "running")).worker_id == "another"


async def test_a_stopped_worker_lets_jobs_finish(bench: Bench) -> None:
    body = Endless()
    async with bench.working({"work": body}) as worker:
        first = await bench.put()
        await body.started.wait()
        worker.stop()
        second = await bench.put()
        body.let_go.set()
        await bench.job(first, "done")
    assert (await bench.job(second, "ready")).fence == 0


async def test_what_does_not_finish_in_time_is_handed_back_at_once(bench: Bench) -> None:
    body = Endless()
    async with bench.working({"work": body}, drain_s=0):
        number = await bench.put()
        await body.started.wait()
    back = await bench.job(number, "ready")
    assert (back.attempts, back.crashes, back.worker_id, body.cancelled.is_set()) == (0, 0, None, True)


async def test_what_a_dead_process_left_runs_when_the_next_one_starts(bench: Bench) -> None:
    number = await bench.put()
    await reserve_as(bench.db, "a process that is no more")
    async with bench.working({"work": Flaky([])}):
        done = await bench.job(number, "done")
    assert (done.attempts, done.crashes, bench.told) == (1, 1, [])


async def test_what_a_living_process_has_is_left_alone(bench: Bench) -> None:
    number = await bench.put()
    await reserve_as(bench.db, "another")
    await clock_in(bench.db, "another", now=NOON)
    async with bench.working({"work": Flaky([])}):
        await bench.job(await bench.put(), "done")
    assert (await bench.job(number, "running")).worker_id == "another"


async def test_whoever_waits_for_a_job_that_ended_too_many_processes_is_told(bench: Bench) -> None:
    number = await bench.put(crashes=MOST_CRASHES - 1)
    await reserve_as(bench.db, "a process that is no more")
    async with bench.working({"work": Flaky([])}):
        dead = await bench.job(number, "dead")
    assert (dead.error_text, dead.crashes, bench.told) == ("killed its worker", MOST_CRASHES, ["work"])


async def reserve_as(db: Database, worker: str) -> None:
    async with db.write() as tx:
        await queue.reserve(tx, worker=worker, now=NOON, lease=timedelta(hours=1), limit=1)


async def test_two_workers_on_one_database_share_the_jobs(bench: Bench) -> None:
    ran: list[int] = []

    async def note(run: Run) -> None:
        ran.append(run.job.id)

    other = replace(bench, identity="other")
    async with bench.working({"work": note}), other.working({"work": note}):
        numbers = [await bench.put(key=f"k{place % 5}") for place in range(40)]
        for number in numbers:
            await bench.job(number, "done")
    assert sorted(ran) == numbers


async def test_a_disk_that_takes_no_more_does_not_keep_it_from_ending(file: Database) -> None:
    bench, body = Bench(file), Endless()
    async with bench.working({"work": body}, drain_s=0):
        number = await bench.put()
        await body.started.wait()
        async with bench.db.write() as tx:
            await tx.exec(text("PRAGMA query_only = ON"))
    assert (await bench.job(number, "running")).worker_id == ME


async def test_an_end_that_no_database_records_ends_nothing_else() -> None:
    """The lease runs out then, and the job comes back."""
    away = Database("postgresql://nobody@127.0.0.1:1/none")
    ending = Ending(away, attempts=8, on_dead=nobody_waits, clock=lambda: NOON, chance=lambda: 1.0)
    job = Job(id=1, workspace_id="T1", kind="work", created_at=NOON, ready_at=NOON, attempts=1)
    attempt = Attempt(job, Kind(nothing), started=0.0)
    await ending.failed(attempt, ConnectionError("away"))
    await ending.failed(attempt, Permanent("never"))
    await ending.stopped(attempt, "drained")
    await ending.ignored(attempt, "nothing in it")
    await away.close()


async def nobody_waits(_: Tx, __: Job) -> None:
    """The job answers to nobody."""


async def nothing(_: Run) -> None:
    """There is nothing to do."""
