"""Turns that were told to stop before a record says so."""

from datetime import datetime

from sqlalchemy import String, cast
from sqlmodel import col, select

from storage.audit import AuditEvent
from storage.database import Tx
from storage.turns import Turn

MOST = 20  # turns that one word stops


async def told_to_stop(tx: Tx, *, by: int, since: datetime) -> list[Turn]:
    """Turns that this person stopped since then and that no record says so of yet; some may have ended by now."""
    recorded = select(AuditEvent.id).where(
        AuditEvent.object_kind == "turn", AuditEvent.object_id == cast(Turn.id, String), AuditEvent.action == "stop"
    )
    newest = select(Turn).where(Turn.stopped_by == by, col(Turn.stop_at) >= since, ~recorded.exists())
    return list(await tx.exec(newest.order_by(col(Turn.id).desc()).limit(MOST)))
