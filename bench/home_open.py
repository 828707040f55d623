"""What it takes to open the Home tab: `python bench/home_open.py [--quick]`, on SQLite.

100,000 open tickets, 500 people in 40 teams, the real bot on the sandbox. For a responder, a manager and an admin:
from the event to views.publish, and how many statements the page takes. Beside it the same content with one query for
each ticket and each person, in the same run.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from sqlalchemy import insert, text

from agent.desk import Desk
from agent.home.build import build
from app import serve
from bench.digest_build import counted
from bench.rows import a_clock, a_ticket
from bench.table import Row, at_most, below, percentile, show, wants_quick
from bot.observe import set_up_logs
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.seed import crowd, default_seed
from bot.settings import Settings
from handlers.context import Context
from storage import loads, memberships, migrate, people, sla, tickets, workspace
from storage.database import Database, open_database, run
from storage.people import Membership, Person, Team
from storage.sla import SlaClock
from storage.tickets import Assignment, Ticket

TICKETS, PEOPLE, TEAMS, TRIES = 100_000, 500, 40, 30
MILLISECONDS, QUERIES = 500.0, 8
NOW = datetime.now(UTC)
WHO = {"responder": TEAMS + 2, "manager": 2, "admin": 1}  # ids: the first ones manage a team each, the first is admin


async def fill(db: Database, workspace_id: str, *, number: int, slack_ids: Sequence[str]) -> None:
    """Every team has a manager, its responders and its share of the tickets; every fifth ticket is nobody's."""
    persons = [
        Person(
            id=one, workspace_id=workspace_id, slack_id=slack_id, name=f"p{one}", created_at=NOW, refreshed_at=NOW,
            is_admin=one == 1,
        )
        for one, slack_id in enumerate(slack_ids, 1)
    ]  # fmt: skip
    about = {"workspace_id": workspace_id}
    teams = [
        Team(id=one, workspace_id=workspace_id, name=f"Team {one}", slug=f"team {one}", created_at=NOW)
        for one in range(1, TEAMS + 1)
    ]
    roles = [
        {
            **about,
            "team_id": one.id % TEAMS + 1,
            "person_id": one.id,
            "role": "manager" if one.id <= TEAMS else "responder",
        }
        for one in persons
    ]
    made = [_ticket(one, workspace_id) for one in range(1, number + 1)]
    had = [
        {**about, "ticket_id": one.id, "person_id": TEAMS + one.id % (len(persons) - TEAMS) + 1, "assigned_at": NOW}
        for one in made
        if one.id % 5
    ]
    async with db.write() as tx:
        await workspace.adopt(tx, workspace_id)
        for table, rows in ((Person, persons), (Team, teams), (Ticket, made)):
            await run(tx, insert(table), [row.model_dump() for row in rows])
        await run(tx, insert(Membership), roles)
        await run(tx, insert(SlaClock), [_clock(one).model_dump(exclude={"id"}) for one in made])
        await run(tx, insert(Assignment), had)
        await run(tx, text("ANALYZE"))


def _ticket(number: int, workspace_id: str) -> Ticket:
    return a_ticket(
        number,
        workspace_id=workspace_id,
        channel_id="C0OPS",
        team_id=number * 7 % TEAMS + 1,
        priority="high",
        created_at=NOW - timedelta(minutes=number),
    )


def _clock(ticket: Ticket) -> SlaClock:
    due_at = NOW + timedelta(minutes=ticket.id * 7919 % 100_003 - 1000)
    return a_clock(ticket, "resolve", due_at=due_at, minutes=480)


async def queries_of(ctx: Context, person_id: int) -> int:
    """How many statements the page takes."""
    async with ctx.db.read() as tx:
        desk = Desk(
            tx=tx, now=NOW, settings=ctx.settings, workspace_id=ctx.workspace_id, surface="system", correlation_id="",
            key="bench",
        )  # fmt: skip
        person = await people.get(tx, person_id)
        with counted() as queries:
            page = await build(desk, person)
    assert page.parts, "there is something to show"
    return queries.count


async def one_query_each(ctx: Context, person_id: int) -> None:
    """What a bot does that asks for each ticket's deadlines, and for each member's load."""
    async with ctx.db.read() as tx:
        for ticket in await tickets.open_ones(tx, ctx.workspace_id, assignee_id=person_id):
            await sla.clocks(tx, ticket.id)
        for team_id, role in (await people.roles_of(tx, person_id)).items():
            if role != "manager":
                continue
            for person, _ in await memberships.roles_in(tx, team_id):
                await loads.of_people(tx, [person])
            for ticket in await tickets.open_ones(tx, ctx.workspace_id, team_id=team_id):
                await sla.clocks(tx, ticket.id)
                await tickets.assignees(tx, ticket.id)


async def opening(slack: SlackSandbox, who: str, tries: int) -> list[float]:
    """Seconds from each event to the call that answers it."""
    taken = []
    for _ in range(tries):
        known, start = len(slack.calls("views.publish")), time.perf_counter()
        await slack.open_home(who)
        await slack.until(partial(_is_published, slack, known))
        taken.append(time.perf_counter() - start)
    return taken


def _is_published(slack: SlackSandbox, known: int) -> bool:
    return len(slack.calls("views.publish")) > known


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def measure(folder: Path, *, number: int, tries: int) -> list[Row]:
    seed = default_seed().plus(users=crowd(PEOPLE))
    async with SlackSandbox.start(seed=seed) as slack:
        slack_ids = [slack.user(f"p{one}").id for one in range(1, PEOPLE + 1)]
        settings = _settings(slack, folder / "home.db")
        await asyncio.to_thread(migrate.upgrade, folder / "home.db")
        async with open_database(folder / "home.db") as db:
            await fill(db, slack.workspace_id, number=number, slack_ids=slack_ids)
        stop, heard = asyncio.Event(), asyncio.get_running_loop().create_future()
        bot = asyncio.create_task(serve(settings, stop=stop, started=lambda ctx, _: heard.set_result(ctx)))
        ctx = await heard
        rows = []
        for role, person_id in WHO.items():
            await opening(slack, f"p{person_id}", 1)
            taken = await opening(slack, f"p{person_id}", tries)
            rows += [
                below(f"{role}: event to views.publish, p95 ms", percentile(taken, 0.95), MILLISECONDS),
                at_most(f"{role}: queries", await queries_of(ctx, person_id), QUERIES),
            ]
            built = min([await seconds(partial(queries_of, ctx, person_id)) for _ in range(3)])
            each = await seconds(partial(one_query_each, ctx, person_id))
            rows += [
                Row(f"{role}: the page built, ms", built * 1000),
                Row(f"{role}: with one query for each ticket and person, ms", each * 1000),
                Row(f"{role}: ratio of the two", each / built),
            ]
        stop.set()
        await bot
    return rows


def _settings(slack: SlackSandbox, path: Path) -> Settings:
    values: dict[str, Any] = {
        "slack_bot_token": slack.bot_token,
        "slack_app_token": slack.app_token,
        "slack_api_url": slack.api_url,
        "anthropic_api_key": None,
        "database_url": f"sqlite:///{path}",
        "http_port": 0,
        "ops_port": 0,
    }
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]  # pydantic-settings takes it


def main() -> None:
    """Print the table."""
    is_quick = wants_quick(__doc__, "a hundredth of the tickets; the figures flatter")
    set_up_logs("error", stream=sys.stderr)
    number, tries = (TICKETS // 100, 2) if is_quick else (TICKETS, TRIES)
    with tempfile.TemporaryDirectory() as folder:
        show(asyncio.run(measure(Path(folder), number=number, tries=tries)))


if __name__ == "__main__":
    main()
