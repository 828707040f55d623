"""An effect outside of Slack is on record before it is attempted, so that a second attempt looks before it repeats."""

from datetime import datetime

from sqlmodel import Field, Index, col, select, update

from storage.columns import Row, UtcTime
from storage.database import Tx
from storage.queue import LostLeaseError

PENDING, CONFIRMED = "pending", "confirmed"


class Receipt(Row, table=True):
    """Proof of one effect: which message it became, where and when.

    On GitHub the row comes before the effect: `pending` from the intent on, `confirmed` with the id and URL it got.
    """

    __tablename__ = "receipts"
    __table_args__ = (Index("ix_receipts_message", "channel_id", "ts"),)

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
    known.fence = intent.fence
    return known


async def sent(tx: Tx, key: str, *, at: datetime | None, fence: int) -> None:
    """From this moment on the effect may have happened; None: it did not."""
    await _change(tx, key, fence, sent_at=at)


async def confirm(tx: Tx, key: str, *, external_id: str, url: str, at: datetime, fence: int) -> None:
    """It happened, and this is what it became."""
    await _change(tx, key, fence, state=CONFIRMED, external_id=external_id, url=url, at=at)


async def _change(tx: Tx, key: str, fence: int, **values: object) -> None:
    mine = (col(Receipt.key) == key) & (col(Receipt.fence) == fence) & (col(Receipt.state) == PENDING)
    if not (await tx.exec(update(Receipt).where(mine).values(**values))).rowcount:
        raise LostLeaseError(f"{key} is no longer in the hands of fence {fence}")
