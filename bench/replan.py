"""What a change of hours costs: `python bench/replan.py [--quick]`, all deadlines of a team with 10,000 open tickets.

Beside it the same, a ticket after the other as when each changes by itself.
"""

import asyncio
import gc
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from sqlalchemy import insert, text

from agent.desk import Desk
from agent.sla.clocks import reckon
from agent.sla.policy import DEFAULTS
from agent.sla.replan import replan
from bench.rows import a_clock, a_ticket
from bench.table import Row, below, show_on_file, wants_quick
from bot.settings import Settings
from storage import calendars, migrate, tickets, workspace
from storage.calendars import CalendarRow
from storage.database import Database, Tx, open_database, run
from storage.people import Team
from storage.sla import Kind, SlaClock
from storage.tickets import Ticket

TICKETS, ALONE = 10_000, 200
SECONDS, LOCK = 5.0, 50.0  # for all; ms in one transaction
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PRIORITIES = ("critical", "high", "high", "medium", "medium", "medium", "medium", "low", "low", "low")
KINDS: tuple[Kind, ...] = ("ack", "resolve")


@dataclass
class Locks:
    """How long each write transaction took, in ms."""

    taken: list[float] = field(default_factory=list)

    def __call__(self, kind: str, seconds: float) -> None:
        if kind == "write":
            self.taken.append(seconds * 1000)


def the_ticket(number: int) -> Ticket:
    priority = PRIORITIES[number % len(PRIORITIES)]
    return a_ticket(number, team_id=1, priority=priority, created_at=NOW - timedelta(minutes=number % 400))


def its_clocks(ticket: Ticket) -> list[SlaClock]:
    clock = DEFAULTS[ticket.priority or ""].clock
    return [a_clock(ticket, kind, due_at=ticket.created_at, clock=clock) for kind in KINDS]


async def fill(db: Database, number: int) -> None:
    made = [the_ticket(one) for one in range(1, number + 1)]
    async with db.write() as tx:
        await workspace.adopt(tx, "T1")
        tx.add(Team(id=1, workspace_id="T1", name="Payments", slug="payments", created_at=NOW))
        tx.add(CalendarRow(workspace_id="T1", scope=calendars.of_team(1), week="Mon-Fri 9-18"))
        await tx.flush()
        await run(tx, insert(Ticket), [one.model_dump() for one in made])
        await run(tx, insert(SlaClock), [clock.model_dump(exclude={"id"}) for one in made for clock in its_clocks(one)])
        await run(tx, text("ANALYZE"))


def desk_of(settings: Settings, key: str, tx: Tx) -> Desk:
    return Desk(tx=tx, now=NOW, settings=settings, workspace_id="T1", surface="system", correlation_id="bench", key=key)


async def set_hours(db: Database, week: str) -> None:
    async with db.write() as tx:
        [row] = await calendars.rows(tx, [calendars.of_team(1)])
        row.week = week


async def one_by_one(db: Database, settings: Settings) -> float:
    """Seconds for each of some tickets."""
    started = time.perf_counter()
    for number in range(1, ALONE + 1):
        async with db.write() as tx:
            await reckon(desk_of(settings, f"alone:{number}", tx), await tickets.get(tx, number))
    return (time.perf_counter() - started) / ALONE


async def measure(path: Path, number: int) -> list[Row]:
    await asyncio.to_thread(migrate.upgrade, path)
    settings, locks = Settings(_env_file=None), Locks()  # type: ignore[call-arg]  # pydantic-settings takes it
    async with open_database(path) as db:
        await fill(db, number)
        await replan(db, lambda tx: desk_of(settings, "first", tx), team_id=1)
        await set_hours(db, "Mon-Fri 8-16")
        db.on_transaction = locks
        gc.collect()
        gc.freeze()  # what is there stays, as in a process that serves
        started = time.perf_counter()
        await replan(db, lambda tx: desk_of(settings, "hours", tx), team_id=1)
        taken, longest = time.perf_counter() - started, max(locks.taken)
        await set_hours(db, "Mon-Fri 10-19")
        alone = await one_by_one(db, settings)
    return [
        below(f"{number:,} tickets by new hours, s", taken, SECONDS),
        below("longest write transaction, ms", longest, LOCK),
        Row("each alone, s for as many", alone * number),
        Row("ratio of the two", alone * number / taken),
    ]


def main() -> None:
    """Print the table."""
    number = TICKETS // 10 if wants_quick(__doc__, "a tenth of the tickets; the figures are rougher") else TICKETS
    show_on_file(measure, number)


if __name__ == "__main__":
    main()
