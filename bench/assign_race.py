"""Who gets 200 reports that arrive at once: `python bench/assign_race.py [--quick]`, on SQLite and on PostgreSQL.

Each is numbered, placed and assigned in a write transaction of its own, over four connections; half of the team has a
capacity. Beside it the same reports for another team, one after another on one connection.
"""

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from agent.assigning.assign import assign_automatically
from agent.assigning.duty import CAPACITY
from agent.desk import Desk
from bench.table import Row, at_most, show, wants_quick
from bot.settings import Settings
from storage import loads, migrate, people, settings_kv, tickets
from storage.database import Database, Tx, open_database
from storage.people import Person, Team
from storage.tickets import Ticket
from tests.postgres import cluster

WORKSPACE = "T1"
REPORTS, QUICK = 200, 40
RESPONDERS, MOST = 20, 5  # people; open tickets that every second of them wants at most
QUICK_RESPONDERS, QUICK_MOST = 4, 5
CONNECTIONS = 4
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SETTINGS = Settings(_env_file=None)  # type: ignore[call-arg]  # pydantic-settings takes it


async def new_team(tx: Tx, name: str, *, responders: int, most: int) -> int:
    """A team of so many, every second of them with a capacity."""
    team = Team(workspace_id=WORKSPACE, name=name, slug=people.slug_of(name), created_at=START)
    members = [
        Person(workspace_id=WORKSPACE, slack_id=f"U{name}{number}", name=f"{name}{number}", created_at=START)
        for number in range(responders)
    ]
    tx.add_all([team, *members])
    await tx.flush()
    for number, person in enumerate(members):
        await people.give_role(tx, person, team, role="responder")
        if number % 2:
            await settings_kv.put(tx, person.slack_id, CAPACITY, str(most), workspace_id=WORKSPACE)
    return team.id


async def report(db: Database, team_id: int, number: int) -> None:
    """One report, as the triage job places it."""
    async with db.write() as tx:
        now = START + timedelta(seconds=number)
        ticket = Ticket(
            workspace_id=WORKSPACE,
            number=await tickets.next_number(tx, WORKSPACE),
            title="Redis is down",
            description="redis is down",
            source="slack",
            channel_id="C1",
            team_id=team_id,
            created_at=now,
        )
        tx.add(ticket)
        await tx.flush()
        desk = Desk(
            tx=tx,
            now=now,
            settings=SETTINGS,
            workspace_id=WORKSPACE,
            surface="system",
            correlation_id="bench",
            key=f"bench:{number}",
        )
        await assign_automatically(desk, ticket)


async def at_once(databases: Sequence[Database], team_id: int, reports: int) -> float:
    """Seconds."""
    started = time.perf_counter()
    await asyncio.gather(*(report(databases[n % len(databases)], team_id, n) for n in range(reports)))
    return time.perf_counter() - started


async def one_by_one(db: Database, team_id: int, reports: int) -> float:
    """Seconds."""
    started = time.perf_counter()
    for number in range(reports):
        await report(db, team_id, number)
    return time.perf_counter() - started


async def spread(db: Database, team_id: int, *, most: int) -> tuple[int, int]:
    """Between the most and the fewest tickets of those with room, and how many tickets are above a capacity."""
    async with db.read() as tx:
        members = await people.members(tx, team_id, "responder")
        has = [load.open_tickets for load in await loads.of_people(tx, members)]
    free, limited = has[::2], has[1::2]
    return max(free) - min(free), sum(max(0, number - most) for number in limited)


async def measure(name: str, where: Path | str, *, reports: int, responders: int, most: int) -> list[Row]:
    """All rows of one database."""
    await asyncio.to_thread(migrate.upgrade, where)
    async with contextlib.AsyncExitStack() as opened:
        databases = [await opened.enter_async_context(open_database(where)) for _ in range(CONNECTIONS)]
        async with databases[0].write() as tx:
            racing = await new_team(tx, "racing", responders=responders, most=most)
            queuing = await new_team(tx, "queuing", responders=responders, most=most)
        baseline = await one_by_one(databases[0], queuing, reports)
        raced = await at_once(databases, racing, reports)
        width, above = await spread(databases[0], racing, most=most)
    return [
        Row(f"{name}: reports at once, s", raced),
        Row(f"{name}: one after another, s", baseline),
        Row(f"{name}: ratio of the two", raced / baseline),
        at_most(f"{name}: spread of those with room", width, 1),
        at_most(f"{name}: tickets above capacity", above, 0),
    ]


async def all_rows(*, is_quick: bool) -> list[Row]:
    """Both databases."""
    reports, responders, most = (QUICK, QUICK_RESPONDERS, QUICK_MOST) if is_quick else (REPORTS, RESPONDERS, MOST)
    with contextlib.ExitStack() as opened:
        server = opened.enter_context(cluster(settings=()))
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="chargehand-bench-")))
        rows = list[Row]()
        for name, where in (("SQLite", folder / "bench.db"), ("PostgreSQL", server.url)):
            rows += await measure(name, where, reports=reports, responders=responders, most=most)
        return rows


def main() -> None:
    """The command line."""
    show(asyncio.run(all_rows(is_quick=wants_quick(__doc__, "fewer reports; the figures are rougher"))))


if __name__ == "__main__":
    main()
