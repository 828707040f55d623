"""What each person was told of, is still to be told of, or was spared, and why: what answers "why did I hear"."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, false, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Field, Index, SQLModel, col, select, update

from storage.columns import Row, UtcTime, values_of, where
from storage.database import Tx, run
from storage.people import Person
from storage.tickets import Assignment, Ticket
from storage.upsert import insert


class Notice(Row, table=True):
    """One thing for one person; `key` is that of its message. `text` is kept while it is held, and emptied after.

    A held one goes out at `release_at`, or with the next daily digest where there is none.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_held", "person_id", **where("state = 'held'")),
        Index("ix_notices_person", "person_id", "sort", "at"),
        Index("ix_notices_ticket", "ticket_id"),
    )

    person_id: int = Field(foreign_key="people.id")
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id")
    key: str = Field(unique=True)
    sort: str  # a name of agent/notices/attention.py
    state: str  # told, held, spared; a held one becomes told, or dropped
    reason: str
    text: str = ""
    at: datetime = Field(sa_type=UtcTime)
    release_at: datetime | None = Field(default=None, sa_type=UtcTime)


_notices = SQLModel.metadata.tables["notices"]
_NEW = insert(_notices)
# What was dropped may come up again: then it is decided anew.
_ADD = _NEW.on_conflict_do_update(
    index_elements=[_notices.c.key],
    set_={name: _NEW.excluded[name] for name in ("sort", "state", "reason", "text", "at", "release_at")},
    where=_notices.c.state == "dropped",
).returning(_notices.c.id)
_LAST = select_columns(func.max(_notices.c.at)).where(
    _notices.c.person_id == bindparam("person"),
    _notices.c.sort == bindparam("sort"),
    _notices.c.state == "told",
    _notices.c.at > bindparam("since"),
)
_HAS_IT = (
    (col(Assignment.ticket_id) == Notice.ticket_id)
    & (col(Assignment.person_id) == Notice.person_id)
    & col(Assignment.ended_at).is_(None)
)
_IS_THEIRS = or_(exists().where(_HAS_IT), col(Ticket.waiting_on) == col(Notice.person_id))
_HELD = (
    select(Notice, Ticket, func.coalesce(_IS_THEIRS, false()))
    .join(Ticket, col(Ticket.id) == Notice.ticket_id, isouter=True)
    .where(Notice.person_id == bindparam("person"), col(Notice.state) == "held")
    .order_by(col(Notice.at), col(Notice.id))
)


async def add(tx: Tx, notice: Notice) -> bool:
    """Keep what was decided; False when it was decided before."""
    return (await run(tx, _ADD, values_of(notice))).first() is not None


async def last_told(tx: Tx, person_id: int, *, sort: str, now: datetime, within: timedelta) -> datetime | None:
    """When somebody was last told something of this sort, if that was within a span of now."""
    found = (await run(tx, _LAST, {"person": person_id, "sort": sort, "since": now - within})).scalar_one()
    return found if isinstance(found, datetime) else None


async def held(tx: Tx, person_id: int) -> list[tuple[Notice, Ticket | None, bool]]:
    """All that waits for somebody, the oldest first, each with its ticket and whether that is theirs, or waits for
    them."""
    rows = await tx.exec(_HELD, params={"person": person_id})
    return [(notice, ticket, is_theirs) for notice, ticket, is_theirs in rows]


async def end(tx: Tx, notice_ids: Collection[int], *, state: str, reason: str) -> None:
    """They wait no more: told, or dropped."""
    ended = update(_notices).where(_notices.c.id.in_(notice_ids)).values(state=state, reason=reason, text="")
    if notice_ids:
        await run(tx, ended)


async def drop(tx: Tx, key: str, *, reason: str) -> bool:
    """One that waits under this key is no news any more; whether one did."""
    waits = (_notices.c.key == key) & (_notices.c.state == "held")
    dropped = update(_notices).where(waits).values(state="dropped", reason=reason, text="")
    return bool((await run(tx, dropped)).rowcount)


async def told(tx: Tx, *, since: datetime) -> list[Notice]:
    """What people were told that was decided since a moment, the oldest first."""
    found = select(Notice).where(col(Notice.state) == "told", col(Notice.at) >= since)
    return list(await tx.exec(found.order_by(col(Notice.at), col(Notice.id))))


async def of_sort(tx: Tx, ticket_id: int, sort: str) -> list[tuple[str, Person]]:
    """The keys of one sort of notice about a ticket, the oldest first, and who each is for, whatever became of it."""
    found = select(Notice.key, Person).join(Person, col(Person.id) == Notice.person_id)
    return list(await tx.exec(found.where(Notice.ticket_id == ticket_id, Notice.sort == sort).order_by(col(Notice.id))))


async def at_moment(tx: Tx, ticket_id: int, at: datetime) -> list[tuple[str, Person]]:
    """The keys of all that was decided about a ticket at a moment, and who each is for, whatever became of it."""
    found = select(Notice.key, Person).join(Person, col(Person.id) == Notice.person_id)
    return list(await tx.exec(found.where(Notice.ticket_id == ticket_id, Notice.at == at).order_by(Notice.key)))


async def reword(tx: Tx, key: str, text: str) -> bool:
    """One that waits under this key says something else; whether one does."""
    waits = (_notices.c.key == key) & (_notices.c.state == "held")
    return bool((await run(tx, update(_notices).where(waits).values(text=text))).rowcount)
