"""What is due at a time of day is asked for once: by one of several processes, and also after a time away."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.elected import ROLE_SECONDS, Role
from bot.scheduler import SCHEDULES, Clock, Schedule
from storage import queue
from storage.database import Database
from storage.queue import Job
from tests.colleagues import clock_in

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
DAILY = Schedule(job="prune", hour=3, minute=17)
HOURLY = Schedule(job="look back", minute=27, limit=timedelta(minutes=30))
SUNDAYS = Schedule(job="sum up", weekday="sun", hour=8, minute=0, limit=timedelta(days=6))


class Town:
    """Processes with one database and one time."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.now = NOON

    async def clock(self, holder: str, *schedules: Schedule) -> Clock:
        await clock_in(self.db, holder, now=self.now)
        role = Role(self.db, "clock", holder=holder, seconds=ROLE_SECONDS, clock=lambda: self.now)
        return Clock(self.db, role, schedules=schedules or (DAILY,))

    async def look(self, clock: Clock, *, at: datetime | None = None) -> int:
        """One second in the life of a process that holds the role, or tries to."""
        self.now = at or self.now
        await clock_in(self.db, clock.role.holder, now=self.now)
        await clock.role.hold()
        return await clock.look()

    async def jobs(self) -> list[str | None]:
        async with self.db.read() as tx:
            return list(await tx.exec(select(Job.dedupe_key).order_by(col(Job.id))))


@pytest.fixture
def town(db: Database) -> Town:
    return Town(db)


async def test_a_schedule_is_asked_for_once_when_it_is_due(town: Town) -> None:
    clock = await town.clock("one")
    early = datetime(2026, 3, 3, 3, 16, 59, tzinfo=UTC)
    seconds = (early + timedelta(seconds=number) for number in range(4))
    assert [await town.look(clock, at=second) for second in seconds] == [0, 1, 0, 0]
    assert await town.jobs() == ["schedule:prune:2026-03-03T03:17Z"]


async def test_the_first_process_of_all_has_missed_nothing(town: Town) -> None:
    assert await town.look(await town.clock("one", *SCHEDULES)) == 0


async def test_who_slept_longer_than_the_role_lasts_asks_for_it_at_the_next_look(town: Town) -> None:
    clock = await town.clock("one")
    assert await town.look(clock) == 0
    town.now = datetime(2026, 3, 3, 3, 18, tzinfo=UTC)
    await clock_in(town.db, "one", now=town.now)
    assert await clock.look() == 1


async def test_after_a_time_away_each_schedule_is_asked_for_once_for_the_newest_time(town: Town) -> None:
    both = (DAILY, SUNDAYS)
    assert await town.look(await town.clock("one", *both)) == 0
    back = NOON + timedelta(days=10)  # a Thursday: four days after the Sunday
    assert await town.look(await town.clock("two", *both), at=back) == 2
    assert await town.jobs() == ["schedule:prune:2026-03-12T03:17Z", "schedule:sum up:2026-03-08T08:00Z"]


@pytest.mark.parametrize(("minute", "made"), [(56, 1), (58, 0)])
async def test_what_was_missed_for_longer_than_its_limit_is_not_made_up_for(town: Town, minute: int, made: int) -> None:
    assert await town.look(await town.clock("one", HOURLY)) == 0
    back = NOON + timedelta(hours=2, minutes=minute)
    assert await town.look(await town.clock("two", HOURLY), at=back) == made
    assert await town.jobs() == ["schedule:look back:2026-03-02T14:27Z"][:made]


async def test_a_machine_that_is_off_every_night_does_the_nightly_jobs_in_the_morning(town: Town) -> None:
    assert await town.look(await town.clock("one", *SCHEDULES)) == 0
    morning = datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
    assert await town.look(await town.clock("two", *SCHEDULES), at=morning) == len(SCHEDULES)


async def test_one_that_is_killed_is_followed_within_twenty_seconds_and_nothing_due_is_left_out(town: Town) -> None:
    one, two = await town.clock("one"), await town.clock("two")
    due = datetime(2026, 3, 3, 3, 17, tzinfo=UTC)
    assert await town.look(one, at=due - timedelta(seconds=1)) == 0
    made = {after: await town.look(two, at=due + timedelta(seconds=after)) for after in (4, 9, 14)}
    assert made == {4: 0, 9: 0, 14: 1}
    assert two.role.is_held


async def test_two_that_both_believe_to_be_it_do_no_harm(town: Town) -> None:
    one, two = await town.clock("one"), await town.clock("two")
    due = datetime(2026, 3, 3, 3, 17, tzinfo=UTC)
    assert await town.look(one, at=due - timedelta(seconds=16)) == 0
    assert await town.look(two, at=due) == 1
    one.role.until = due + timedelta(minutes=1)  # as if its clock were behind
    assert await one.look() == 0
    assert await town.jobs() == ["schedule:prune:2026-03-03T03:17Z"]


async def test_one_that_lost_the_role_is_fenced(town: Town) -> None:
    one, two = await town.clock("one"), await town.clock("two", HOURLY)
    due = datetime(2026, 3, 3, 3, 17, tzinfo=UTC)
    assert await town.look(one, at=due - timedelta(seconds=16)) == 0
    assert await town.look(two, at=due) == 0
    one.role.until = due + timedelta(minutes=1)
    assert await one.look() == 0
    assert await town.jobs() == []


async def test_what_the_clock_asks_for_waits_behind_all_else(town: Town) -> None:
    await town.look(await town.clock("one"))
    await town.look(await town.clock("two"), at=NOON + timedelta(days=1))
    async with town.db.read() as tx:
        [job] = await tx.exec(select(Job))
    assert (job.kind, job.key, job.priority, job.state) == ("prune", "schedule:prune", queue.BULK, "ready")
    assert job.correlation_id  # what comes of it, and only that, is traced by it
