"""Which tickets are duplicates of which, and which pairs look alike but are not the same."""

from datetime import datetime

from sqlalchemy import bindparam, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Field, SQLModel, UniqueConstraint, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx, run
from storage.tickets import Ticket
from storage.upsert import insert


class DuplicatePair(Row, table=True):
    """Somebody said that these two are not the same; `ticket_id` is the lower of the two."""

    __tablename__ = "duplicate_pairs"
    __table_args__ = (UniqueConstraint("ticket_id", "other_id"),)

    ticket_id: int = Field(foreign_key="tickets.id")
    other_id: int = Field(foreign_key="tickets.id", index=True)
    said_by: int = Field(foreign_key="people.id")
    said_at: datetime = Field(sa_type=UtcTime)


# Built once: they run for every card.
_tickets = SQLModel.metadata.tables["tickets"]
_pairs = SQLModel.metadata.tables["duplicate_pairs"]
_HOW_MANY = select_columns(func.count()).where(
    _tickets.c.duplicate_of == bindparam("ticket"),
    or_(_tickets.c.is_private.is_(False), _tickets.c.channel_id == bindparam("channel")),
)
_NOT_SAME = select_columns(_pairs.c.ticket_id, _pairs.c.other_id).where(
    or_(_pairs.c.ticket_id == bindparam("ticket"), _pairs.c.other_id == bindparam("ticket"))
)


async def how_many(tx: Tx, ticket: Ticket) -> int:
    """How many tickets are duplicates of this one; those of a private channel count in that channel alone."""
    return int((await run(tx, _HOW_MANY, {"ticket": ticket.id, "channel": ticket.channel_id})).scalar_one())


async def of(tx: Tx, ticket_id: int) -> list[Ticket]:
    """The duplicates of a ticket, the oldest first."""
    return list(await tx.exec(select(Ticket).where(Ticket.duplicate_of == ticket_id).order_by(col(Ticket.id))))


async def not_same(tx: Tx, ticket_id: int) -> set[int]:
    """The tickets of which somebody said that they are not this one."""
    pairs = await run(tx, _NOT_SAME, {"ticket": ticket_id})
    return {id_ for pair in pairs for id_ in (pair.ticket_id, pair.other_id)} - {ticket_id}


async def tell_apart(tx: Tx, ticket: Ticket, other: Ticket, *, by: int, now: datetime) -> None:
    """Remember that these two are not the same, whichever was named first."""
    lower, higher = sorted((ticket.id, other.id))
    pair = {"workspace_id": ticket.workspace_id, "ticket_id": lower, "other_id": higher, "said_by": by, "said_at": now}
    await run(tx, insert(_pairs).on_conflict_do_nothing(), pair)
