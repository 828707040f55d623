"""Whatever happens in whatever order, the queue does what a small model of it does."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlmodel import delete

from storage import queue
from storage.database import Database
from storage.queue import Job, JobEvent, LostLeaseError, RefusedReplayError
from storage.queue.lease import CRASH_PAUSES, MOST_CRASHES, STARVING, SUSPECT
from tests.storage.queue.steps import LEASE, NOON, job

T = TypeVar("T")
KEYS = st.sampled_from([None, "a", "b"])
PAUSES = st.integers(min_value=0, max_value=90).map(lambda seconds: timedelta(seconds=seconds))
RUNS = settings(
    max_examples=15,
    stateful_step_count=30,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Expected:
    """A job as it should be."""

    key: str | None
    priority: int
    seq: int
    not_before: datetime
    ready_at: datetime
    state: str
    attempts: int = 0
    crashes: int = 0
    replays: int = 0
    fence: int = 0
    worker: str = ""
    lease_until: datetime = NOON

    @property
    def seen(self) -> tuple[object, ...]:
        return self.state, self.attempts, self.crashes, self.replays, self.fence, self.seq


@dataclass
class Model:
    """The queue as a dictionary."""

    jobs: dict[int, Expected] = field(default_factory=dict)
    now: datetime = NOON
    seq: int = 0

    def next_seq(self) -> int:
        self.seq = max([self.seq, *(one.seq for one in self.jobs.values())]) + 1
        return self.seq

    def join_when_due(self) -> None:
        due = [one for one in self.jobs.values() if one.state == "scheduled" and one.not_before <= self.now]
        for one in sorted(due, key=lambda one: (one.not_before, one.seq)):
            one.state, one.seq, one.ready_at = "ready", self.next_seq(), self.now

    def can_run(self) -> list[int]:
        """In the order of class and age."""
        free = [number for number, one in self.jobs.items() if self._is_free(one) and self._may_run(one)]
        return sorted(free, key=lambda number: (self.jobs[number].priority, self.jobs[number].seq))

    def _is_free(self, one: Expected) -> bool:
        if one.state != "ready" or one.not_before > self.now:
            return False
        same = [other for other in self.jobs.values() if one.key is not None and other.key == one.key]
        return not any(other.state == "running" or (other.state == "ready" and other.seq < one.seq) for other in same)

    def _may_run(self, one: Expected) -> bool:
        running = [other for other in self.jobs.values() if other.state == "running"]
        return one.crashes < SUSPECT or all(other.crashes < SUSPECT for other in running)

    def first(self, limit: int) -> list[int]:
        """What is taken while nothing starves: of those that may be guilty of crashes, one."""
        chosen = self.can_run()[:limit]
        suspects = [number for number in chosen if self.jobs[number].crashes >= SUSPECT]
        return [number for number in chosen if number not in suspects[1:]]

    def may_starve(self) -> bool:
        return any(self.jobs[number].ready_at <= self.now - STARVING for number in self.can_run())

    def crash(self, one: Expected) -> None:
        one.crashes += 1
        if one.crashes == MOST_CRASHES:
            one.state = "dead"
        else:
            one.state, one.attempts = "ready", one.attempts - 1
            one.not_before = self.now + timedelta(seconds=CRASH_PAUSES[one.crashes - 1])


class Machine(RuleBasedStateMachine):
    """Each rule does one thing to the queue and to the model, and compares what both say."""

    def __init__(self, db: Database, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.db, self.loop = db, loop
        self.model = Model()
        self.held: list[Job] = []  # every reservation that was made, most of them stale
        self.do(self._empty())

    def do(self, step: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(step, self.loop).result(timeout=30)

    async def _empty(self) -> None:
        async with self.db.write() as tx:
            await tx.exec(delete(JobEvent))
            await tx.exec(delete(Job))

    async def _write(self, step: Any, *args: Any, **given: Any) -> Any:
        async with self.db.write() as tx:
            return await step(tx, *args, **given)

    @rule(key=KEYS, priority=st.integers(min_value=0, max_value=3), delay=PAUSES | st.just(timedelta()))
    def put(self, key: str | None, priority: int, delay: timedelta) -> None:
        now = self.model.now
        new = self.do(self._write(queue.put, job(key=key, priority=priority, created_at=now, not_before=now + delay)))
        state = "scheduled" if delay else "ready"
        self.model.jobs[new.id] = Expected(key, priority, self.model.next_seq(), now + delay, now, state)

    @rule(worker=st.sampled_from(["w1", "w2"]), limit=st.integers(min_value=1, max_value=4))
    def reserve(self, worker: str, limit: int) -> None:
        self.model.join_when_due()
        could, first, may_starve = self.model.can_run(), self.model.first(limit), self.model.may_starve()
        taken = self.do(self._write(queue.reserve, worker=worker, now=self.model.now, lease=LEASE, limit=limit))
        numbers = [one.id for one in taken]
        assert set(numbers) <= set(could)
        assert bool(numbers) == bool(could)
        assert len(numbers) <= limit
        assert numbers == first or may_starve
        for number in numbers:
            one = self.model.jobs[number]
            one.state, one.worker, one.lease_until = "running", worker, self.model.now + LEASE
            one.attempts, one.fence = one.attempts + 1, one.fence + 1
        self.held += taken

    def _ours(self, taken: Job) -> Expected | None:
        one = self.model.jobs[taken.id]
        return one if one.state == "running" and one.fence == taken.fence else None

    def _end(self, data: st.DataObject, step: Any, **given: Any) -> Expected | None:
        """End any reservation; only one that still holds may change something."""
        taken = data.draw(st.sampled_from(self.held))
        ours = self._ours(taken)
        try:
            self.do(self._write(step, taken, now=self.model.now, **given))
        except LostLeaseError:
            assert ours is None
        else:
            assert ours is not None
        return ours

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        if one := self._end(data, queue.finish):
            one.state = "done"

    @precondition(lambda self: self.held)
    @rule(data=st.data(), pause=PAUSES)
    def fail(self, data: st.DataObject, pause: timedelta) -> None:
        at = self.model.now + pause
        if one := self._end(data, queue.retry, at=at, error_class="transient", error="no"):
            one.state, one.not_before = "ready", at

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def bury(self, data: st.DataObject) -> None:
        if one := self._end(data, queue.bury, error_class="bug", error="no"):
            one.state = "dead"

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        if one := self._end(data, queue.give_back):
            one.state, one.attempts, one.not_before = "ready", one.attempts - 1, self.model.now

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        some = data.draw(st.lists(st.sampled_from(self.held), max_size=3, unique_by=id))
        kept = self.do(self._write(queue.renew, some, now=self.model.now, lease=LEASE))
        ours = {taken.id: one for taken in some if (one := self._ours(taken))}
        assert {one.id for one in kept} == set(ours)
        for one in ours.values():
            one.lease_until = self.model.now + LEASE

    @rule(worker=st.sampled_from(["w1", "w2"]))
    def kill(self, worker: str) -> None:
        self._sweep(killed=worker)

    @rule(pause=PAUSES)
    def time_passes(self, pause: timedelta) -> None:
        self.model.now += pause
        self._sweep()

    def _sweep(self, killed: str = "nobody") -> None:
        now = self.model.now
        buried = self.do(self._write(queue.sweep, now=now, is_dead=lambda worker: worker == killed))
        lost = {
            number: one
            for number, one in self.model.jobs.items()
            if one.state == "running" and (one.lease_until <= now or one.worker == killed)
        }
        for one in lost.values():
            self.model.crash(one)
        assert {one.id for one in buried} == {number for number, one in lost.items() if one.state == "dead"}

    @precondition(lambda self: self.model.jobs)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.model.jobs)))
        one = self.model.jobs[number]
        try:
            self.do(self._write(queue.replay, number, now=self.model.now))
        except RefusedReplayError:
            assert one.state != "dead"
        else:
            assert one.state == "dead"
            one.state, one.attempts, one.crashes, one.replays = "ready", 0, 0, one.replays + 1
            one.not_before = one.ready_at = self.model.now

    @precondition(lambda self: self.model.jobs)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        waiting = [number for number, one in self.model.jobs.items() if one.state in ("scheduled", "ready")]
        number = data.draw(st.sampled_from(waiting)) if waiting else 0
        found = self.do(self._write(queue.cancel, number, by="ada", why="", now=self.model.now))
        assert (found is not None) == bool(waiting)
        if waiting:
            self.model.jobs[number].state = "cancelled"

    @invariant()
    def is_as_expected(self) -> None:
        rows = self.do(self._write(queue.listing, limit=1000))
        seen = {row.id: (row.state, row.attempts, row.crashes, row.replays, row.fence, row.seq) for row in rows}
        assert seen == {number: one.seen for number, one in self.model.jobs.items()}


async def test_b19_to_b35_the_queue_and_its_model_agree(db: Database) -> None:
    loop = asyncio.get_running_loop()
    await asyncio.to_thread(run_state_machine_as_test, lambda: Machine(db, loop), settings=RUNS)
