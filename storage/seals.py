"""What is on record is sealed: numbered without a gap, each seal made of the one before, so that a change shows.

Seals are rows of their own, so that events are only ever added; they are made a moment later, so that whoever records
something need not know the one before.
"""

import hashlib
from typing import Any

from sqlalchemy import Row as Found
from sqlmodel import UniqueConstraint, col, insert, select

from storage import workspace
from storage.audit import EVENTS, canonical
from storage.columns import Row
from storage.database import Database, Tx, run

AT_ONCE = 200  # events in one transaction: about a hundredth of a second


class AuditSeal(Row, table=True):
    """One link of the workspace's chain. `hash`: SHA-256 over the one before and the event in canonical JSON."""

    __tablename__ = "audit_seals"
    __table_args__ = (UniqueConstraint("workspace_id", "sequence"), UniqueConstraint("event_id"))

    sequence: int  # 1, 2, 3 … in each workspace
    event_id: int
    hash: str


def link(previous: str, sequence: int, event: Any) -> str:
    """The hash of an event in its place; `previous` is empty for the first one."""
    said = canonical(
        {
            "sequence": sequence,
            "id": event.id,
            "workspace": event.workspace_id,
            "at": event.at.isoformat(timespec="microseconds"),
            "actor": event.actor,
            "surface": event.surface,
            "action": event.action,
            "object": [event.object_kind, event.object_id],
            "payload": event.digest,
            "correlation_id": event.correlation_id,
        }
    )
    return hashlib.sha256(f"{previous}{said}".encode()).hexdigest()


async def seal(db: Database, *, at_once: int = AT_ONCE) -> int:
    """Seal all that is recorded and not sealed yet, in the order in which it was; how much there was.

    Several processes may do so at the same time, and one may be killed at any moment: a seal is there or it is not.

    Raises:
        StorageError: the rest is sealed the next time.
    """
    sealed = 0
    while await _is_any_left(db):
        async with db.write() as tx:
            sealed += await _seal_some(tx, limit=at_once)
    return sealed


async def head(tx: Tx) -> AuditSeal | None:
    """The newest seal, which vouches for all before it; None while nothing is sealed."""
    mine = select(AuditSeal).where(AuditSeal.workspace_id == await workspace.current(tx))
    return (await tx.exec(mine.order_by(col(AuditSeal.sequence).desc()).limit(1))).first()


async def _is_any_left(db: Database) -> bool:
    async with db.read() as tx:
        return bool(await _unsealed(tx, await head(tx), limit=1))


async def _seal_some(tx: Tx, *, limit: int) -> int:
    last = await head(tx)
    previous, sequence = (last.hash, last.sequence) if last else ("", 0)
    rows = []
    for number, event in enumerate(await _unsealed(tx, last, limit=limit), start=sequence + 1):
        previous = link(previous, number, event)
        rows.append(
            {"workspace_id": event.workspace_id, "sequence": number, "event_id": event.id, "hash": previous},
        )
    if rows:
        await run(tx, insert(AuditSeal), rows)
    return len(rows)


async def _unsealed(tx: Tx, last: AuditSeal | None, *, limit: int) -> list[Found[Any]]:
    """Events are given their ids one writer after the other, so none with a lower one comes later."""
    workspace_id = await workspace.current(tx)
    if workspace_id == workspace.UNKNOWN:  # they will learn their workspace, which the seals vouch for
        return []
    newer = (EVENTS.c.workspace_id == workspace_id) & (EVENTS.c.id > (last.event_id if last else 0))
    return list(await run(tx, EVENTS.select().where(newer).order_by(EVENTS.c.id).limit(limit)))
