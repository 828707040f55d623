"""`digest preview` shows what somebody's digest would say, and sends nothing."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import tickets, workspace
from storage.database import open_database
from storage.people import Person
from storage.tickets import Ticket
from tests.handlers.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("newest")
LONG_AGO = datetime(2026, 3, 2, tzinfo=UTC)


async def give_bob_a_ticket(path: Path) -> None:
    async with open_database(path) as db, db.write() as tx:
        await workspace.adopt(tx, "T1")
        bob = Person(workspace_id="T1", slack_id="UBOB", name="bob", created_at=LONG_AGO)
        ticket = Ticket(
            workspace_id="T1",
            number=12,
            title="Kafka lags",
            description="",
            priority="high",
            source="slack",
            channel_id="D1",
            created_at=LONG_AGO,
        )
        tx.add_all([bob, ticket])
        await tx.flush()
        await tickets.assign(tx, ticket, person_id=bob.id, now=LONG_AGO)


def test_one_sees_what_somebodys_digest_would_say(run: Run, tmp_path: Path) -> None:
    run("team", "add", "Payments")
    asyncio.run(give_bob_a_ticket(tmp_path / "data" / "chargehand.db"))
    shown = run("digest", "preview", "--person", "bob").out
    assert shown == "*Your day*\n*Going stale (1)*\n• *CH-12* Kafka lags (high)\n"
    assert json.loads(run("digest", "preview", "--person", "@bob", "--json").out)["text"] == "Your day: 1 going stale."
