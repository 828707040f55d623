"""`status` and `trace`: what the database says of the queue, of those who work on it, and of one event's life."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage import gaps, inbox, leases, limits, migrate, queue, workers
from storage.database import open_database
from storage.gaps import Gap
from storage.inbox import Delivery
from storage.queue import Job
from storage.receipts import Receipt
from storage.workers import Process
from tests.files import put_newest
from tests.handlers.cli.conftest import Run
from tests.team import LONG_AGO

DATABASE = Path("data/chargehand.db")


@pytest.fixture
async def _at_work(_empty_folder: None) -> None:
    """One job waits for 20 seconds, one is dead; one process works, one is silent; a bucket is blocked."""
    put_newest(DATABASE)
    now = datetime.now(UTC)
    async with open_database(DATABASE) as db, db.write() as tx:
        arrived = Delivery(
            workspace_id="T1",
            source="slack",
            dedupe_key="Ev1",
            kind="message",
            payload="{}",
            correlation_id="c1c1c1c1",
            received_at=now - timedelta(minutes=2),
        )
        stored = await inbox.store(tx, [arrived])
        made: dict[str, Any] = {
            "workspace_id": "T1",
            "created_at": now - timedelta(seconds=20),
            "correlation_id": "c1c1c1c1",
        }
        await queue.put(tx, Job(**made, kind="triage", priority=queue.INTERACTIVE, delivery_id=stored["Ev1"]))
        await queue.put(tx, Job(**made, kind="prune", priority=queue.BULK))
        [taken] = await queue.reserve(tx, worker="w1", now=now, lease=timedelta(minutes=1), limit=1)
        await queue.bury(tx, taken, now=now, error_class="bug", error="KeyError: 'no'")
        for name, heard in (("w1", now), ("w2", now - timedelta(minutes=5))):
            process = Process(
                id=name, role="all", host="box", version="1.0", started_at=now, heartbeat_at=heard, address="::1"
            )
            await workers.beat(tx, process, now=heard)
        await leases.hold(tx, "clock", holder="w1", now=now, seconds=60, is_dead=lambda _: False)
        gap = Gap(workspace_id="T1", source="github", reason="draining", since=LONG_AGO, until=LONG_AGO, found=3)
        gap.redelivered = 2
        await gaps.note(tx, gap)
        await limits.block(tx, "slack.update", until=now + timedelta(minutes=5), now=now)


at_work = pytest.mark.usefixtures("_at_work")


@at_work
async def test_status_shows_depth_processes_leader_and_limits(run: Run) -> None:
    async with open_database(DATABASE) as db, db.write() as tx:
        on_its_way = {"correlation_id": "c1c1c1c1", "sent_at": LONG_AGO, "state": "pending"}
        tx.add(Receipt(workspace_id="T1", key="k", kind="github.comment", channel_id="", at=LONG_AGO, **on_its_way))
    shown = await asyncio.to_thread(run, "status")
    lines = {line.split()[0]: line for line in shown.out.splitlines() if line}
    assert lines["database"] == f"database   data/chargehand.db, schema {migrate.newest()}"
    assert lines["queue"].startswith("queue      bulk 1; the oldest for ")
    assert lines["dead"] == "dead       triage 1: `python app.py jobs list --state dead`"
    assert lines["to"] == "to send    0 messages; 1 writes to Slack and GitHub are uncertain"
    assert lines["leaders"] == "leaders    clock: w1, outbox: nobody"
    assert lines["limits"].startswith("limits     slack.update until ")
    assert lines["last"].startswith("last gap   github 2020-01-01 00:00 to 00:00 (draining), open: 3 missed, 2 came, ")
    assert lines["w1"].split()[:5] == ["w1", "all", "box", "1.0", "working"]
    assert lines["w2"].split()[4] == "silent"
    told = json.loads((await asyncio.to_thread(run, "status", "--json")).out)
    assert (told["gap"]["reason"], told["gap"]["closed_at"], told["held"]) == ("draining", None, 0)
    assert (told["waiting"]["bulk"], told["dead"], told["leaders"]["clock"]) == (1, {"triage": 1}, "w1")


@at_work
async def test_trace_prints_the_life_with_the_times_between(run: Run) -> None:
    shown = (await asyncio.to_thread(run, "trace", "Ev1")).out.splitlines()
    assert [line.split()[4] for line in shown[1:]] == [
        "delivery.received",
        "delivery.stored",
        "job.queued",
        "job.queued",
        "job.reserved",
        "job.dead",
    ]
    assert shown[3].split()[2:4] == ["100.0", "s"]
    assert shown[-1].rstrip().endswith("KeyError: 'no'")
    told = json.loads((await asyncio.to_thread(run, "trace", "c1c1c1c1", "--json")).out)
    assert [event["about"] for event in told[:3]] == ["slack message", "slack message", "triage 1"]


@at_work
async def test_what_is_not_known_is_said(run: Run) -> None:
    refused = await asyncio.to_thread(run, "trace", "CH-12")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("Nothing is known of CH-12: give a correlation id, a delivery's id, CH-12, ")


@pytest.mark.parametrize("verb", ["status", "trace CH-1"])
def test_looking_makes_no_database(run: Run, verb: str) -> None:
    refused = run(*verb.split())
    assert refused.code == 2
    assert refused.err.startswith("There is no database at data/chargehand.db: `serve` or `db upgrade` makes one")
    assert not DATABASE.exists()
