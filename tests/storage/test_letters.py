"""Upper and lower case are the same on both databases, also of letters beyond ASCII."""

from datetime import UTC, datetime

import pytest

from storage import listing, people, workspace
from storage.database import Database
from storage.listing import Filter, Viewer
from storage.people import Person
from storage.tickets import Ticket

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("component", "öl"), ("component", "ÖL"), ("words", "übersicht"), ("words", "ÄRGERT"), ("tag", "PRÜFEN")],
)
async def test_tickets_are_found_whatever_the_case(db: Database, kind: str, value: str) -> None:
    async with db.write() as tx:
        await workspace.adopt(tx, "T1")
        about = {"title": "Übersicht leer", "description": "das ärgert alle", "component": "Öl", "tags": ["Prüfen"]}
        tx.add(Ticket(workspace_id="T1", number=1, channel_id="C1", source="slack", created_at=NOW, **about))
    viewer = Viewer(workspace_id="T1", person_id=1, channels=frozenset(), is_outsider=False)
    async with db.read() as tx:
        found = await listing.page(tx, viewer, [Filter(kind, value, value)], order="mine", first=0, most=5)
    assert [line.ticket.number for line in found] == [1]


async def test_people_are_found_whatever_the_case(db: Database) -> None:
    async with db.write() as tx:
        await workspace.adopt(tx, "T1")
        person = Person(
            workspace_id="T1", slack_id="U1", name="Özgür", email="Özgür@x.io", created_at=NOW, refreshed_at=NOW
        )
        tx.add(person)
        await tx.flush()
        for name in ("özgür", "ÖZGÜR"):
            assert await people.named(tx, "T1", name) == [person]
        assert await people.by_email(tx, "T1", "özgür@x.io") == person
