"""How the one sender takes what the outbox holds: in order, marked before the call, proven or put off after it.

A row found in `sending` after its sender vanished is uncertain: it is looked up before it repeats.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, case, exists, or_
from sqlalchemy import select as select_columns
from sqlmodel import SQLModel, col, func, update

from storage import thread_links
from storage.columns import UtcTime
from storage.database import Tx, run
from storage.inbox import Delivery
from storage.outbox import EPHEMERAL, IS_WAITING, UNFINISHED, Outgoing
from storage.upsert import insert


@dataclass(frozen=True)
class Sent:
    """Where an effect ended up."""

    channel_id: str
    ts: str | None


# Built once: these run several times for every report, and to build one costs more than to run it.
_outbox = SQLModel.metadata.tables["outbox"]
_earlier = _outbox.alias("earlier")
# What was stored first goes first, unless it waits for this one itself: a word on a ticket may come before its card.
_in_its_lane_before = and_(
    _earlier.c.lane == _outbox.c.lane,
    _earlier.c.id < _outbox.c.id,
    or_(_earlier.c.anchor.is_(None), _earlier.c.anchor != _outbox.c.key),
)
# One state at a time: of several, once tables were counted (ANALYZE), SQLite 3.40 finds rows that are in none of them.
_is_second = or_(*(exists().where(_in_its_lane_before, _earlier.c.state == state) for state in UNFINISHED))
_resting: BindParameter[str] = bindparam("resting", expanding=True)
_receipts = SQLModel.metadata.tables["receipts"]
_proven_channel, _proven_ts = _receipts.c.channel_id.label("proven_channel"), _receipts.c.ts.label("proven_ts")
_DUE = (
    select_columns(*_outbox.c, _proven_channel, _proven_ts)
    .outerjoin(_receipts, _receipts.c.key == _outbox.c.anchor)
    .where(
        IS_WAITING,
        _outbox.c.due_at <= bindparam("now"),
        ~_is_second,
        or_(_outbox.c.anchor.is_(None), _receipts.c.id.is_not(None)),
        _outbox.c.kind.not_in(_resting),
        or_(_outbox.c.kind != "post", _outbox.c.channel_id.not_in(_resting)),
    )
    .order_by(_outbox.c.due_at, _outbox.c.id)  # by id alone, PostgreSQL would walk through all that were sent
    .limit(bindparam("most"))
)
_deliveries = SQLModel.metadata.tables[str(Delivery.__tablename__)]
_cause = func.min(func.coalesce(_deliveries.c.claim, _deliveries.c.dedupe_key)).label("cause")
_CAUSES = (
    select_columns(_deliveries.c.correlation_id, _cause)
    .where(_deliveries.c.correlation_id.in_(bindparam("wanted", expanding=True)))
    .group_by(_deliveries.c.correlation_id)
    .having(func.count() == 1)  # a sender may give one id to several
)
_NEXT_DUE = select_columns(func.min(_outbox.c.due_at, type_=UtcTime)).where(
    IS_WAITING, _outbox.c.due_at > bindparam("after")
)
_CLAIM = (
    update(_outbox)
    .where(_outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state="sending",
        term=bindparam("held"),
        attempts=_outbox.c.attempts + 1,
        first_sent_at=func.coalesce(_outbox.c.first_sent_at, bindparam("now", type_=UtcTime)),
    )
)
_PROVE = insert(_receipts)
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


async def due(tx: Tx, *, now: datetime, resting: Collection[str], limit: int) -> list[tuple[Outgoing, Sent | None]]:
    """Rows that may go out now, due first, each with the place of its anchor.

    Each is the head of its lane, its anchor is proven, and neither its kind nor, for a post, its channel is resting.
    """
    ready = await run(tx, _DUE, {"now": now, "resting": list(resting), "most": limit})
    return [_with_place(**row._mapping) for row in ready]


def _with_place(*, proven_channel: str | None, proven_ts: str | None, **values: Any) -> tuple[Outgoing, Sent | None]:
    return Outgoing(**values), None if proven_channel is None else Sent(proven_channel, proven_ts)


async def causes(tx: Tx, rows: Collection[Outgoing]) -> dict[str, str]:
    """Correlation id -> the event that all with it come of, under a name that outlives a restore."""
    found = await run(tx, _CAUSES, {"wanted": list({row.correlation_id for row in rows})})
    return {row.correlation_id: row.cause for row in found}


async def next_due(tx: Tx, *, after: datetime) -> datetime | None:
    """When the next row that waits for its time wants to go."""
    earliest: datetime | None = (await run(tx, _NEXT_DUE, {"after": after})).scalar_one()
    return earliest


async def claim(tx: Tx, rows: Sequence[Outgoing], *, term: int, now: datetime) -> None:
    """Mark rows as being sent; what they carry is fixed from here on."""
    await run(tx, _CLAIM, {"ids": [row.id for row in rows], "held": term, "now": now})
    for row in rows:
        row.state, row.term, row.attempts = "sending", term, row.attempts + 1
        row.first_sent_at = row.first_sent_at or now


async def put_in_doubt(tx: Tx, row: Outgoing, *, since: datetime) -> None:
    """It may have been sent since then: it is looked up before it is sent again."""
    row.is_uncertain, row.first_sent_at = True, since
    await tx.exec(update(Outgoing).where(col(Outgoing.id) == row.id).values(is_uncertain=True, first_sent_at=since))


async def take_over(tx: Tx, *, term: int, at: datetime) -> int:
    """What a vanished sender left in the air becomes uncertain and waits until a moment: it may be on its way still.

    That was no failure of the call, so the attempt does not count where the call can be looked up.
    """
    left = update(Outgoing).where(col(Outgoing.state) == "sending", col(Outgoing.term) != term)
    attempts = col(Outgoing.attempts) - case((col(Outgoing.kind).in_(EPHEMERAL), 0), else_=1)
    return (await tx.exec(left.values(state="waiting", is_uncertain=True, due_at=at, attempts=attempts))).rowcount


async def sent(tx: Tx, done: Sequence[tuple[Outgoing, Sent]], *, term: int, now: datetime) -> None:
    """Record receipts; a message that opens a ticket's thread is linked to the ticket.

    Args:
        term: of the sender that records; what was sent in an earlier one is void and will be looked up.
    """
    ids = [row.id for row, _ in done]
    recorded = set((await run(tx, _SENT, {"ids": ids, "held": term, "now": now})).scalars())
    proven = [(row, place) for row, place in done if row.id in recorded]
    if proven:
        await run(tx, _PROVE, [_receipt(row, place, now) for row, place in proven])
    for row, place in proven:
        if row.opens_thread and row.ticket_id and place.ts:
            phase = await thread_links.phase_of(tx, row.ticket_id)
            await thread_links.link(
                tx, row.workspace_id, place.channel_id, place.ts, ticket_id=row.ticket_id, phase=phase
            )


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
