"""An effect outside of Slack is on record before it is attempted, so that a second attempt looks before it repeats."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import JSON, Field, Index, UniqueConstraint, col, func, select, update

from storage.columns import Row, UtcTime
from storage.database import Tx
from storage.queue import Job, LostLeaseError

PENDING, CONFIRMED = "pending", "confirmed"


class Receipt(Row, table=True):
    """Proof of one effect: which message it became, where and when.

    On GitHub the row comes before the effect: `pending` from the intent on, `confirmed` with the id and URL it got.

    What the agent did for somebody has a number besides, R-1: which tool for whom, approved by whom, on what
    (`object_kind`, `object_id` as in the audit record), the fields before and after, and `said`, the change in words.
    From then on the database lets nobody change or delete it (storage/append_only.py).
    """

    __tablename__ = "receipts"
    __table_args__ = (Index("ix_receipts_message", "channel_id", "ts"), UniqueConstraint("workspace_id", "number"))

    key: str = Field(unique=True)
    kind: str
    channel_id: str
    ts: str | None = None
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id", index=True)
    at: datetime = Field(sa_type=UtcTime)
    correlation_id: str = Field(default="", index=True)
    state: str = "confirmed"
    fence: int = 0  # of the job that has the intent in hand
    sent_at: datetime | None = Field(default=None, sa_type=UtcTime)  # pending: it may have had its effect since
    external_id: str | None = None
    url: str | None = None
    number: int | None = None
    turn_id: int | None = Field(default=None, foreign_key="turns.id", index=True)
    tool: str = ""
    actor_id: int | None = Field(default=None, foreign_key="people.id")
    approver_id: int | None = Field(default=None, foreign_key="people.id")
    object_kind: str = ""
    object_id: str = ""
    said: str = ""
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON)

    @property
    def name(self) -> str:
        return f"R-{self.number}"


async def next_number(tx: Tx, workspace_id: str) -> int:
    """The number for a receipt of the agent's made in this write transaction."""
    highest = select(func.coalesce(func.max(Receipt.number), 0)).where(Receipt.workspace_id == workspace_id)
    return int((await tx.exec(highest)).one() or 0) + 1


_OF_TURN = select(Receipt).where(Receipt.turn_id == bindparam("turn")).order_by(col(Receipt.number))  # built once


async def of_turn(tx: Tx, turn_id: int) -> list[Receipt]:
    """What a turn did, in order."""
    return list(await tx.exec(_OF_TURN, params={"turn": turn_id}))


async def by_key(tx: Tx, key: str) -> Receipt | None:
    """The receipt of the effect that was, or is being, made under this key."""
    return (await tx.exec(select(Receipt).where(Receipt.key == key))).first()


async def done_with(tx: Tx, tool: str, *, since: datetime) -> list[Receipt]:
    """What the agent did with a tool since then, for anybody."""
    mine = select(Receipt).where(Receipt.tool == tool, Receipt.at >= since, Receipt.state == CONFIRMED)
    return list(await tx.exec(mine.order_by(col(Receipt.id))))


async def intend(tx: Tx, intent: Receipt) -> Receipt:
    """The receipt of an effect: the one there is under its key, else this intent.

    Raises:
        LostLeaseError: a later run of the job has it in hand; here and in what follows.
    """
    known = (await tx.exec(select(Receipt).where(Receipt.key == intent.key))).first()
    if known is None:
        intent.state = PENDING
        tx.add(intent)
        return intent
    if known.fence > intent.fence:
        raise LostLeaseError(f"{known.key} is in the hands of fence {known.fence}")
    if known.number is None:  # else it stays as it is
        known.fence = intent.fence
    return known


async def sent(tx: Tx, key: str, *, at: datetime | None, fence: int) -> None:
    """From this moment on the effect may have happened; None: it did not."""
    await _change(tx, key, fence, sent_at=at)


async def confirm(tx: Tx, key: str, *, external_id: str, url: str, at: datetime, fence: int) -> None:
    """It happened, and this is what it became."""
    await _change(tx, key, fence, state=CONFIRMED, external_id=external_id, url=url, at=at)


async def uncertain(tx: Tx, *, before: datetime) -> int:
    """Effects on their way since before this moment, which may have happened.

    Only while somebody will see to it: a job that is not over, or a dead letter until it is replayed or discarded.
    """
    tried = (col(Job.finished_at).is_(None) & (col(Job.attempts) > 0)) | (col(Job.state) == "dead")
    is_on_its_way = (col(Receipt.state) == PENDING) & (col(Receipt.sent_at) < before)
    is_looked_after = col(Receipt.correlation_id).in_(select(Job.correlation_id).where(tried))
    return (await tx.exec(select(func.count()).select_from(Receipt).where(is_on_its_way, is_looked_after))).one()


async def _change(tx: Tx, key: str, fence: int, **values: object) -> None:
    mine = (col(Receipt.key) == key) & (col(Receipt.fence) == fence) & (col(Receipt.state) == PENDING)
    if not (await tx.exec(update(Receipt).where(mine).values(**values))).rowcount:
        raise LostLeaseError(f"{key} is no longer in the hands of fence {fence}")
