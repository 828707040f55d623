"""What came in, each event once: stored before Slack is told that we have it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, SQLModel, UniqueConstraint, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx
from storage.queue.jobs import BUSY, Job


class Delivery(Row, table=True):
    """One inbound event. `claim` names the thing it is about when two events may tell of one thing."""

    __tablename__ = "deliveries"
    # Jobs are keyed by delivery ids, so a pruned id may never come back.
    __table_args__ = (UniqueConstraint("source", "dedupe_key"), {"sqlite_autoincrement": True})

    source: str
    dedupe_key: str
    claim: str | None = Field(default=None, unique=True)
    kind: str
    enterprise_id: str | None = None
    payload: str
    correlation_id: str
    received_at: datetime = Field(sa_type=UtcTime, index=True)


_deliveries = SQLModel.metadata.tables["deliveries"]
_STORE = insert(_deliveries).on_conflict_do_nothing().returning(_deliveries.c.dedupe_key, _deliveries.c.id)
_GET = select(Delivery).where(Delivery.id == bindparam("wanted"))
_CLAIMED = select(Delivery.id).where(Delivery.claim == bindparam("claimed"))


async def store(tx: Tx, deliveries: Sequence[Delivery]) -> dict[str, int]:
    """Store deliveries; dedupe key -> id of those that are new and first to claim what they are about.

    Slack tells of one message as `message` and as `app_mention`: the second is kept, without the claim, for the record.
    """
    new = await _insert(tx, [delivery.model_dump(exclude={"id"}) for delivery in deliveries])
    rest = [delivery for delivery in deliveries if delivery.claim and delivery.dedupe_key not in new]
    if rest:
        await _insert(tx, [delivery.model_dump(exclude={"id", "claim"}) | {"claim": None} for delivery in rest])
    return new


async def _insert(tx: Tx, rows: list[dict[str, Any]]) -> dict[str, int]:
    stored = await (await tx.connection()).execute(_STORE, rows)
    return {row.dedupe_key: row.id for row in stored}


async def get(tx: Tx, delivery_id: int) -> Delivery:
    return (await tx.exec(_GET, params={"wanted": delivery_id})).one()


def message_claim(channel_id: str, ts: str) -> str:
    """What every event that tells of one new message claims."""
    return f"message:{channel_id}:{ts}"


def edit_claim(channel_id: str, ts: str, edited_ts: str) -> str:
    """What every event that tells of one edit claims."""
    return f"edit:{channel_id}:{ts}:{edited_ts}"


def deleted_claim(channel_id: str, ts: str) -> str:
    """What the deletion of a message claims."""
    return f"deleted:{channel_id}:{ts}"


async def is_claimed(tx: Tx, claim: str) -> bool:
    """Whether an event with this claim has come in."""
    return (await (await tx.connection()).execute(_CLAIMED, {"claimed": claim})).first() is not None


async def prune(tx: Tx, *, before: datetime) -> int:
    """Drop deliveries received before a moment, except those that a job (a dead letter, for one) still needs.

    Keep them far longer than Slack's last retry (5 minutes).
    """
    needed = exists().where(
        col(Job.state).in_((*BUSY, "dead")), col(Job.args)["delivery_id"].as_integer() == col(Delivery.id)
    )
    return (await tx.exec(delete(Delivery).where(col(Delivery.received_at) < before, ~needed))).rowcount
