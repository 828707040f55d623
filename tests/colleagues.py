"""Other processes at work on the same database, as their rows show them."""

from datetime import UTC, datetime

from storage import workers
from storage.database import Database
from storage.workers import Process


async def clock_in(db: Database, name: str, *, now: datetime | None = None, lock: str | None = None) -> Process:
    """A process that lives as far as anybody can tell."""
    now = now or datetime.now(UTC)
    process = Process(id=name, role="all", host="elsewhere", version="0", started_at=now, heartbeat_at=now, lock=lock)
    async with db.write() as tx:
        await workers.beat(tx, process, now=now)
    return process
