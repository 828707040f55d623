"""What a page of `list` costs: `python bench/list.py [--quick]`, the first of 100,000 open tickets for one person.

Beside it the same by loading the open tickets and sorting them in Python.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from sqlalchemy import insert, text
from sqlmodel import col, select

from bench.rows import a_clock, a_ticket
from bench.table import Row, below, percentile, show_on_file, wants_quick
from storage import listing, migrate, workspace
from storage.database import Database, open_database, run
from storage.listing import Filter, Line, Viewer
from storage.people import Person
from storage.sla import SlaClock
from storage.tickets import OPEN, Assignment, Ticket

TICKETS, PEOPLE, TRIES = 100_000, 500, 40
GOAL = 150.0  # ms
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ME = Viewer(workspace_id="T1", person_id=8, channels=frozenset({"G1"}), is_outsider=False)
NEWCOMER = replace(ME, person_id=PEOPLE + 1)  # has none of them
ALL_OPEN = (Filter("status", OPEN, "open"),)


def the_ticket(number: int) -> Ticket:
    """Every tenth is a private channel's."""
    return a_ticket(
        number,
        channel_id="C1" if number % 10 else "G2",
        is_private=number % 10 == 0,
        priority="high",
        due_at=due(number),
        created_at=NOW - timedelta(minutes=number),
    )


def due(number: int) -> datetime:
    return NOW + timedelta(minutes=number * 7919 % 100_003)


def its_clock(ticket: Ticket) -> SlaClock:
    return a_clock(ticket, "resolve", due_at=due(ticket.id), minutes=480)


async def fill(db: Database, number: int) -> None:
    made = [the_ticket(one) for one in range(1, number + 1)]
    people = [
        Person(id=one, workspace_id="T1", slack_id=f"U{one}", name=f"p{one}", created_at=NOW)
        for one in range(1, PEOPLE + 1)
    ]
    had = [
        {"workspace_id": "T1", "ticket_id": one.id, "person_id": one.id % PEOPLE + 1, "assigned_at": NOW}
        for one in made
        if one.id % 2
    ]
    async with db.write() as tx:
        await workspace.adopt(tx, "T1")
        await run(tx, insert(Person), [one.model_dump() for one in people])
        await run(tx, insert(Ticket), [one.model_dump() for one in made])
        await run(tx, insert(SlaClock), [its_clock(one).model_dump(exclude={"id"}) for one in made])
        await run(tx, insert(Assignment), had)
        await run(tx, text("ANALYZE"))


async def by_query(db: Database, who: Viewer = ME) -> list[Line]:
    async with db.read() as tx:
        await listing.count(tx, who, ALL_OPEN)
        return await listing.page(tx, who, ALL_OPEN, order="mine", first=0, most=11)


async def by_loading(db: Database) -> int:
    """What a bot without it does."""
    async with db.read() as tx:
        found = list(await tx.exec(select(Ticket).where(col(Ticket.status).in_(OPEN))))
        clocks = {clock.ticket_id: clock.due_at for clock in await tx.exec(select(SlaClock))}
        return min((one for one in found if not one.is_private), key=lambda one: clocks[one.id]).id


async def seconds(work: Callable[[], Awaitable[object]], tries: int) -> list[float]:
    taken = []
    for _ in range(tries):
        started = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - started)
    return taken


async def measure(path: Path, number: int) -> list[Row]:
    await asyncio.to_thread(migrate.upgrade, path)
    async with open_database(path) as db:
        await fill(db, number)
        lines = await by_query(db)
        assert len(lines) == 11
        assert "p8" in lines[0].names, "mine do not come first"
        read, loaded = await seconds(lambda: by_query(db), TRIES), await seconds(lambda: by_loading(db), 1)
        others = await seconds(lambda: by_query(db, NEWCOMER), TRIES)
    return [
        below(f"first page of {number:,}, p95 ms", percentile(read, 0.95), GOAL),
        Row(f"first page of {number:,}, median ms", percentile(read, 0.5)),
        below("the same for who has none of them, p95 ms", percentile(others, 0.95), GOAL),
        Row("loading and sorting all, ms", loaded[0] * 1000),
        Row("ratio of the two", loaded[0] / (sum(read) / len(read))),
    ]


def main() -> None:
    """Print the table."""
    number = TICKETS // 10 if wants_quick(__doc__, "a tenth of the tickets; the figures are rougher") else TICKETS
    show_on_file(measure, number)


if __name__ == "__main__":
    main()
