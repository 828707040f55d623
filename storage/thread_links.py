"""Which Slack thread belongs to which ticket."""

from sqlalchemy import insert
from sqlmodel import Field, SQLModel, UniqueConstraint, col, delete, select

from storage.columns import Row
from storage.database import Tx, run
from storage.tickets import OPEN, Ticket


class ThreadLink(Row, table=True):
    __tablename__ = "thread_links"
    __table_args__ = (UniqueConstraint("workspace_id", "channel_id", "thread_ts"),)

    channel_id: str
    thread_ts: str
    ticket_id: int = Field(foreign_key="tickets.id", index=True)


async def ticket_of(tx: Tx, workspace_id: str, channel_id: str, thread_ts: str) -> int | None:
    """The ticket a thread is about."""
    link = select(ThreadLink.ticket_id).where(
        ThreadLink.workspace_id == workspace_id,
        ThreadLink.channel_id == channel_id,
        ThreadLink.thread_ts == thread_ts,
    )
    return (await tx.exec(link)).first()


async def of_open_tickets(tx: Tx) -> list[tuple[str, str]]:
    """Channel and first message of each thread whose ticket is not done."""
    open_ones = select(ThreadLink.channel_id, ThreadLink.thread_ts).join(Ticket, col(Ticket.id) == ThreadLink.ticket_id)
    found = await tx.exec(open_ones.where(col(Ticket.status).in_(OPEN)).order_by(col(ThreadLink.id).desc()))
    return list(found)


_LINK = insert(SQLModel.metadata.tables["thread_links"])


async def link(tx: Tx, workspace_id: str, channel_id: str, thread_ts: str, *, ticket_id: int) -> None:
    about = {"workspace_id": workspace_id, "channel_id": channel_id, "thread_ts": thread_ts}
    await run(tx, _LINK, about | {"ticket_id": ticket_id})


async def unlink(tx: Tx, workspace_id: str, channel_id: str, thread_ts: str) -> None:
    gone = (
        (col(ThreadLink.workspace_id) == workspace_id)
        & (col(ThreadLink.channel_id) == channel_id)
        & (col(ThreadLink.thread_ts) == thread_ts)
    )
    await tx.exec(delete(ThreadLink).where(gone))
