"""A running job is stopped for real: at its time limit, when somebody cancels it, or with its process."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlmodel import col, update

from bot.worker import Kind, Run
from bot.worker.attempt import Attempt
from bot.worker.ending import Ending
from bot.worker.upkeep import Upkeep
from storage import queue
from storage.queue import Job
from tests.bot.workbench import ME, NOON, Bench, Endless, Flaky
from tests.colleagues import clock_in
from tests.waiting import until

OVER = "TimeoutError: ran over its time limit of 0.1 s"


async def test_the_time_limit_cancels_the_body_and_counts_as_a_failure(bench: Bench) -> None:
    body = Endless()
    async with bench.working({"work": Kind(body, time_limit=0.1)}):
        failed = await bench.failed(await bench.put(), OVER)
    assert (body.cancelled.is_set(), failed.attempts, failed.error_class) == (True, 1, "transient")
    assert failed.not_before == NOON + timedelta(seconds=2)


async def test_a_time_out_inside_the_body_is_told_from_its_limit(bench: Bench) -> None:
    async with bench.working({"work": Kind(Flaky([TimeoutError("no answer")]), time_limit=60)}):
        await bench.failed(await bench.put(), "TimeoutError: no answer")


async def test_a_lease_is_renewed_while_the_body_may_run(bench: Bench) -> None:
    body = Endless()
    async with bench.working({"work": body}, lease_s=0.5):
        number = await bench.put()
        await body.started.wait()
        bench.now += timedelta(seconds=0.4)
        await until(lambda: leased_until(bench, number, NOON + timedelta(seconds=0.9)))
        body.let_go.set()
        await bench.job(number, "done")


async def leased_until(bench: Bench, job_id: int, moment: object) -> bool:
    async with bench.db.read() as tx:
        job = await queue.get(tx, job_id)
    return job is not None and job.lease_until == moment


async def test_a_lease_is_not_renewed_beyond_the_time_limit(bench: Bench) -> None:
    await clock_in(bench.db, ME, now=NOON)
    number, lease = await bench.put(), timedelta(seconds=60)
    async with bench.db.write() as tx:
        [job] = await queue.reserve(tx, worker=ME, now=NOON, lease=lease, limit=1)
    running = [Attempt(job, Kind(Endless(), time_limit=30), started=asyncio.get_running_loop().time())]
    ending = Ending(bench.db, attempts=8, on_dead=bench.on_dead, clock=lambda: NOON, chance=lambda: 1.0)
    upkeep = Upkeep(bench.db, running, ending, ME, lease, clock=lambda: NOON, exit=bench.exits.append, deaf_after=10)
    keeping = asyncio.create_task(upkeep.run())
    await until(lambda: leased_within(bench, number, timedelta(seconds=30)))
    keeping.cancel()
    await asyncio.wait({keeping})


async def leased_within(bench: Bench, job_id: int, span: timedelta) -> bool:
    async with bench.db.read() as tx:
        job = await queue.get(tx, job_id)
    return job is not None and job.lease_until is not None and job.lease_until <= NOON + span


async def test_a_body_that_does_not_listen_ends_its_process(bench: Bench) -> None:
    """The others' jobs go back uncounted; its own failed, and its lease is renewed no more."""
    bench.deaf_after = 0.2
    deaf, polite = Endless(is_deaf=True), Endless()
    kinds = {"deaf": Kind(deaf, time_limit=0.1), "polite": Kind(polite)}
    async with bench.working(kinds, lease_s=0.5, drain_s=0.1) as worker:
        try:
            wedged, neighbour = await bench.put("deaf"), await bench.put("polite")
            await bench.failed(wedged, f"{OVER} and ignored its cancellation")
            back = await bench.job(neighbour, "ready")
            await until(lambda: exited(bench))
        finally:
            worker.stop()
            deaf.let_go.set()
    assert (back.attempts, back.crashes, set(bench.exits)) == (0, 0, {70})


async def test_a_body_that_had_no_time_to_listen_is_not_deaf(bench: Bench) -> None:
    """The process was held up in the midst of a renewal, and finds its lease lost long ago."""
    bench.deaf_after = 0.2
    body, loop = Endless(), asyncio.get_running_loop()
    async with bench.working({"work": body}, lease_s=0.5):
        number = await bench.put()
        await body.started.wait()
        held_up_until = loop.time() + 1

        async def is_later() -> bool:
            return loop.time() > held_up_until

        async with bench.db.write() as tx:
            await tx.exec(update(Job).where(col(Job.id) == number).values(fence=Job.fence + 1))
            await until(is_later)
        await body.cancelled.wait()
    assert bench.exits == []


async def exited(bench: Bench) -> bool:
    return bool(bench.exits)


async def cancel(bench: Bench, job_id: int) -> None:
    async with bench.db.write() as tx:
        assert await queue.cancel(tx, job_id, by="alice", why="not needed", now=bench.now)


async def test_a_running_job_is_cancelled_from_elsewhere(bench: Bench) -> None:
    body = Endless()
    async with bench.working({"work": body}):
        number = await bench.put()
        await body.started.wait()
        await cancel(replace(bench), number)
        async with asyncio.timeout(2):
            await body.cancelled.wait()
        gone = await bench.job(number, "cancelled")
    assert (gone.cancel_by, gone.cancel_why, bench.told) == ("alice", "not needed", [])


async def test_what_was_done_before_it_heard_of_the_cancellation_is_done(bench: Bench) -> None:
    body = Endless()
    async with bench.working({"work": body}, lease_s=60):
        number = await bench.put()
        await body.started.wait()
        body.let_go.set()
        await cancel(bench, number)
        await until(lambda: ended(bench, number))
    assert (await bench.stages(number))[-1] in {"done", "cancelled"}


async def ended(bench: Bench, job_id: int) -> bool:
    async with bench.db.read() as tx:
        job = await queue.get(tx, job_id)
    return job is not None and job.finished_at is not None


async def test_a_superseded_body_finds_out_before_its_effect(bench: Bench) -> None:
    """The head moved while it was reviewed: only the newest review is said."""
    said: list[int | None] = []
    reading, pushed = asyncio.Event(), asyncio.Event()

    async def review(run: Run) -> None:
        reading.set()
        await pushed.wait()
        if not await run.is_superseded():
            said.append(run.job.supersede_version)

    async with bench.working({"review": review}):
        first = await bench.put("review", key="pr", supersede_key="pr:7", supersede_version=1)
        await reading.wait()
        third = await bench.put("review", key="pr", supersede_key="pr:7", supersede_version=3)
        second = await bench.put("review", key="pr", supersede_key="pr:7", supersede_version=2)
        pushed.set()
        await bench.job(third, "done")
        ends: list[Job] = [await bench.job(number, "superseded") for number in (first, second)]
    assert said == [3]
    assert [job.superseded_by for job in ends] == [third, third]
