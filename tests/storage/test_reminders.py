"""What is due is found once, whoever looks; what was planned again is moved, and what was sent stays sent."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select, text

from bot import due
from bot.elected import Role
from storage import reminders, workspace
from storage.database import Database, Tx
from storage.queue import Job
from storage.reminders import Reminder, ReminderSend
from storage.tickets import Ticket
from tests.colleagues import clock_in

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)
LATER = NOW + timedelta(hours=5)


def planned(step: str, at: datetime) -> Reminder:
    about = {"workspace_id": "T1", "kind": "ack", "ticket_id": 1, "reason": "high", "created_at": NOW}
    return Reminder(step=step, due_at=at, plan_key=f"ack:1:{step}", **about)


@pytest.fixture
async def role(db: Database) -> Role:
    """The clock's, held, on a database with one ticket."""
    async with db.write() as tx:
        await workspace.adopt(tx, "T1")
        about = {"title": "x", "description": "x", "source": "slack", "channel_id": "C1", "created_at": NOW}
        tx.add(Ticket(workspace_id="T1", number=1, **about))
    await clock_in(db, "one", now=NOW)
    role = Role(db, "clock", holder="one", seconds=15, clock=lambda: NOW)
    await role.hold()
    return role


async def states(db: Database) -> dict[str, tuple[str, datetime]]:
    async with db.read() as tx:
        rows = await tx.exec(select(Reminder).order_by(col(Reminder.id)))
        return {row.step: (row.state, row.due_at) for row in rows}


async def jobs(db: Database) -> list[Mapping[str, Any]]:
    """What each job is told: which reminder, and the time it was due."""
    async with db.read() as tx:
        return list(await tx.exec(select(Job.args).order_by(col(Job.id))))


def of_the_first(at: datetime) -> Mapping[str, Any]:
    return {"reminder_id": 1, "fire_at": at.isoformat()}


async def plan(db: Database, *wanted: Reminder) -> None:
    async with db.write() as tx:
        await reminders.replan(tx, 1, kinds=["ack"], wanted=wanted)


async def test_what_is_due_is_asked_for_once(db: Database, role: Role) -> None:
    await plan(db, planned("warn", SOON), planned("breach", LATER))
    assert await due.ask(db, role, now=SOON - timedelta(seconds=1)) == 0
    assert [await due.ask(db, role, now=SOON) for _ in range(2)] == [1, 0]
    assert await states(db) == {"warn": ("asked", SOON), "breach": ("planned", LATER)}
    assert await jobs(db) == [of_the_first(SOON)]


async def test_a_kind_that_waits_is_asked_for_once_it_need_not(db: Database, role: Role) -> None:
    await plan(db, planned("warn", SOON))
    assert [await due.ask(db, role, now=LATER, besides=kinds) for kinds in (["ack"], ["other"])] == [0, 1]


async def test_planning_again_moves_and_cancels_and_says_nothing_twice(db: Database, role: Role) -> None:
    await plan(db, planned("warn", SOON), planned("breach", LATER))
    await plan(db, planned("breach", SOON))
    assert await states(db) == {"warn": ("cancelled", SOON), "breach": ("planned", SOON)}
    assert await due.ask(db, role, now=SOON) == 1
    async with db.write() as tx:
        await reminders.send(tx, await _named(tx, "breach"), now=SOON, is_late=False)
    await plan(db, planned("warn", LATER), planned("breach", LATER))
    assert await states(db) == {"warn": ("planned", LATER), "breach": ("sent", SOON)}
    async with db.read() as tx:
        [sent] = await tx.exec(select(ReminderSend))
    assert (sent.reminder_id, sent.fire_at, sent.is_late) == (2, SOON, False)


async def test_what_was_asked_for_and_moved_is_asked_for_at_its_new_time(db: Database, role: Role) -> None:
    await plan(db, planned("warn", SOON))
    assert await due.ask(db, role, now=SOON) == 1
    await plan(db, planned("warn", LATER))
    assert await due.ask(db, role, now=LATER) == 1
    assert await jobs(db) == [of_the_first(SOON), of_the_first(LATER)]


@pytest.mark.parametrize("meanwhile", [(), (planned("warn", LATER),)], ids=["cancelled", "moved"])
async def test_what_is_planned_again_for_the_time_it_was_asked_for_is_asked_for_again(
    db: Database, role: Role, meanwhile: tuple[Reminder, ...]
) -> None:
    await plan(db, planned("warn", SOON))
    assert await due.ask(db, role, now=SOON) == 1
    await plan(db, *meanwhile)  # now its job comes, finds that it is not wanted and ends
    await plan(db, planned("warn", SOON))
    assert [await due.ask(db, role, now=SOON) for _ in range(2)] == [1, 0]
    assert await jobs(db) == [of_the_first(SOON)] * 2


async def test_who_lost_the_clock_asks_for_nothing(db: Database, role: Role) -> None:
    await plan(db, planned("warn", SOON))
    async with db.write() as tx:
        await tx.exec(text("UPDATE leases SET holder = 'two', term = term + 1"))  # type: ignore[call-overload]
    assert await due.ask(db, role, now=SOON) == 0
    assert await states(db) == {"warn": ("planned", SOON)}


async def _named(tx: Tx, step: str) -> Reminder:
    return (await tx.exec(select(Reminder).where(Reminder.step == step))).one()
