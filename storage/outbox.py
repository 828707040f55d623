"""What Chargehand is about to say, and the proof of what it said: each call to Slack is a row here first.

Rows of one lane go out in order, one at a time. A row with an anchor waits for the anchor's receipt (an edit needs the
message it edits). storage/sending.py is how they leave.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, bindparam, exists, literal_column, or_, union_all
from sqlalchemy import select as select_columns
from sqlmodel import Field, SQLModel, col, func, select, update

from storage.columns import Row, UtcTime, values_of
from storage.database import Tx, run, wake
from storage.receipts import Receipt
from storage.upsert import insert

SIGNAL = "outbox"
UNFINISHED = ("waiting", "sending")
PUBLISH, REFRESH = "publish", "refresh"  # a Home tab that somebody waits for, and one that only follows a change
POST, STREAM, UPLOAD = "post", "stream", "upload"  # a message, one that grows before their eyes, a file
POSTS = (POST, STREAM)
DELETE = "delete"  # takes the message `anchor` away
EPHEMERAL = ("whisper", "respond", "replace")  # one person sees it and nobody can look it up


class Outgoing(Row, table=True):
    """One call. `key` is its idempotency key; `payload` is a Message, TextFile or Home of bot/ as JSON, or an
    emoji's name."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "state", "due_at"),
        Index("ix_outbox_lane", "lane", "state", "id"),
    )

    key: str = Field(unique=True)
    # post, stream, upload, edit, delete, react, unreact, publish, refresh, whisper (one sees it), respond, replace
    kind: str
    lane: str
    channel_id: str  # a person's id stands for the direct message with them
    thread_ts: str | None = None
    anchor: str | None = Field(default=None, index=True)  # key of the message this edits or answers
    target_ts: str | None = None  # the message to react to
    user_id: str | None = None  # who sees a whisper
    reply_url: str | None = None
    payload: str
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id")
    opens_thread: bool = False  # the posted message is the root of its ticket's thread
    state: str = "waiting"  # waiting, sending, sent, dead
    is_uncertain: bool = False
    due_at: datetime = Field(sa_type=UtcTime)
    attempts: int = 0
    term: int = 0
    error: str | None = None
    correlation_id: str = Field(default="", index=True)
    created_at: datetime = Field(sa_type=UtcTime)
    first_sent_at: datetime | None = Field(default=None, sa_type=UtcTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcTime)


_outbox = SQLModel.metadata.tables["outbox"]
# Word for word: what PostgreSQL plans for any state takes no account of how few wait, and walks through all rows.
IS_WAITING = _outbox.c.state == literal_column("'waiting'")
_receipts = SQLModel.metadata.tables["receipts"]
_ADD_ALL = insert(_outbox).on_conflict_do_nothing()
_ADD = _ADD_ALL.returning(_outbox.c.id)
_RECEIPT = select(Receipt).where(Receipt.key == bindparam("proven"))
_KNOWN = union_all(
    select_columns(_outbox.c.id).where(_outbox.c.key == bindparam("known")),
    select_columns(_receipts.c.id).where(_receipts.c.key == bindparam("known")),
)


async def add(tx: Tx, row: Outgoing) -> bool:
    """Store it to be sent; False when its key was used before."""
    wake(tx, SIGNAL)
    return (await run(tx, _ADD, values_of(row))).first() is not None


async def add_all(tx: Tx, rows: Sequence[Outgoing]) -> None:
    """Store several at once; those whose key was used before are left out."""
    wake(tx, SIGNAL)
    await run(tx, _ADD_ALL, [values_of(row) for row in rows])


async def edit(tx: Tx, row: Outgoing) -> None:
    """Store an edit of the message `row.anchor`, or put its payload into one that has not left yet.

    A message that could not be delivered is tried again: the bot may have been invited since.
    """
    later = _outbox.alias("later")
    after_it = (later.c.lane == _outbox.c.lane) & (later.c.kind == "replace") & (later.c.id > _outbox.c.id)
    # By what goes to the same place after it, and would undo it. One state at a time: see storage/sending.py.
    is_overtaken = or_(*(exists().where(after_it, later.c.state == state) for state in UNFINISHED))
    an_edit = (col(Outgoing.anchor) == row.anchor) & (col(Outgoing.kind) == "edit") & ~is_overtaken
    unsent = (
        update(Outgoing)
        .where(
            or_(col(Outgoing.key) == row.anchor, an_edit),
            col(Outgoing.state) == "waiting",
            col(Outgoing.first_sent_at).is_(None),
        )
        .values(payload=row.payload)
    )
    if (await tx.exec(unsent)).rowcount == 0:
        buried = (col(Outgoing.key) == row.anchor) & (col(Outgoing.state) == "dead")
        again = {"state": "waiting", "attempts": 0, "due_at": row.due_at, "finished_at": None}
        await tx.exec(update(Outgoing).where(buried).values(payload=row.payload, **again))
        await add(tx, row)


async def publish(tx: Tx, row: Outgoing) -> None:
    """Store a person's Home tab, or put it into one of theirs that is not on its way: the newest counts."""
    same = (col(Outgoing.lane) == row.lane) & (col(Outgoing.state) == "waiting")
    newer = update(Outgoing).where(same).values(payload=row.payload)
    if row.kind == PUBLISH:
        newer = newer.values(kind=PUBLISH)
    if (await tx.exec(newer)).rowcount == 0:
        await add(tx, row)


async def receipt(tx: Tx, key: str) -> Receipt | None:
    return (await tx.exec(_RECEIPT, params={"proven": key})).first()


async def posted_at(tx: Tx, channel_id: str, ts: str) -> Receipt | None:
    """The receipt of the message that stands there, if it was posted for everyone in its place."""
    found = select(Receipt).where(Receipt.channel_id == channel_id, Receipt.ts == ts, col(Receipt.kind).in_(POSTS))
    return (await tx.exec(found)).first()


async def exists_for(tx: Tx, key: str) -> bool:
    """Whether something with this key was ever to be sent; its receipt outlives its row."""
    return (await run(tx, _KNOWN, {"known": key})).first() is not None


async def ticket_of(tx: Tx, key: str) -> int | None:
    """The ticket that what was ever to be sent under this key is about."""
    about = [select(table.ticket_id).where(table.key == key) for table in (Outgoing, Receipt)]
    return (await run(tx, union_all(*about))).scalars().first()


async def is_post(tx: Tx, key: str) -> bool:
    """Whether this key is that of a message that everyone in its place sees, so that it can be edited."""
    kinds = [select(table.kind).where(table.key == key) for table in (Outgoing, Receipt)]
    return not set(POSTS).isdisjoint((await run(tx, union_all(*kinds))).scalars())


async def last_words(tx: Tx, key: str) -> str | None:
    """The payload that the message posted under a key has by now, or will have once what waits has left."""
    is_edit = (col(Outgoing.anchor) == key) & (col(Outgoing.kind) == "edit")
    is_post = (col(Outgoing.key) == key) & col(Outgoing.kind).in_(POSTS)
    found = select(Outgoing.payload).where(or_(is_post, is_edit)).order_by(col(Outgoing.id).desc())
    return (await tx.exec(found.limit(1))).first()


async def words_at(tx: Tx, posted: Receipt) -> str | None:
    """The same of a message that stands somewhere; what took its place when it was pressed counts too."""
    is_post = (col(Outgoing.key) == posted.key) & col(Outgoing.kind).in_(POSTS)
    is_here = (col(Outgoing.channel_id) == posted.channel_id) & (col(Outgoing.target_ts) == posted.ts)
    is_edit = (col(Outgoing.kind) == "edit") & or_(col(Outgoing.anchor) == posted.key, is_here)
    found = select(Outgoing.payload).where(or_(is_post, is_edit)).order_by(col(Outgoing.id).desc())
    return (await tx.exec(found.limit(1))).first()


async def posts_of(tx: Tx, correlation_id: str, begins: str) -> list[str]:
    """The keys that begin like this, of messages for everyone in their place that one event led to."""
    mine = (col(Outgoing.correlation_id) == correlation_id) & col(Outgoing.kind).in_(POSTS)
    is_like_this = col(Outgoing.key).startswith(begins, autoescape=True)
    return list(await tx.exec(select(Outgoing.key).where(mine, is_like_this).order_by(col(Outgoing.id))))


async def anchor_of(tx: Tx, key: str) -> str | None:
    """The key of the message that what is sent under this key is about."""
    return (await tx.exec(select(Outgoing.anchor).where(Outgoing.key == key))).first()


async def let_grow(tx: Tx, key: str) -> None:
    """Have a message of a thread that has not left yet written piece by piece."""
    mine = (col(Outgoing.key) == key) & (col(Outgoing.kind) == POST) & col(Outgoing.thread_ts).is_not(None)
    await tx.exec(update(Outgoing).where(mine, col(Outgoing.state) == "waiting").values(kind=STREAM))


async def backlog(tx: Tx) -> dict[str, int]:
    """State -> number of rows."""
    return dict((await tx.exec(select(Outgoing.state, func.count()).group_by(Outgoing.state))).all())


async def uncertain(tx: Tx) -> int:
    """Calls of which nobody knows yet whether they had their effect."""
    in_doubt = col(Outgoing.is_uncertain) & col(Outgoing.state).in_(UNFINISHED)
    return (await tx.exec(select(func.count()).select_from(Outgoing).where(in_doubt))).one()
