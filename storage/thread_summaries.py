"""What a long thread said up to a message, in few words."""

from datetime import datetime

from sqlmodel import Field, SQLModel, UniqueConstraint, col, delete, select

from storage.columns import Row, UtcTime
from storage.database import Tx, run
from storage.upsert import insert


class ThreadSummary(Row, table=True):
    """`until_ts` is the last message that it tells of. It is a model's text: data, like what it was made of."""

    __tablename__ = "thread_summaries"
    __table_args__ = (UniqueConstraint("workspace_id", "channel_id", "thread_ts"),)

    channel_id: str
    thread_ts: str
    text: str
    until_ts: str
    at: datetime = Field(sa_type=UtcTime, index=True)


_put = insert(SQLModel.metadata.tables["thread_summaries"])
_PUT = _put.on_conflict_do_update(
    index_elements=["workspace_id", "channel_id", "thread_ts"],
    set_={"text": _put.excluded.text, "until_ts": _put.excluded.until_ts, "at": _put.excluded.at},
    where=col(ThreadSummary.until_ts) < _put.excluded.until_ts,
)


async def of_thread(tx: Tx, workspace_id: str, channel_id: str, thread_ts: str) -> ThreadSummary | None:
    found = select(ThreadSummary).where(
        ThreadSummary.workspace_id == workspace_id,
        ThreadSummary.channel_id == channel_id,
        ThreadSummary.thread_ts == thread_ts,
    )
    return (await tx.exec(found)).first()


async def put(
    tx: Tx, workspace_id: str, channel_id: str, thread_ts: str, *, text: str, until_ts: str, now: datetime
) -> None:
    """Keep it, unless there is one that tells of more by now."""
    about = {"workspace_id": workspace_id, "channel_id": channel_id, "thread_ts": thread_ts}
    await run(tx, _PUT, about | {"text": text, "until_ts": until_ts, "at": now})


async def clear(tx: Tx) -> None:
    """Forget all of them: each is made anew of what is kept when it is needed."""
    await tx.exec(delete(ThreadSummary))


async def drop(tx: Tx, workspace_id: str, channel_id: str, thread_ts: str, *, telling_of: str = "") -> None:
    """Forget it, where it tells of this message: it is made anew of what is kept."""
    about = (
        (col(ThreadSummary.workspace_id) == workspace_id)
        & (col(ThreadSummary.channel_id) == channel_id)
        & (col(ThreadSummary.thread_ts) == thread_ts)
        & (col(ThreadSummary.until_ts) >= telling_of)
    )
    await tx.exec(delete(ThreadSummary).where(about))
