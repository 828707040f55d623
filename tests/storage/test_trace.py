"""`trace` reads what belongs to one event by an index, however much else is kept."""

from typing import Any

import pytest
from sqlalchemy import insert, text

from storage import inbox, queue, receipts, trace
from storage.audit import AuditEvent
from storage.columns import Row
from storage.database import Database
from storage.inbox import Delivery
from storage.issues import Issue
from storage.outbox import Outgoing
from storage.queue import Job, JobEvent
from storage.receipts import Receipt
from storage.repositories import Repository
from storage.tickets import Ticket
from storage.workspace import adopt
from tests.storage.queue.test_plans import plan, statements
from tests.team import LONG_AGO

KEPT = 3_000
TABLES = ("deliveries", "jobs", "job_events", "outbox", "receipts", "audit_events")


def rows(number: int) -> dict[type[Row], Row]:
    """One event with a message, its receipt and a change."""
    ours: dict[str, Any] = {"workspace_id": "T1", "correlation_id": f"c{number}"}
    place: dict[str, Any] = {"kind": "post", "channel_id": "C1", "key": f"k{number}"}
    came: dict[str, Any] = {"source": "slack", "dedupe_key": f"Ev{number}", "kind": "message", "payload": "{}"}
    sent: dict[str, Any] = {"lane": "C1", "payload": "", "state": "sent", "due_at": LONG_AGO, "created_at": LONG_AGO}
    by: dict[str, Any] = {"actor": "system", "surface": "system", "action": "report", "object_kind": "ticket"}
    did: dict[str, Any] = {"kind": "github.issues", "key": f"issue:1:{number}", "state": "done", "seq": number}
    when: dict[str, Any] = dict.fromkeys(("created_at", "not_before", "ready_at", "finished_at"), LONG_AGO)
    return {
        Job: Job(**ours, **did, **when),
        JobEvent: JobEvent(**ours, job_id=number, stage="done", at=LONG_AGO),
        Delivery: Delivery(**ours, **came, received_at=LONG_AGO),
        Outgoing: Outgoing(**ours, **place, **sent),
        Receipt: Receipt(**ours, **place, ts=f"1600000000.{number:06}", at=LONG_AGO),
        AuditEvent: AuditEvent(**ours, **by, at=LONG_AGO, object_id=str(number)),
    }


@pytest.fixture
async def full(db: Database) -> Database:
    """Many events, which have nothing to do with one another."""
    every = [rows(number) for number in range(KEPT)]
    async with db.write() as tx:
        await adopt(tx, "T1")
        tx.add(
            Repository(workspace_id="T1", github_id=1, host="github.com", full_name="acme/shop", created_at=LONG_AGO)
        )
        connection = await tx.connection()
        for model in every[0]:
            await connection.execute(insert(model), [one[model].model_dump(exclude={"id"}) for one in every])
        await connection.execute(text("ANALYZE"))
    return db


async def test_no_table_is_read_through(full: Database) -> None:
    async with full.read() as tx:
        with statements((await tx.connection()).engine.sync_engine) as seen:
            assert await trace.find(tx, "Ev7") == {"c7"}
            assert await trace.find(tx, "c7") == {"c7"}
            assert await trace.find(tx, "acme/shop#7") == {"c7"}
            assert await trace.find(tx, "https://acme.slack.com/archives/C1/p1600000000000007") == {"c7"}
            story = await trace.story(tx, {"c7"})
        plans = [await plan(tx, *asked) for asked in list(seen)]
    stages = ["job.done", "effect.intended", "effect.confirmed", "audit.report"]
    assert [event.stage for event in story] == ["delivery.received", "delivery.stored", *stages]
    assert len(plans) > 8
    for said in plans:
        assert not any(f"SCAN {table}" in said or f"Seq Scan on {table}" in said for table in TABLES), said


async def test_an_issue_leads_to_what_github_told_of_it_and_to_its_ticket(db: Database) -> None:
    ours: dict[str, Any] = {"workspace_id": "T1"}
    async with db.write() as tx:
        await adopt(tx, "T1")
        shop = Repository(**ours, github_id=1, host="github.com", full_name="acme/shop", created_at=LONG_AGO)
        told: dict[str, Any] = {"title": "redis is down", "description": "", "source": "github", "channel_id": "C1"}
        ticket = Ticket(**ours, **told, number=1, created_at=LONG_AGO)
        tx.add_all([shop, ticket])
        await tx.flush()
        mirrored: dict[str, Any] = {"title": "redis is down", "body": "", "state": "open", "url": "https://x/7"}
        tx.add(Issue(**ours, repository_id=shop.id, number=7, ticket_id=ticket.id, **mirrored))
        changed: dict[str, Any] = {"action": "claim", "object_kind": "ticket", "object_id": str(ticket.id)}
        tx.add(AuditEvent(**ours, **changed, at=LONG_AGO, actor="system", surface="slack", correlation_id="claimed"))
        heard: dict[str, Any] = {"source": "github", "kind": "issues", "action": "opened", "received_at": LONG_AGO}
        came = await inbox.store(tx, [Delivery(**ours, **heard, dedupe_key="github:guid-1", correlation_id="opened")])
        made: dict[str, Any] = {"kind": "github.issues", "created_at": LONG_AGO, "correlation_id": "opened"}
        await queue.put(tx, Job(**ours, **made, key="issue:1:7", delivery_id=came["github:guid-1"]))
        await inbox.ignore(tx, came["github:guid-1"], "known already")
    async with db.read() as tx:
        assert await trace.find(tx, "acme/shop#7") == {"claimed", "opened"}
        assert await trace.find(tx, "guid-1") == {"opened"}
        assert await trace.find(tx, "acme/shop#8") == set()
        [received, stored, _] = await trace.story(tx, {"opened"})
    assert (received.about, received.detail) == ("github issues opened", "github:guid-1")
    assert stored.detail == "ignored: known already"


async def test_an_effect_is_confirmed_only_when_it_is(db: Database) -> None:
    place: dict[str, Any] = {"workspace_id": "T1", "kind": "github.comment", "channel_id": "", "correlation_id": "c"}
    async with db.write() as tx:
        await receipts.intend(tx, Receipt(**place, key="k1", at=LONG_AGO))
        await receipts.intend(tx, Receipt(**place, key="k2", at=LONG_AGO))
        url = "https://github.com/acme/shop/issues/7#9"
        await receipts.confirm(tx, "k2", external_id="9", url=url, at=LONG_AGO, fence=0)
    async with db.read() as tx:
        pending, done = await trace.story(tx, {"c"})
    assert (pending.stage, pending.about) == ("effect.intended", "github.comment")
    assert done.stage == "effect.confirmed"
    assert done.detail.endswith(": https://github.com/acme/shop/issues/7#9")
