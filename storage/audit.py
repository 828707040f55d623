"""The record of who did what to what, from where, with before and after; rows are only ever added."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import JSON, Field, SQLModel, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx, insert_last

Change = dict[str, Any]


class AuditEvent(Row, table=True):
    """`object_kind` and `object_id` name what was changed: ("ticket", "12"), ("team", "3")."""

    __tablename__ = "audit_events"

    at: datetime = Field(sa_type=UtcTime)
    actor: str  # "person:7", "operator:root" at the command line, "system" for rules, the model and timers
    surface: str
    action: str
    object_kind: str = Field(index=True)
    object_id: str = Field(index=True)
    before: Change = Field(default_factory=dict, sa_type=JSON)
    after: Change = Field(default_factory=dict, sa_type=JSON)
    correlation_id: str = Field(default="", index=True)


_INSERT = insert(SQLModel.metadata.tables["audit_events"])


def record(tx: Tx, event: AuditEvent) -> None:
    """Add it to the record, with the change, at the end of its transaction."""
    insert_last(tx, _INSERT, [event.model_dump(exclude={"id"})])


async def silent(tx: Tx, *, after: int) -> list[AuditEvent]:
    """The changes of tickets that nobody was told of, from one event on, oldest first."""
    rows = await tx.exec(
        select(AuditEvent)
        .where(AuditEvent.id > after, AuditEvent.surface == "github", AuditEvent.object_kind == "ticket")
        .order_by(col(AuditEvent.id))
    )
    return [row for row in rows if row.after.get("silent")]


async def of(tx: Tx, kind: str, object_id: str) -> list[AuditEvent]:
    """The history of one object, oldest first."""
    rows = await tx.exec(
        select(AuditEvent)
        .where(AuditEvent.object_kind == kind, AuditEvent.object_id == object_id)
        .order_by(col(AuditEvent.id))
    )
    return list(rows)
