"""How long the audit record takes to check: `python bench/audit_verify.py [--quick]`, 200,000 events in a SQLite file.

Beside it the same rows read and not checked, and the sealing of all of them at once, in the same run.
"""

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # the checkout, and not this folder: its queue.py is not Python's

from sqlalchemy import insert

from bench.table import Row, below, show, wants_quick
from storage import migrate, seals, trail, workspace
from storage.audit import EVENTS, PAYLOADS, payload_row
from storage.database import Database, open_database, run

EVENTS_WANTED, BATCH = 200_000, 5_000
GOAL = 10.0
T = "T1"
START = datetime(2026, 1, 1, tzinfo=UTC)


async def fill(db: Database, number: int) -> None:
    """So many changes of status, each with a reason."""
    async with db.write() as tx:
        await workspace.adopt(tx, T)
    for first in range(0, number, BATCH):
        said = [
            payload_row(T, before={"status": "open"}, after={"status": "resolved", "reason": f"failed over, take {n}"})
            for n in range(first, first + BATCH)
        ]
        async with db.write() as tx:
            await run(tx, insert(PAYLOADS), said)
            await run(tx, insert(EVENTS), [_event(first + n, one["digest"]) for n, one in enumerate(said)])


def _event(number: int, digest: str) -> dict[str, object]:
    return {
        "workspace_id": T,
        "at": START + timedelta(seconds=number),
        "actor": f"person:{number % 500}",
        "surface": "slash",
        "action": "status",
        "object_kind": "ticket",
        "object_id": str(number // 4),
        "correlation_id": f"{number:012x}",
        "digest": digest,
    }


async def measure(number: int) -> list[Row]:
    """Fill, seal, read and check."""
    with tempfile.TemporaryDirectory(prefix="chargehand-audit-") as folder:
        path = Path(folder) / "chargehand.db"
        migrate.upgrade(path)
        migrate.load_tables()
        async with open_database(path) as db:
            await fill(db, number)
            started = time.perf_counter()
            assert await seals.seal(db) == number
            sealed = time.perf_counter() - started
            async with db.read() as tx:
                started = time.perf_counter()
                assert len(list(await run(tx, trail.links(T, after=0, limit=number)))) == number
                read = time.perf_counter() - started
                started, busy = time.perf_counter(), time.process_time()
                found = await trail.verify(tx)
                checked, busy = time.perf_counter() - started, time.process_time() - busy
    assert (found.sealed, found.broken) == (number, None)
    share = EVENTS_WANTED / number
    return [
        below(f"{EVENTS_WANTED:,} events checked, s", checked * share, GOAL),
        Row("CPU seconds of that", busy * share),
        Row(f"{EVENTS_WANTED:,} events read alone, s", read * share),
        Row("ratio of the two", checked / read),
        Row("events sealed in a second", number / sealed),
    ]


def main() -> None:
    """Print the table."""
    is_quick = wants_quick(__doc__, "a tenth of the events; the figures are rougher")
    show(asyncio.run(measure(EVENTS_WANTED // 10 if is_quick else EVENTS_WANTED)))


if __name__ == "__main__":
    main()
