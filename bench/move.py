"""How long `db move` takes, and how much memory: `python bench/move.py [--to URL] [--tickets N]`.

A SQLite file in a temporary folder is filled with so many tickets and their history, and moved to a PostgreSQL of
its own or to the empty database that URL names.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).parent.parent)

from sqlalchemy import Connection, insert
from sqlmodel import SQLModel

from bench.table import Row, below, show
from storage import migrate
from storage.audit import payload_row
from storage.transfer import carry_numbers, tables
from tests.postgres import cluster

T = "T1"
START = datetime(2020, 1, 5, 8, tzinfo=UTC)
PEOPLE = 50
BATCH = 2_000  # tickets written at a time
TICKETS, QUICK_TICKETS = 100_000, 200
MOST_SECONDS, MOST_MEMORY = 600, 300  # of 100,000 tickets; MB


def fill(where: Path | str, *, tickets: int) -> None:
    """A database with so many tickets, each with what a resolved one leaves: some ten rows."""
    migrate.upgrade(where)
    migrate.load_tables()
    with migrate.engine(where).begin() as connection:
        people = [
            {
                "id": n, "workspace_id": T, "slack_id": f"U{n}", "name": f"person {n}", "is_admin": False,
                "is_outsider": False, "is_active": True, "created_at": START,
            }
            for n in range(1, PEOPLE + 1)
        ]  # fmt: skip
        _write(connection, "people", people)
        day_off = {"id": 1, "workspace_id": T, "scope": "", "day": START.date(), "is_off": True, "name": "founding day"}
        _write(connection, "holidays_custom", [day_off])
        for first in range(1, tickets + 1, BATCH):
            _tickets(connection, range(first, min(first + BATCH, tickets + 1)))
        for table in tables():  # ids were given here, so the database does not know them
            carry_numbers(connection, connection, table)


def _tickets(connection: Connection, numbers: range) -> None:
    made = {n: START + timedelta(seconds=n) for n in numbers}
    common = {"workspace_id": T}
    _write(connection, "tickets", [_ticket(n, at) for n, at in made.items()])
    _write(connection, "assignments", [
        common | {"ticket_id": n, "person_id": 1 + n % PEOPLE, "assigned_at": at, "ended_at": at}
        for n, at in made.items()
    ])  # fmt: skip
    _write(connection, "deliveries", [
        common | {"id": n, "source": "slack", "dedupe_key": f"Ev{n}", "kind": "message", "correlation_id": f"c{n}",
                  "payload": '{"text": "' + "redis is down " * 20 + '"}', "received_at": at}
        for n, at in made.items()
    ])  # fmt: skip
    _write(connection, "jobs", [
        common | {"id": n, "kind": "slack.message", "args": {"delivery_id": n}, "version": 1, "seq": n, "priority": 0,
                  "state": "done", "not_before": at, "attempts": 1, "crashes": 0, "replays": 0, "fence": 1,
                  "correlation_id": f"c{n}", "delivery_id": n, "created_at": at, "ready_at": at, "finished_at": at}
        for n, at in made.items()
    ])  # fmt: skip
    _write(connection, "receipts", [
        common | {"key": f"card:{n}", "kind": "post", "channel_id": "C1", "ts": f"{n}.1", "ticket_id": n, "at": at,
                  "correlation_id": f"c{n}"}
        for n, at in made.items()
    ])  # fmt: skip
    changes = [(n, at, action) for n, at in made.items() for action in ("report", "assign", "resolve")]
    said = [
        payload_row(T, before={"status": "open"}, after={"status": action, "note": "ü" * 20})
        for _, _, action in changes
    ]
    _write(connection, "audit_payloads", said)
    _write(connection, "audit_events", [
        common | {"at": at, "actor": "U1", "surface": "slack", "action": action, "object_kind": "ticket",
                  "object_id": str(n), "digest": payload["digest"], "correlation_id": f"c{n}"}
        for (n, at, action), payload in zip(changes, said, strict=True)
    ])  # fmt: skip
    _write(connection, "job_events", [
        common | {"job_id": n, "stage": stage, "at": at, "correlation_id": f"c{n}", "attempt": 1, "fence": 1,
                  "detail": ""}
        for n, at in made.items() for stage in ("queued", "reserved", "done")
    ])  # fmt: skip


def _ticket(number: int, at: datetime) -> dict[str, Any]:
    return {
        "id": number, "workspace_id": T, "number": number, "title": f"Redis is down ({number})",
        "description": "redis is down since the last deployment " * 5, "summary": "", "fingerprint": f"f{number}",
        "tags": ["redis"], "status": "resolved", "reporter_id": 1 + number % PEOPLE, "source": "slack",
        "channel_id": "C1", "channel_name": "ops", "is_private": False, "triage_confidence": 0.1 + number % 7 / 10,
        "triage_note": "", "assign_reason": "", "created_at": at, "resolved_at": at,
    }  # fmt: skip


def _write(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(SQLModel.metadata.tables[table]), rows)


def move(to: str, *, tickets: int) -> list[Row]:
    """Fill a file, and move it there.

    Raises:
        CalledProcessError: it could not be moved.
    """
    with tempfile.TemporaryDirectory(prefix="chargehand-move-") as folder:
        source = Path(folder) / "chargehand.db"
        fill(source, tickets=tickets)
        size, start = source.stat().st_size / 1e6, time.monotonic()
        command = [sys.executable, "app.py", "db", "move", "--to", to]
        subprocess.run(command, cwd=sys.path[0], env=os.environ | {"DATABASE_URL": f"sqlite:///{source}"}, check=True)
        took = time.monotonic() - start
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
    return [
        Row("tickets with history", f"{tickets:,}"),
        Row("MB on the disk", size),
        below("seconds", took, MOST_SECONDS),
        below("MB of memory at most", memory, MOST_MEMORY),
    ]


def main() -> None:
    """The command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--to", help="an empty database, instead of a PostgreSQL of its own")
    options.add_argument("--tickets", type=int, default=TICKETS)
    options.add_argument("--quick", action="store_true", help=f"{QUICK_TICKETS} tickets")
    given = options.parse_args()
    tickets = QUICK_TICKETS if given.quick else given.tickets
    if given.to:
        show(move(given.to, tickets=tickets))
        return
    with cluster(settings=()) as server:
        show(move(server.url, tickets=tickets))


if __name__ == "__main__":
    main()
