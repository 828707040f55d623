"""What is due is asked for: one range read, then a job for each under the reminder and the time it was due."""

import secrets
from datetime import datetime, timedelta

from bot.elected import Role
from storage import queue, reminders, workspace
from storage.database import Database
from storage.queue import Job
from storage.reminders import Due

KIND = "reminder"
EVERY = timedelta(seconds=15)
MOST = 1000  # in one transaction; the rest a second later


async def ask(db: Database, role: Role, *, now: datetime) -> int:
    """Ask for up to `MOST` reminders; how many that made.

    Raises:
        StorageError: the next look asks for them again.
    """
    async with db.read() as tx:
        found = await reminders.due(tx, now=now, most=MOST)
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
    fire_at = due.fire_at.isoformat()
    return Job(
        workspace_id=workspace_id,
        kind=KIND,
        args={"reminder_id": due.reminder_id, "fire_at": fire_at},
        key=f"ticket:{due.ticket_id}" if due.ticket_id else None,
        dedupe_key=f"{KIND}:{due.reminder_id}:{fire_at}",
        priority=queue.DERIVED,
        created_at=now,
        correlation_id=secrets.token_hex(6),
    )
