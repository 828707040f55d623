"""`reminders preview` shows what is planned, for whom and which ticket, and why."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage import workspace
from storage.database import open_database
from storage.people import Person
from storage.reminders import Reminder
from storage.tickets import Ticket
from tests.handlers.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("newest")
SOON = datetime(2026, 3, 2, tzinfo=UTC)  # what is late is still planned


async def plan(path: Path) -> None:
    async with open_database(path) as db, db.write() as tx:
        await workspace.adopt(tx, "T1")
        ticket = Ticket(
            workspace_id="T1",
            number=12,
            title="Kafka lags",
            description="",
            source="slack",
            channel_id="C1",
            created_at=SOON,
        )
        person = Person(workspace_id="T1", slack_id="U1", name="bob", created_at=SOON)
        tx.add(ticket)
        tx.add(person)
        await tx.flush()
        whom: list[dict[str, Any]] = [{"person_id": person.id}, {"channel_id": "C1"}]
        for number, told in enumerate(whom):
            tx.add(
                Reminder(
                    workspace_id="T1",
                    kind="digest",
                    step="daily",
                    due_at=SOON + timedelta(days=2 + number),
                    reason="the digest",
                    plan_key=f"digest {number}",
                    created_at=SOON,
                    **told,
                )
            )
        for days, step in ((0, "warn"), (1, "breach"), (50_000, "managers")):
            tx.add(
                Reminder(
                    workspace_id="T1",
                    kind="ack",
                    step=step,
                    ticket_id=ticket.id,
                    due_at=SOON + timedelta(days=days),
                    reason="high: acknowledge within 1h (business)",
                    plan_key=step,
                    created_at=SOON,
                )
            )


def test_what_is_planned_for_the_next_days_is_shown_with_its_reason(run: Run, tmp_path: Path) -> None:
    run("team", "add", "Payments")
    assert run("reminders", "preview").out == "Nothing is planned for the next 7 days.\n"
    asyncio.run(plan(tmp_path / "data" / "chargehand.db"))
    lines = [" ".join(line.split()) for line in run("reminders", "preview", "--days", "3").out.splitlines()]
    assert lines == [
        "due for ticket step generation why",
        "2026-03-02 00:00 UTC – CH-12 ack warn 1 high: acknowledge within 1h (business)",
        "2026-03-03 00:00 UTC – CH-12 ack breach 1 high: acknowledge within 1h (business)",
        "2026-03-04 00:00 UTC @bob – digest daily 1 the digest",
        "2026-03-05 00:00 UTC C1 – digest daily 1 the digest",
    ]
    assert [row["step"] for row in json.loads(run("reminders", "preview", "--json").out)] == [
        "ack warn", "ack breach", "digest daily", "digest daily",
    ]  # fmt: skip
