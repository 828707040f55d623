"""What Chargehand is about to say, and the proof of what it said: each call to Slack is a row here first.

Rows of one lane go out in order, one at a time. A row with an anchor waits for the anchor's receipt (an edit needs the
message it edits). A row found in `sending` after its sender vanished is uncertain: it is looked up before it repeats.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, Index, bindparam, case, exists, or_
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, SQLModel, col, delete, func, select, update

from storage import thread_links
from storage.columns import Row, UtcTime
from storage.database import Tx, wake

SIGNAL = "outbox"
UNFINISHED = ("waiting", "sending")
EPHEMERAL = ("whisper", "respond", "replace")  # one person sees it and nobody can look it up


class Outgoing(Row, table=True):
    """One call. `key` is its idempotency key; `payload` is a bot.messages.Message as JSON, or an emoji's name."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "state", "due_at"),
        Index("ix_outbox_lane", "lane", "state", "id"),
    )

    key: str = Field(unique=True)
    kind: str  # post, edit, react, unreact, whisper (one person sees it), respond and replace (by response_url)
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
    correlation_id: str = ""
    created_at: datetime = Field(sa_type=UtcTime)
    first_sent_at: datetime | None = Field(default=None, sa_type=UtcTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Receipt(Row, table=True):
    """Proof of one effect: which message it became, where and when."""

    __tablename__ = "receipts"

    key: str = Field(unique=True)
    kind: str
    channel_id: str
    ts: str | None = None
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id", index=True)
    at: datetime = Field(sa_type=UtcTime)
    correlation_id: str = ""


# Built once: these run several times for every report, and to build one costs more than to run it.
_outbox = SQLModel.metadata.tables["outbox"]
_ADD_ALL = insert(_outbox).on_conflict_do_nothing()
_ADD = _ADD_ALL.returning(_outbox.c.id)
_earlier = _outbox.alias("earlier")
_is_second = exists().where(
    _earlier.c.lane == _outbox.c.lane, _earlier.c.state.in_(UNFINISHED), _earlier.c.id < _outbox.c.id
)
_resting: BindParameter[str] = bindparam("resting", expanding=True)
_DUE = (
    select(Outgoing, Receipt)
    .outerjoin(Receipt, col(Receipt.key) == col(Outgoing.anchor))
    .where(
        Outgoing.state == "waiting",
        Outgoing.due_at <= bindparam("now"),
        ~_is_second,
        or_(col(Outgoing.anchor).is_(None), col(Receipt.id).is_not(None)),
        col(Outgoing.kind).not_in(_resting),
        or_(col(Outgoing.kind) != "post", col(Outgoing.channel_id).not_in(_resting)),
    )
    .order_by(col(Outgoing.id))
    .limit(bindparam("most"))
)
_RECEIPT = select(Receipt).where(Receipt.key == bindparam("proven"))
_KNOWN = select(Outgoing.id).where(Outgoing.key == bindparam("known"))
_PROVE = insert(SQLModel.metadata.tables["receipts"])
_SENT = (
    update(_outbox)
    .where(
        _outbox.c.id.in_(bindparam("ids", expanding=True)),
        _outbox.c.state == "sending",
        _outbox.c.term == bindparam("held"),
    )
    .values(state="sent", finished_at=bindparam("now"), error=None)
    .returning(_outbox.c.id)
)


async def add(tx: Tx, row: Outgoing) -> bool:
    """Store it to be sent; False when its key was used before."""
    wake(tx, SIGNAL)
    return (await tx.exec(_ADD, params=row.model_dump(exclude={"id"}))).scalar_one_or_none() is not None


async def add_all(tx: Tx, rows: Sequence[Outgoing]) -> None:
    """Store several at once; those whose key was used before are left out."""
    wake(tx, SIGNAL)
    await (await tx.connection()).execute(_ADD_ALL, [row.model_dump(exclude={"id"}) for row in rows])


async def edit(tx: Tx, row: Outgoing) -> None:
    """Store an edit of the message `row.anchor`, or put its payload into one that has not left yet.

    A message that could not be delivered is tried again: the bot may have been invited since.
    """
    unsent = (
        update(Outgoing)
        .where(
            or_(col(Outgoing.key) == row.anchor, (col(Outgoing.anchor) == row.anchor) & (col(Outgoing.kind) == "edit")),
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


async def receipt(tx: Tx, key: str) -> Receipt | None:
    return (await tx.exec(_RECEIPT, params={"proven": key})).first()


async def exists_for(tx: Tx, key: str) -> bool:
    """Whether something with this key was ever to be sent."""
    return (await (await tx.connection()).execute(_KNOWN, {"known": key})).first() is not None


async def due(tx: Tx, *, now: datetime, resting: Collection[str], limit: int) -> list[tuple[Outgoing, Receipt | None]]:
    """Rows that may go out now, each with its anchor's receipt.

    Each is the head of its lane, its anchor is proven, and neither its kind nor, for a post, its channel is resting.
    """
    ready = await tx.exec(_DUE, params={"now": now, "resting": list(resting), "most": limit})
    return [(row, receipt) for row, receipt in ready]


async def next_due(tx: Tx, *, after: datetime) -> datetime | None:
    """When the next row that waits for its time wants to go."""
    later = select(func.min(Outgoing.due_at)).where(Outgoing.state == "waiting", Outgoing.due_at > after)
    return (await tx.exec(later)).one()


def claim(row: Outgoing, *, term: int, now: datetime) -> None:
    """Mark a row of this transaction as being sent; what it carries is fixed from here on."""
    row.state, row.term, row.attempts = "sending", term, row.attempts + 1
    row.first_sent_at = row.first_sent_at or now


async def take_over(tx: Tx, *, term: int) -> int:
    """What a vanished sender left in the air becomes uncertain and waits again.

    That was no failure of the call, so the attempt does not count where the call can be looked up.
    """
    left = update(Outgoing).where(col(Outgoing.state) == "sending", col(Outgoing.term) != term)
    attempts = col(Outgoing.attempts) - case((col(Outgoing.kind).in_(EPHEMERAL), 0), else_=1)
    return (await tx.exec(left.values(state="waiting", is_uncertain=True, attempts=attempts))).rowcount


@dataclass(frozen=True)
class Sent:
    """Where an effect ended up."""

    channel_id: str
    ts: str | None


async def sent(tx: Tx, done: Sequence[tuple[Outgoing, Sent]], *, term: int, now: datetime) -> None:
    """Record receipts; a message that opens a ticket's thread is linked to the ticket.

    Args:
        term: of the sender that records; what was sent in an earlier one is void and will be looked up.
    """
    ids = [row.id for row, _ in done]
    recorded = set((await tx.exec(_SENT, params={"ids": ids, "held": term, "now": now})).scalars())
    proven = [(row, place) for row, place in done if row.id in recorded]
    if proven:
        await (await tx.connection()).execute(_PROVE, [_receipt(row, place, now) for row, place in proven])
    for row, place in proven:
        if row.opens_thread and row.ticket_id and place.ts:
            await thread_links.link(tx, row.workspace_id, place.channel_id, place.ts, ticket_id=row.ticket_id)


def _receipt(row: Outgoing, place: Sent, now: datetime) -> dict[str, object]:
    same = {name: getattr(row, name) for name in ("workspace_id", "key", "kind", "ticket_id", "correlation_id")}
    return {**same, "channel_id": place.channel_id, "ts": place.ts, "at": now}


async def again(tx: Tx, row: Outgoing, *, at: datetime, error: str, is_uncertain: bool) -> None:
    """Let it wait for another attempt."""
    await _leave(tx, row, state="waiting", due_at=at, error=error, is_uncertain=is_uncertain)


async def put_off(tx: Tx, row: Outgoing, *, until: datetime, error: str) -> None:
    """Slack asked for patience: it had no effect, and the attempt does not count."""
    await _leave(tx, row, state="waiting", due_at=until, error=error, attempts=row.attempts - 1)


async def bury(tx: Tx, row: Outgoing, *, now: datetime, error: str) -> bool:
    """It cannot be delivered, and neither can what was anchored on it; False when that was known."""
    if not await _leave(tx, row, state="dead", finished_at=now, error=error):
        return False
    orphans = update(Outgoing).where(col(Outgoing.anchor) == row.key, col(Outgoing.state) == "waiting")
    await tx.exec(orphans.values(state="dead", finished_at=now, error=f"its message never went out: {error}"))
    return True


async def _leave(tx: Tx, row: Outgoing, **values: object) -> bool:
    mine = (col(Outgoing.id) == row.id) & (col(Outgoing.state) == "sending") & (col(Outgoing.term) == row.term)
    return (await tx.exec(update(Outgoing).where(mine).values(**values))).rowcount > 0


async def backlog(tx: Tx) -> dict[str, int]:
    """State -> number of rows."""
    return dict((await tx.exec(select(Outgoing.state, func.count()).group_by(Outgoing.state))).all())


async def prune(tx: Tx, *, before: datetime) -> int:
    """Drop what was sent before a moment; receipts stay."""
    gone = delete(Outgoing).where(col(Outgoing.state) == "sent", col(Outgoing.finished_at) < before)
    return (await tx.exec(gone)).rowcount
