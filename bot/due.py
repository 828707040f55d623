"""What is due is asked for: one range read, then a job for each that says which reminder and the time it was due."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from bot.elected import Role
from storage import queue, reminders, workspace
from storage.database import Database
from storage.queue import Job
from storage.reminders import Due

KIND = "reminder"
EVERY = timedelta(seconds=15)
MOST = 1000  # in one transaction; the rest a second later


async def ask(db: Database, role: Role, *, now: datetime, besides: Collection[str] = ()) -> int:
    """Ask for up to `MOST` reminders; how many that made.

    Args:
        besides: kinds that wait, however long they are due.

    Raises:
        StorageError: the next look asks for them again.
    """
    async with db.read() as tx:
        found = await reminders.due(tx, now=now, most=MOST, besides=besides)
    if not found:
        return 0
    async with db.write() as tx:
        if not await role.is_certain(tx):
            return 0
        workspace_id = await workspace.current(tx)
        wanted = await reminders.ask_for(tx, found)
        await queue.put_all(tx, [_job(due, now, workspace_id) for due in wanted])
    return len(wanted)


def _job(due: Due, now: datetime, workspace_id: str) -> Job:
    # Without a dedupe key: the reminder's state lets it be asked for once each time that it is planned. One that was
    # cancelled when its job came, and is planned again for the same time, needs another job.
    return Job(
        workspace_id=workspace_id,
        kind=KIND,
        args={"reminder_id": due.reminder_id, "fire_at": due.fire_at.isoformat()},
        key=f"ticket:{due.ticket_id}" if due.ticket_id else None,
        priority=queue.DERIVED,
        created_at=now,
        correlation_id=secrets.token_hex(6),
    )
