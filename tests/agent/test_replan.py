"""New hours move the deadlines of many tickets at once, and each is what it would be if it were worked out alone."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from agent.desk import Desk
from agent.sla.clocks import acknowledge, reckon
from agent.sla.replan import CARDS, replan
from bot.settings import Settings
from storage import calendars, sla, tickets, workspace
from storage.calendars import CalendarRow
from storage.database import Database, Tx
from storage.people import Team
from storage.queue import Job
from storage.reminders import Reminder
from storage.sla import SlaClock
from storage.tickets import Ticket

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
# CH-1 to CH-6: the last three are breached, put off, and waiting for who reported it.
CASES: tuple[Mapping[str, Any], ...] = (
    {"priority": "critical"},
    {"priority": "high"},
    {"priority": "low"},
    {"priority": "high", "created_at": NOW - 30 * HOUR},
    {"priority": "high", "snoozed_until": NOW + 5 * HOUR},
    {"priority": "medium", "status": "in_progress", "acknowledged_at": NOW - HOUR, "touched_at": NOW},
)


def desk_of(tx: Tx, *, key: str = "hours") -> Desk:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]  # pydantic-settings takes it
    return Desk(tx=tx, now=NOW, settings=settings, workspace_id="T1", surface="system", correlation_id="c0", key=key)


async def reckon_each(db: Database, *, key: str) -> None:
    for number in range(1, len(CASES) + 1):
        async with db.write() as tx:
            await reckon(desk_of(tx, key=f"{key}:{number}"), await tickets.get(tx, number))


async def set_week(db: Database, week: str) -> None:
    async with db.write() as tx:
        [row] = await calendars.rows(tx, [calendars.of_team(1)])
        row.week = week


@pytest.fixture
async def filled(db: Database) -> Database:
    """A team that works from 9 to 18, with a ticket of each case on its clocks; CH-6 has stood still for an hour."""
    about = {
        "workspace_id": "T1",
        "team_id": 1,
        "title": "x",
        "description": "x",
        "source": "slack",
        "channel_id": "C1",
    }
    async with db.write() as tx:
        await workspace.adopt(tx, "T1")
        tx.add(Team(id=1, workspace_id="T1", name="Payments", slug="payments", created_at=NOW))
        tx.add(CalendarRow(workspace_id="T1", scope=calendars.of_team(1), week="Mon-Fri 9-18"))
        await tx.flush()
        for number, case in enumerate(CASES, start=1):
            tx.add(Ticket(number=number, **({"created_at": NOW - 2 * HOUR} | about | case)))
    await reckon_each(db, key="first")
    async with db.write() as tx:
        for clock in await tx.exec(select(SlaClock).where(SlaClock.ticket_id == 6)):
            clock.pauses = [[(NOW - HOUR).isoformat(), NOW.isoformat()]]
    return db


async def kept(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """What stands of deadlines and of what is planned."""
    async with db.read() as tx:
        clocks = await tx.exec(select(SlaClock).order_by(col(SlaClock.ticket_id), col(SlaClock.kind)))
        planned = await tx.exec(select(Reminder).order_by(col(Reminder.plan_key)))
        due = await tx.exec(select(Ticket).order_by(col(Ticket.id)))
        return {
            "clocks": [(one.ticket_id, one.kind, one.warn_at, one.due_at, one.breached_at) for one in clocks],
            "planned": [(one.plan_key, one.state, one.due_at, one.reason) for one in planned],
            "due": [(one.number, one.due_at, one.version) for one in due],
        }


async def test_many_at_once_become_what_each_would_alone(filled: Database) -> None:
    before = await kept(filled)
    await set_week(filled, "Mon-Fri 8-16")
    await replan(filled, desk_of, team_id=1)
    at_once = await kept(filled)
    assert {name for name in before if before[name] != at_once[name]} == {"clocks", "planned", "due"}
    await set_week(filled, "Mon-Fri 9-18")
    await reckon_each(filled, key="back")
    await set_week(filled, "Mon-Fri 8-16")
    await reckon_each(filled, key="alone")
    assert await kept(filled) == at_once


async def test_only_cards_of_tickets_that_are_due_at_another_time_are_shown_again(filled: Database) -> None:
    await set_week(filled, "Mon-Fri 8-16")
    await replan(filled, desk_of, team_id=None)
    async with filled.read() as tx:
        [job] = await tx.exec(select(Job.args).where(Job.kind == CARDS))
    assert job == {"ticket_ids": [2, 3, 4, 5, 6]}, "the clocks of CH-1 run day and night"
    done = await kept(filled)
    await replan(filled, lambda tx: desk_of(tx, key="again"), team_id=1)
    assert await kept(filled) == done


async def test_what_somebody_did_meanwhile_stays(filled: Database) -> None:
    """After all was read CH-2 is acknowledged and CH-3 becomes high: both are worked out as they are now."""
    await set_week(filled, "Mon-Fri 8-16")
    has_read = asyncio.Event()
    filled.on_transaction = lambda kind, _seconds: has_read.set() if kind == "read" else None
    async with asyncio.TaskGroup() as group, filled.write() as tx:
        group.create_task(replan(filled, desk_of, team_id=1))
        await has_read.wait()
        await acknowledge(desk_of(tx, key="ack"), await tickets.get(tx, 2))
        (await tickets.get(tx, 3)).priority = "high"
        met = [clock.due_at for clock in await sla.clocks(tx, 2) if clock.met_at]
    done = await kept(filled)
    async with filled.read() as tx:
        assert [clock.due_at for clock in await sla.clocks(tx, 2) if clock.met_at] == met
    await reckon_each(filled, key="alone")
    assert await kept(filled) == done
