"""What the clock's look at what is due costs: `python bench/reminder_scan.py [--quick]`, on SQLite.

Among 100,000 planned reminders 1,000 are due. Beside it the same question put to every open ticket in Python, in the
same run.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from sqlalchemy import insert, text
from sqlmodel import col, select

from bench.rows import a_ticket
from bench.table import Row, below, show_on_file, wants_quick
from bot.due import MOST, ask
from bot.elected import Role
from bot.process import at_work
from storage import migrate, reminders, workspace
from storage.database import Database, Tx, open_database, run
from storage.reminders import Reminder
from storage.tickets import OPEN, Ticket

PLANNED, DUE = 100_000, 1_000
READ_GOAL, SCAN_GOAL = 50.0, 1000.0  # ms
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALLOWED = timedelta(hours=1)
TRIES = 5


def the_ticket(number: int, *, planned: int) -> Ticket:
    """One that has been open for up to an hour, or for longer if it is among those that are due."""
    age = ALLOWED + timedelta(seconds=1) if number <= DUE else ALLOWED * (number / (planned + 1))
    return a_ticket(number, created_at=NOW - age)


def its_reminder(ticket: Ticket) -> Reminder:
    return Reminder(
        workspace_id="T1",
        kind="ack",
        step="breach",
        ticket_id=ticket.id,
        due_at=ticket.created_at + ALLOWED,
        reason="high: acknowledge within 1h (business)",
        plan_key=f"ack:{ticket.id}:1:breach",
        created_at=ticket.created_at,
    )


async def fill(db: Database, planned: int) -> None:
    made = [the_ticket(number, planned=planned) for number in range(1, planned + 1)]
    async with db.write() as tx:
        await workspace.adopt(tx, "T1")
        await run(tx, insert(Ticket), [ticket.model_dump() for ticket in made])
        await run(tx, insert(Reminder), [its_reminder(ticket).model_dump(exclude={"id"}) for ticket in made])
        await run(tx, text("ANALYZE"))


async def milliseconds(work: Callable[[], Awaitable[object]], *, tries: int = 1) -> float:
    """The best of several tries: others use this machine too."""
    best = float("inf")
    for _ in range(tries):
        started = time.perf_counter()
        await work()
        best = min(best, time.perf_counter() - started)
    return best * 1000


async def plan(tx: Tx) -> str:
    """How SQLite finds what is due."""
    explained = await run(tx, text(f"EXPLAIN QUERY PLAN {reminders.DUE}"), {"now": str(NOW), "most": MOST})
    return "; ".join(row.detail for row in explained)


async def by_index(db: Database) -> int:
    async with db.read() as tx:
        return len(await reminders.due(tx, now=NOW, most=MOST))


async def by_loading(db: Database) -> int:
    """What a bot without such a table does."""
    async with db.read() as tx:
        open_ones = list(await tx.exec(select(Ticket).where(col(Ticket.status).in_(OPEN))))
        return len([ticket for ticket in open_ones if ticket.created_at + ALLOWED <= NOW])


async def measure(path: Path, planned: int) -> list[Row]:
    await asyncio.to_thread(migrate.upgrade, path)
    async with open_database(path) as db, at_work(db, role="all", version="bench", clock=lambda: NOW) as me:
        await fill(db, planned)
        assert await by_index(db) == await by_loading(db) == DUE, "the two disagree"
        read = await milliseconds(lambda: by_index(db), tries=TRIES)
        loaded = await milliseconds(lambda: by_loading(db))
        async with db.read() as tx:
            found_by = await plan(tx)
        role = Role(db, "clock", holder=me.id, seconds=15, clock=lambda: NOW)
        await role.hold()
        asked = await milliseconds(lambda: ask(db, role, now=NOW))
        assert await ask(db, role, now=NOW) == 0, "what is asked for is asked for once"
    print(f"query plan: {found_by}")
    return [
        below(f"what is due of {planned:,}, ms", read, READ_GOAL),
        below(f"{DUE:,} due asked for, ms", asked, SCAN_GOAL),
        Row(f"the same by loading {planned:,} tickets and testing each in Python, ms", loaded),
        Row("ratio of the two reads", loaded / read),
    ]


def main() -> None:
    """Print the table."""
    planned = PLANNED // 10 if wants_quick(__doc__, "a tenth of the rows; the figures flatter") else PLANNED
    show_on_file(measure, planned)


if __name__ == "__main__":
    main()
