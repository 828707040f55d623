"""Whoever waits for a buried job is told; who only was the subject of one is not (promise 2)."""

import json
from typing import Any

import pytest
from sqlmodel import select

from agent.github.connections import DEAD, reading_ended
from handlers.jobs.failures import apologise
from storage import inbox, workspace
from storage.database import Database
from storage.inbox import Delivery
from storage.outbox import Outgoing
from storage.queue import Job
from storage.repositories import Repository
from tests.team import LONG_AGO

SPOKEN = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "ts": "1.1", "text": "redis is down"}
CHANGED = {"type": "user_change", "user": {"id": "U1"}}


@pytest.mark.parametrize(("kind", "event", "told"), [("message", SPOKEN, ["U1"]), ("person", CHANGED, [])])
async def test_only_who_asked_hears_of_it(db: Database, kind: str, event: dict[str, Any], told: list[str]) -> None:
    body = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}
    delivery = Delivery(
        workspace_id="T1",
        source="slack",
        dedupe_key="Ev1",
        kind=kind,
        body=json.dumps(body).encode(),
        correlation_id="c1",
        received_at=LONG_AGO,
    )
    async with db.write() as tx:
        await workspace.adopt(tx, "T1")
        stored = await inbox.store(tx, [delivery])
        job = Job(
            id=7,
            correlation_id="c1",
            workspace_id="T1",
            kind=f"slack.{kind}",
            args={"delivery_id": stored["Ev1"]},
            created_at=LONG_AGO,
        )
        await apologise(tx, job, now=LONG_AGO, bot_user_id="UBOT")
        assert [row.channel_id for row in await tx.exec(select(Outgoing))] == told


@pytest.mark.parametrize("kind", ["github.command", "github.connect", "github.sync", "groups"])
async def test_so_does_whoever_was_promised_to_hear_what_comes_of_a_command(db: Database, kind: str) -> None:
    async with db.write() as tx:
        await workspace.adopt(tx, "T1")
        args = {"delivery_id": 1, "slack_id": "U1"}
        job = Job(id=7, correlation_id="c1", workspace_id="T1", kind=kind, args=args, created_at=LONG_AGO)
        await apologise(tx, job, now=LONG_AGO, bot_user_id="UBOT")
        [row] = await tx.exec(select(Outgoing))
    assert row.channel_id == "U1"
    assert "with your command" in row.payload


async def test_a_reading_that_is_buried_is_listed_as_failed(db: Database) -> None:
    async with db.write() as tx:
        known = Repository(
            workspace_id="T1", github_id=1, host="github.com", full_name="acme/shop", created_at=LONG_AGO
        )
        known.sync_state = "running"
        tx.add(known)
        await tx.flush()
        made = {"workspace_id": "T1", "created_at": LONG_AGO}
        reading = Job(**made, id=7, kind="github.sync", args={"repository_id": known.id})
        await reading_ended(tx, reading, DEAD.format(job=7))
        await reading_ended(tx, Job(**made, id=8, kind="prune"), "no reading")
    assert (known.sync_state, known.sync_note) == ("failed", "`jobs show 7` says why")
