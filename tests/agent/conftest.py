"""A desk on a real database, for what the agent decides without Slack."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.desk import Desk
from agent.people.admit import actor_of
from bot.events import Place
from bot.settings import Settings
from storage import people, tickets, workspace
from storage.database import open_database
from storage.people import Person, RoleName, Team
from storage.tickets import Ticket
from tests.files import make_ready

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MakeTicket = Callable[..., Awaitable[Ticket]]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Ann, a viewer, at the desk in #ops; bo manages Platform, cy and di respond."""
    settings = Settings(_env_file=None, database_url=f"sqlite:///{tmp_path / 'desk.db'}")
    make_ready(settings)
    async with open_database(settings.database, settings.connections) as db, db.write() as tx:
        await workspace.adopt(tx, "T1")
        team = Team(workspace_id="T1", name="Platform", slug="platform", channel_id="C1", created_at=NOW)
        tx.add(team)
        roles: dict[str, RoleName | None] = {"ann": None, "bo": "manager", "cy": "responder", "di": "responder"}
        for name, role in roles.items():
            person = Person(workspace_id="T1", slack_id=f"U{name.upper()}", name=name, created_at=NOW, refreshed_at=NOW)
            tx.add(person)
            await tx.flush()
            if role:
                await people.give_role(tx, person, team, role=role)
        await tx.flush()
        yield Desk(
            tx=tx,
            now=NOW,
            settings=settings,
            workspace_id="T1",
            surface="mention",
            correlation_id="c0ffee",
            key="job:1",
            actor=await actor_of(tx, await people.the(tx, "T1", "UANN")),
            place=Place(channel_id="C1", channel_name="ops", thread_ts="10.1", message_ts="10.1"),
        )


@pytest.fixture
def make_ticket(desk: Desk) -> MakeTicket:
    """Tickets as a report would have left them."""

    async def make(**fields: object) -> Ticket:
        number = await tickets.next_number(desk.tx, "T1")
        values: dict[str, object] = {
            "workspace_id": "T1",
            "number": number,
            "title": "Redis is down",
            "description": "redis is down",
            "team_id": 1,
            "reporter_id": desk.asker.person_id,
            "source": "slack",
            "channel_id": "C1",
            "thread_ts": f"{number}.1",
            "message_ts": f"{number}.1",
            "created_at": NOW,
        }
        ticket = Ticket(**(values | fields))
        desk.tx.add(ticket)
        await desk.tx.flush()
        return ticket

    return make
