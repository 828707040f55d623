"""After a restore nobody knows what was said since the backup: it is looked up before it is said again.

Everything that was unfinished at the backup is in doubt, and so is whatever comes of it: they share a correlation id.
Until what came in since the backup has been fetched again, so is whatever comes of any event.
"""

from datetime import datetime

from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlmodel import SQLModel, col
from sqlmodel import select as query

from storage import settings_kv
from storage.database import Tx
from storage.inbox import WAITING, Delivery
from storage.outbox import UNFINISHED, Outgoing
from storage.queue.jobs import Job
from storage.receipts import PENDING, Receipt
from storage.settings_kv import Setting
from storage.workers import Process
from storage.workspace import UNKNOWN

PREFIX = "doubt:"  # of the keys in settings_kv; the value is the moment of the backup
RECONCILE_SINCE = "reconcile:since"  # events from then on may be missing
TO_DOUBT = "restored:at"  # the tables were put back as they were then, and nothing of it is in doubt yet


def to_doubt(schema: str, taken_at: datetime) -> tuple[str, str]:
    """What marks tables that are put back, in the transaction that does so: `overdue` finds it if that was all."""
    table = f"{schema}.settings_kv"
    return (
        f"DELETE FROM {table} WHERE scope = '' AND key = '{TO_DOUBT}'",  # noqa: S608 - our words
        f"INSERT INTO {table} (workspace_id, scope, key, value, set_by)"  # noqa: S608
        f" VALUES ('{UNKNOWN}', '', '{TO_DOUBT}', '{taken_at.isoformat()}', 'restore')",
    )


def overdue(connection: Connection) -> int:
    """Cast the doubt that a mark asks for, if there is one, and take the mark away; how much is in doubt."""
    settings = _table(Setting)
    mark = (settings.c.scope == "") & (settings.c.key == TO_DOUBT)
    taken_at = connection.execute(select(settings.c.value).where(mark)).scalar()
    if taken_at is None:
        return 0
    connection.execute(delete(settings).where(mark))
    return cast(connection, since=datetime.fromisoformat(taken_at))


def cast(connection: Connection, *, since: datetime) -> int:
    """Put everything unfinished in doubt, and note from when on events may be missing; how many jobs and messages.

    Jobs that ran are free again without a crash to their name: nothing went wrong with them.
    """
    jobs, outbox, settings, workers, receipts = (_table(model) for model in (Job, Outgoing, Setting, Process, Receipt))
    running = jobs.c.state == "running"
    connection.execute(update(jobs).where(running).values(state="ready", worker_id=None, lease_until=None))
    in_the_air = outbox.c.state.in_(UNFINISHED)
    connection.execute(update(outbox).where(in_the_air).values(state="waiting", is_uncertain=True))
    intended = (receipts.c.state == PENDING) & receipts.c.sent_at.is_(None)
    connection.execute(update(receipts).where(intended).values(sent_at=since))
    connection.execute(delete(workers))
    earliest = connection.execute(select(settings.c.value).where(settings.c.key == RECONCILE_SINCE)).scalar()
    _note(connection, [RECONCILE_SINCE], min(earliest or since.isoformat(), since.isoformat()))
    return _doubt_unfinished(connection, since)


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


def _doubt_unfinished(connection: Connection, since: datetime) -> int:
    """What waits may have been said since then, and so may what comes of unfinished work; how much of both there is."""
    jobs, outbox, deliveries = (_table(model) for model in (Job, Outgoing, Delivery))
    waiting = outbox.c.state == "waiting"
    tried = func.coalesce(outbox.c.first_sent_at, since, type_=outbox.c.first_sent_at.type)
    doubtful = update(outbox).where(waiting).values(is_uncertain=True, first_sent_at=tried)
    messages = connection.execute(doubtful).rowcount
    work = list(connection.execute(select(jobs.c.correlation_id).where(jobs.c.finished_at.is_(None))).scalars())
    said = connection.execute(select(outbox.c.correlation_id).where(waiting)).scalars()
    held = connection.execute(select(deliveries.c.correlation_id).where(deliveries.c.status == WAITING)).scalars()
    _note(connection, [PREFIX + name for name in sorted({*work, *said, *held} - {""})], since.isoformat())
    return len(work) + messages


def _note(connection: Connection, keys: list[str], value: str) -> None:
    settings = SQLModel.metadata.tables["settings_kv"]
    workspace_id = connection.execute(select(settings.c.value).where(settings.c.key == "workspace")).scalar()
    for key in keys:
        connection.execute(delete(settings).where(settings.c.scope == "", settings.c.key == key))
        row = {"workspace_id": workspace_id or UNKNOWN, "scope": "", "key": key, "value": value, "set_by": "restore"}
        connection.execute(insert(settings).values(row))


async def doubts(tx: Tx) -> dict[str, datetime]:
    """Correlation id -> since when what came of it may have been said."""
    found = await tx.exec(query(Setting).where(col(Setting.key).startswith(PREFIX, autoescape=True)))
    return {row.key.removeprefix(PREFIX): datetime.fromisoformat(row.value) for row in found}


async def missing_since(tx: Tx) -> datetime | None:
    """From when on events may be missing, after a restore; None when that was seen to."""
    since = await settings_kv.get(tx, "", RECONCILE_SINCE)
    return None if since is None else datetime.fromisoformat(since)


async def since(tx: Tx, correlation_id: str) -> datetime | None:
    """Since when what comes of this may have been said; None when there is no doubt."""
    return (await doubts(tx)).get(correlation_id) or await missing_since(tx)


async def settle(tx: Tx) -> None:
    """Whatever was missing has come in: what is not finished now stays in doubt, what comes later is not."""
    began = await missing_since(tx)
    if began is not None:
        await tx.flush()
        await (await tx.connection()).run_sync(_doubt_unfinished, began)
        await settings_kv.drop(tx, "", RECONCILE_SINCE)
