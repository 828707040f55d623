"""The turns that have not ended, of a thread, of a person, of all, and how they are stopped; what was asked of late."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam
from sqlalchemy import select as select_columns
from sqlmodel import SQLModel, col, select, update

from storage.database import Tx, run
from storage.turns import LIVE, QUEUED, REFUSED, RUNNING, Turn


async def live_in(tx: Tx, channel_id: str, thread_ts: str | None, *, of: int | None = None) -> list[Turn]:
    """The turns of a thread that have not ended, oldest first.

    Args:
        of: only those that this person asked for.
    """
    found = select(Turn).where(Turn.channel_id == channel_id, Turn.thread_ts == thread_ts, col(Turn.state).in_(LIVE))
    found = found.where(Turn.actor_id == of) if of else found
    return list(await tx.exec(found.order_by(col(Turn.id))))


async def live_of(tx: Tx, actor_id: int) -> list[Turn]:
    """The turns that somebody asked for and that have not ended, oldest first."""
    found = select(Turn).where(Turn.actor_id == actor_id, col(Turn.state).in_(LIVE))
    return list(await tx.exec(found.order_by(col(Turn.id))))


async def live_at(tx: Tx, channel_id: str) -> list[Turn]:
    """The turns of a channel that have not ended, oldest first."""
    found = select(Turn).where(Turn.channel_id == channel_id, col(Turn.state).in_(LIVE))
    return list(await tx.exec(found.order_by(col(Turn.id))))


async def live(tx: Tx, workspace_id: str) -> list[Turn]:
    """All that have not ended, oldest first."""
    found = select(Turn).where(Turn.workspace_id == workspace_id, col(Turn.state).in_(LIVE))
    return list(await tx.exec(found.order_by(col(Turn.id))))


async def overdue(tx: Tx, now: datetime) -> list[Turn]:
    """Turns that ought to have ended."""
    late = col(Turn.deadline_at) < now
    return list(await tx.exec(select(Turn).where(col(Turn.state).in_((QUEUED, RUNNING)), late)))


async def begun_since(
    tx: Tx, channel_id: str, thread_ts: str | None, since: datetime, *, of: int | None = None
) -> list[datetime]:
    """When the turns of a thread began, oldest first; refused ones never did.

    Args:
        of: only those that this person asked for.
    """
    found = select(Turn.created_at).where(
        Turn.channel_id == channel_id, Turn.thread_ts == thread_ts, Turn.created_at >= since, Turn.state != REFUSED
    )
    found = found.where(Turn.actor_id == of) if of else found
    return list(await tx.exec(found.order_by(col(Turn.created_at))))


async def ask_to_stop(tx: Tx, ids: Collection[int], *, by: int | None, at: datetime) -> int:
    """Have turns stop that have not ended; how many did not know it yet."""
    live = col(Turn.id).in_(ids) & col(Turn.state).in_(LIVE) & col(Turn.stop_at).is_(None)
    done = await tx.exec(update(Turn).where(live).values(stop_at=at, stopped_by=by))
    return int(done.rowcount)


@dataclass(frozen=True, kw_only=True)
class News:
    """What came to a turn while it runs: whether somebody asked it to stop, and what the asker said meanwhile."""

    must_stop: bool
    follow_ups: list[dict[str, Any]]


# Built once: it runs several times a second while a turn does.
_turns = SQLModel.metadata.tables["turns"]
_NEWS = select_columns(_turns.c.stop_at, _turns.c.follow_ups).where(_turns.c.id == bindparam("turn"))


async def news(tx: Tx, turn_id: int) -> News:
    """What came to it, as it is stored."""
    row = (await run(tx, _NEWS, {"turn": turn_id})).one()
    return News(must_stop=row.stop_at is not None, follow_ups=row.follow_ups)


async def last_in(tx: Tx, channel_id: str, thread_ts: str | None, actor_id: int) -> Turn | None:
    """The newest turn of somebody in a thread, of those that were begun."""
    mine = select(Turn).where(Turn.channel_id == channel_id, Turn.thread_ts == thread_ts, Turn.actor_id == actor_id)
    found = mine.where(Turn.state != REFUSED)
    return (await tx.exec(found.order_by(col(Turn.id).desc()).limit(1))).first()


class Asked(NamedTuple):
    """A request of late, as far as those need it who work on another one."""

    id: int
    number: int
    slack_id: str
    surface: str
    thread_ts: str | None
    place: dict[str, Any]
    text: str
    state: str
    outcome: str
    created_at: datetime


LOOKED_AT, AMONG = 100, 2_000  # newest requests of a channel, among so many of all
_ASKED = (
    select_columns(*(_turns.c[name] for name in Asked._fields))
    .where(
        _turns.c.channel_id == bindparam("channel"),
        _turns.c.id.between(bindparam("first"), bindparam("last")),
        _turns.c.created_at >= bindparam("since"),
        _turns.c.text != "",
    )
    .order_by(_turns.c.id.desc())
    .limit(LOOKED_AT)
)


async def asked_in(tx: Tx, channel_id: str, *, since: datetime, before: int) -> list[Asked]:
    """What was asked in a channel of late, as far as its words are kept, the newest first.

    Args:
        before: the id of the turn that wants to know.
    """
    wanted = {"channel": channel_id, "since": since, "first": before - AMONG, "last": before - 1}
    return [Asked._make(row) for row in await run(tx, _ASKED, wanted)]
