"""What the daily digests cost: `python bench/digest_build.py [--quick]`, on SQLite.

500 people have 20 of 10,000 open tickets each, with their deadlines. Beside it the same content with one query for
each ticket, in the same run.
"""

import asyncio
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from sqlalchemy import event, insert, text
from sqlalchemy.engine import Engine

from agent.calendar.whose import calendar_of_person
from agent.desk import Desk
from agent.digest.build import build
from bench.rows import a_clock, a_ticket
from bench.table import Row, at_most, below, show_on_file, wants_quick
from bot.settings import Settings
from storage import migrate, people, sla, tickets, workspace
from storage.database import Database, Tx, open_database, run
from storage.people import Person
from storage.sla import SlaClock
from storage.tickets import Assignment, Ticket

PEOPLE, EACH = 500, 20
SECONDS_GOAL, QUERIES_GOAL, GROWTH_GOAL = 30.0, 5, 60.0  # the last in MB
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONG_AGO = NOW - 30 * HOUR


async def fill(db: Database, count: int) -> None:
    """Everybody has their tickets, some overdue, some due today, some going stale."""
    persons = [
        Person(id=n, workspace_id="T1", slack_id=f"U{n}", name=f"person {n}", created_at=LONG_AGO)
        for n in range(1, count + 1)
    ]
    made = [_ticket(number) for number in range(1, count * EACH + 1)]
    async with db.write() as tx:
        await workspace.adopt(tx, "T1")
        await run(tx, insert(Person), [person.model_dump() for person in persons])
        await run(tx, insert(Ticket), [ticket.model_dump() for ticket in made])
        given = [{"ticket_id": n, "person_id": n % count + 1} for n in range(1, count * EACH + 1)]
        await run(tx, insert(Assignment), [{"workspace_id": "T1", "assigned_at": NOW, **one} for one in given])
        clocks = [_clock(ticket).model_dump(exclude={"id"}) for ticket in made]
        await run(tx, insert(SlaClock), clocks)
        await run(tx, text("ANALYZE"))


def _ticket(number: int) -> Ticket:
    return a_ticket(number, priority="high", created_at=LONG_AGO)


def _clock(ticket: Ticket) -> SlaClock:
    return a_clock(ticket, "ack", due_at=NOW + (ticket.id % 100 - 50) * HOUR)


class Queries:
    """How many statements were sent."""

    count = 0

    def seen(self, *_: object) -> None:
        self.count += 1


@contextmanager
def counted() -> Iterator[Queries]:
    """Count what is sent to any database while inside."""
    queries = Queries()
    event.listen(Engine, "before_cursor_execute", queries.seen)
    try:
        yield queries
    finally:
        event.remove(Engine, "before_cursor_execute", queries.seen)


def desk_on(tx: Tx) -> Desk:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]  # pydantic-settings takes it
    return Desk(tx=tx, now=NOW, settings=settings, workspace_id="T1", surface="system", correlation_id="", key="bench")


async def build_all(db: Database, count: int) -> int:
    """Each digest in a transaction of its own, as its job has it; how many statements one took at most."""
    most = 0
    for person_id in range(1, count + 1):
        async with db.read() as tx:
            desk = desk_on(tx)
            person = await people.get(tx, person_id)
            calendar = await calendar_of_person(tx, desk.settings, person_id)
            with counted() as queries:
                digest = await build(desk, person, calendar)
        assert digest.message, "everybody has something"
        most = max(most, queries.count)
    return most


async def one_query_each(db: Database, count: int) -> None:
    """What a bot does that asks for the deadlines of each ticket it lists."""
    for person_id in range(1, count + 1):
        async with db.read() as tx:
            for ticket in await tickets.open_ones(tx, "T1", assignee_id=person_id):
                await sla.clocks(tx, ticket.id)


async def measure(path: Path, count: int) -> list[Row]:
    await asyncio.to_thread(migrate.upgrade, path)
    async with open_database(path) as db:
        await fill(db, count)
        await build_all(db, 1)
        started = time.perf_counter()
        most = await build_all(db, count)
        built = time.perf_counter() - started
        started = time.perf_counter()
        await one_query_each(db, count)
        asked = time.perf_counter() - started
        tracemalloc.start()
        await build_all(db, count)
        grown = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
    return [
        below(f"{count} digests, s", built, SECONDS_GOAL),
        at_most("queries of one at most", most, QUERIES_GOAL),
        below("growth at its peak, MB", grown, GROWTH_GOAL),
        Row("the tickets alone with one query for each, s", asked),
        Row("ratio of the two", asked / built),
    ]


def main() -> None:
    """Print the table."""
    count = PEOPLE // 10 if wants_quick(__doc__, "a tenth of the people; the figures flatter") else PEOPLE
    show_on_file(measure, count)


if __name__ == "__main__":
    main()
