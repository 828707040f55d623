"""What was said in the threads in which the bot was addressed; what is kept as a comment is read there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func
from sqlmodel import Field, Index, SQLModel, UniqueConstraint, col, delete, or_, select, update

from storage.columns import Row, UtcTime, values_of
from storage.comments import Comment
from storage.database import Tx, run
from storage.upsert import insert

MOST = 2000  # messages of a thread that are read: more than any budget has room for


class ThreadMessage(Row, table=True):
    """One message. What is said in a direct message outside of threads has the thread "".

    `author` is a person's Slack id, or the name that an app goes by; `kind`: person, app, or own for the bot itself.
    `text` is empty where `comment_id` names the comment that has it. `at` is when it was kept.
    """

    __tablename__ = "thread_messages"
    __table_args__ = (
        UniqueConstraint("workspace_id", "channel_id", "ts"),
        Index("ix_thread_messages_thread", "workspace_id", "channel_id", "thread_ts", "ts"),
    )

    channel_id: str
    thread_ts: str
    ts: str
    author: str
    kind: str = "person"
    text: str
    comment_id: int | None = Field(default=None, foreign_key="comments.id")
    at: datetime = Field(sa_type=UtcTime, index=True)


@dataclass(frozen=True, kw_only=True)
class Said:
    """A message of a thread with its words, as Slack writes them."""

    ts: str
    author: str
    kind: str
    text: str


_messages = SQLModel.metadata.tables["thread_messages"]
_KEEP = insert(_messages).on_conflict_do_nothing()
_IN_THREAD = (
    (col(ThreadMessage.workspace_id) == bindparam("of"))
    & (col(ThreadMessage.channel_id) == bindparam("channel"))
    & (col(ThreadMessage.thread_ts) == bindparam("thread"))
)
_KNOWN = select(ThreadMessage.id).where(_IN_THREAD).limit(1)
_words = (
    select(
        ThreadMessage.ts,
        ThreadMessage.author,
        ThreadMessage.kind,
        func.coalesce(Comment.text, ThreadMessage.text).label("words"),
    )
    .outerjoin(Comment, col(Comment.id) == ThreadMessage.comment_id)
    .where(_IN_THREAD, or_(col(ThreadMessage.comment_id).is_(None), col(Comment.deleted_at).is_(None)))
    .where(col(ThreadMessage.ts) > bindparam("after"))
    .limit(bindparam("most"))
)
_NEWEST, _FIRST = _words.order_by(col(ThreadMessage.ts).desc()), _words.order_by(col(ThreadMessage.ts))
_THIS = (
    (_messages.c.workspace_id == bindparam("of"))
    & (_messages.c.channel_id == bindparam("channel"))
    & (_messages.c.ts == bindparam("said_at"))
)
_TIE = update(ThreadMessage).where(_THIS).values(comment_id=bindparam("comment"), text="")
_REMOVE = delete(ThreadMessage).where(_THIS).returning(_messages.c.thread_ts)


async def keep(tx: Tx, rows: Sequence[ThreadMessage]) -> None:
    """Keep what was said; what is known already stays as it is."""
    if rows:
        values = [values_of(row) for row in rows]
        await run(tx, _KEEP, values if len(values) > 1 else values[0])  # a list of one costs twice as much


async def is_known(tx: Tx, workspace_id: str, channel_id: str, thread_ts: str) -> bool:
    """Whether the bot was addressed in this thread, as far as that is kept."""
    asked = {"of": workspace_id, "channel": channel_id, "thread": thread_ts}
    return (await run(tx, _KNOWN, asked)).first() is not None


async def of_thread(
    tx: Tx, workspace_id: str, channel_id: str, thread_ts: str, *, after: str = "", most: int = MOST
) -> list[Said]:
    """The newest messages of a thread, oldest first; of comments as they read now, without those that were deleted.

    Args:
        after: only what was said later than this message.
    """
    asked = {"of": workspace_id, "channel": channel_id, "thread": thread_ts, "after": after, "most": most}
    return [_said(row) for row in reversed((await run(tx, _NEWEST, asked)).all())]


async def first_of(tx: Tx, workspace_id: str, channel_id: str, thread_ts: str, *, most: int) -> list[Said]:
    """The first messages of a thread, as far as they are kept."""
    asked = {"of": workspace_id, "channel": channel_id, "thread": thread_ts, "after": "", "most": most}
    return [_said(row) for row in await run(tx, _FIRST, asked)]


def _said(row: Any) -> Said:
    return Said(ts=row.ts, author=row.author, kind=row.kind, text=row.words)


async def untie(tx: Tx, comment: Comment) -> None:
    """The comment is about to go: the message has its words itself again."""
    of_it = update(ThreadMessage).where(col(ThreadMessage.comment_id) == comment.id)
    await tx.exec(of_it.values(comment_id=None, text=comment.text))


async def tie(tx: Tx, workspace_id: str, channel_id: str, ts: str, *, comment_id: int) -> None:
    """The message is kept as a comment from now on."""
    asked = {"of": workspace_id, "channel": channel_id, "said_at": ts, "comment": comment_id}
    await run(tx, _TIE, asked)


async def remove(tx: Tx, workspace_id: str, channel_id: str, ts: str) -> str | None:
    """It was deleted; the thread that it was in, if it is known."""
    asked = {"of": workspace_id, "channel": channel_id, "said_at": ts}
    thread_ts: str | None = (await run(tx, _REMOVE, asked)).scalar()
    return thread_ts


async def forget(tx: Tx, author: str) -> None:
    """Drop what somebody said, and no comment is made of."""
    await tx.exec(delete(ThreadMessage).where(col(ThreadMessage.author) == author))


async def get(tx: Tx, workspace_id: str, channel_id: str, ts: str) -> ThreadMessage | None:
    """A message, if it is kept."""
    found = select(ThreadMessage).where(
        ThreadMessage.workspace_id == workspace_id, ThreadMessage.channel_id == channel_id, ThreadMessage.ts == ts
    )
    return (await tx.exec(found)).first()
