"""What came in, each event once: stored before Slack is told that we have it."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, SQLModel, UniqueConstraint, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx


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
_STORE = insert(_deliveries).on_conflict_do_nothing().returning(_deliveries.c.id)


async def store(tx: Tx, delivery: Delivery) -> int | None:
    """Store it and return its id; None when it, or another event with the same claim, was stored before.

    Slack tells of one message as `message` and as `app_mention`: the second is kept, without the claim, for the record.
    """
    if (stored := await _insert(tx, delivery)) is not None or delivery.claim is None:
        return stored
    await _insert(tx, delivery.model_copy(update={"claim": None}))
    return None


async def _insert(tx: Tx, delivery: Delivery) -> int | None:
    return (await tx.exec(_STORE, params=delivery.model_dump(exclude={"id"}))).scalar_one_or_none()


async def get(tx: Tx, delivery_id: int) -> Delivery:
    return (await tx.exec(select(Delivery).where(Delivery.id == delivery_id))).one()


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
    return (await tx.exec(select(Delivery.id).where(Delivery.claim == claim))).first() is not None


async def prune(tx: Tx, *, before: datetime) -> int:
    """Drop deliveries received before a moment; keep them far longer than Slack's last retry (5 minutes)."""
    result = await tx.exec(delete(Delivery).where(col(Delivery.received_at) < before))
    return result.rowcount
