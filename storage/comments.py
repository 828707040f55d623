"""What was said on tickets."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import false
from sqlmodel import Field, UniqueConstraint, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx


class Comment(Row, table=True):
    """A remark on a ticket. `message_ts` is the Slack message it came from, `deleted_at` when that was deleted.

    `is_report`: somebody reported the same again, which can be made a ticket of its own.
    """

    __tablename__ = "comments"
    __table_args__ = (UniqueConstraint("channel_id", "message_ts"),)

    ticket_id: int = Field(foreign_key="tickets.id", index=True)
    author_id: int = Field(foreign_key="people.id")
    text: str
    channel_id: str | None = None
    message_ts: str | None = None
    created_at: datetime = Field(sa_type=UtcTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    is_report: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


async def of_ticket(tx: Tx, ticket_id: int) -> list[Comment]:
    """What was said on a ticket, oldest first."""
    said = select(Comment).where(Comment.ticket_id == ticket_id).order_by(col(Comment.id))
    return list(await tx.exec(said))


async def by_message(tx: Tx, channel_id: str, message_ts: str) -> Comment | None:
    """The comment that this message became."""
    found = select(Comment).where(Comment.channel_id == channel_id, Comment.message_ts == message_ts)
    return (await tx.exec(found)).first()


async def of_messages(tx: Tx, channel_id: str, message_ts: Sequence[str]) -> dict[str, int]:
    """The comments that these messages became: message -> id."""
    found = select(Comment.message_ts, Comment.id).where(
        Comment.channel_id == channel_id, col(Comment.message_ts).in_(message_ts)
    )
    return {str(ts): id_ for ts, id_ in await tx.exec(found)}


async def get(tx: Tx, comment_id: int) -> Comment | None:
    return (await tx.exec(select(Comment).where(Comment.id == comment_id))).first()
