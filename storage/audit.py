"""The record of who did what to what, from where, with before and after; rows are only ever added.

What an event says stands in a row of its own, of which the event holds the digest: the words can be forgotten, and
the event, and all that vouches for it (storage/seals.py), stays as it was.
"""

import hashlib
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, insert, or_, text
from sqlmodel import Field, Index, Relationship, SQLModel, UniqueConstraint, col, select

from storage.columns import Row, UtcTime, values_of, where
from storage.database import Tx, insert_last

Change = dict[str, Any]
FORGET = "forget"  # the action that takes words away: its own stay, since they say whose


class AuditPayload(Row, table=True):
    """The words and values of one event. Without its salt nobody can tell from a digest which words they were."""

    __tablename__ = "audit_payloads"
    __table_args__ = (UniqueConstraint("digest"),)

    digest: str
    salt: str
    text: str  # canonical JSON: {"after": {…}, "before": {…}}


class AuditEvent(Row, table=True):
    """`object_kind` and `object_id` name what was changed: ("ticket", "12"), ("team", "3")."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_refused", "actor", "id", **where("action = 'refused'")),)

    at: datetime = Field(sa_type=UtcTime)
    actor: str  # "person:7", "operator:root" at the command line, "system" for rules, the model and timers
    surface: str
    action: str
    object_kind: str = Field(index=True)
    object_id: str = Field(index=True)
    correlation_id: str = Field(default="", index=True)
    digest: str = ""  # of its AuditPayload

    payload: AuditPayload | None = Relationship(
        sa_relationship_kwargs={
            "primaryjoin": "foreign(AuditEvent.digest) == AuditPayload.digest",
            "lazy": "joined",
            "viewonly": True,
        }
    )

    @property
    def before(self) -> Change:
        """How it was; empty when that was forgotten."""
        return self._said("before")

    @property
    def after(self) -> Change:
        """How it became; empty when that was forgotten."""
        return self._said("after")

    def _said(self, side: str) -> Change:
        said: Change = json.loads(self.payload.text)[side] if self.payload else {}
        return said


EVENTS, PAYLOADS = (SQLModel.metadata.tables[name] for name in ("audit_events", "audit_payloads"))
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))  # once: to make one takes longer than to use it
_INSERT, _INSERT_PAYLOAD = insert(EVENTS), insert(PAYLOADS)


def canonical(value: Change) -> str:
    """The one way to write a value, which its digest depends on."""
    return _CANONICAL.encode(value)


def digest_of(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def payload_row(workspace_id: str, *, before: Change, after: Change) -> dict[str, str]:
    """An AuditPayload as it is stored."""
    salt, text = secrets.token_hex(16), canonical({"before": before, "after": after})
    return {"workspace_id": workspace_id, "digest": digest_of(salt, text), "salt": salt, "text": text}


def record(tx: Tx, event: AuditEvent, *, before: Change | None = None, after: Change | None = None) -> None:
    """Add it to the record, with the change, at the end of its transaction."""
    payload = payload_row(event.workspace_id, before=before or {}, after=after or {})
    insert_last(tx, _INSERT_PAYLOAD, [payload])
    insert_last(tx, _INSERT, [values_of(event) | {"digest": payload["digest"]}])


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What a transaction that still runs has put on record."""

    action: str
    object_kind: str
    object_id: str
    before: Change
    after: Change


def recorded(tx: Tx) -> list[Recorded]:
    """All that this transaction has recorded so far, oldest first."""
    last = tx.info.get("last", {})
    said = {payload["digest"]: json.loads(payload["text"]) for payload in last.get(_INSERT_PAYLOAD, ())}
    return [
        Recorded(
            action=row["action"],
            object_kind=row["object_kind"],
            object_id=row["object_id"],
            before=said[row["digest"]]["before"],
            after=said[row["digest"]]["after"],
        )
        for row in last.get(_INSERT, ())
    ]


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


async def last_refusal(tx: Tx, actor: str) -> AuditEvent | None:
    """What somebody was refused last."""
    found = select(AuditEvent).where(AuditEvent.actor == actor, text("action = 'refused'"))  # as the index has it
    return (await tx.exec(found.order_by(col(AuditEvent.id).desc()).limit(1))).first()


async def forget(tx: Tx, person_id: int, *, names: Collection[str]) -> list[int]:
    """Drop the words of what a person did, of what was done to them, and of events that hold one of these names.

    Returns:
        The ids of the events, which stay.
    """
    is_theirs = or_(
        col(AuditEvent.actor) == f"person:{person_id}",
        and_(col(AuditEvent.object_kind) == "person", col(AuditEvent.object_id) == str(person_id)),
        *(col(AuditPayload.text).icontains(name, autoescape=True) for name in names),
    )
    here = col(AuditEvent.digest) == col(AuditPayload.digest)
    found = select(AuditEvent.id, AuditPayload.digest).join(AuditPayload, here)
    rows = list(await tx.exec(found.where(is_theirs, AuditEvent.action != FORGET).order_by(col(AuditEvent.id))))
    for _, digest in rows:
        await tx.exec(delete(AuditPayload).where(col(AuditPayload.digest) == digest))
    return [event_id for event_id, _ in rows]
