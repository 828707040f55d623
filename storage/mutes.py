"""Who wants to hear nothing of a ticket, of what a person does, or of a team's tickets, and until when."""

from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, or_
from sqlmodel import Field, Index, and_, col, delete, select

from storage.columns import Row, UtcTime
from storage.database import Tx


class Mute(Row, table=True):
    """One wish for quiet. `person_id` is whose, None everybody's. Without `until` it lasts until it is taken back."""

    __tablename__ = "mutes"
    __table_args__ = (Index("ix_mutes_object", "kind", "object_id"),)

    person_id: int | None = Field(default=None, foreign_key="people.id")
    kind: str  # ticket, person or team
    object_id: int
    until: datetime | None = Field(default=None, sa_type=UtcTime)
    set_by: int = Field(foreign_key="people.id")
    created_at: datetime = Field(sa_type=UtcTime)


_RUNS = or_(col(Mute.until).is_(None), col(Mute.until) > bindparam("now"))
# Built once: it runs for each notice that may be muted.
_HOLDING = (
    select(Mute)
    .where(
        or_(col(Mute.person_id).is_(None), col(Mute.person_id) == bindparam("person")),
        or_(
            and_(col(Mute.kind) == "ticket", col(Mute.object_id) == bindparam("ticket")),
            and_(col(Mute.kind) == "team", col(Mute.object_id) == bindparam("team")),
            and_(col(Mute.kind) == "person", col(Mute.object_id) == bindparam("doer")),
        ),
        _RUNS,
    )
    .order_by(col(Mute.id))
)
_OF_TICKET = select(Mute).where(col(Mute.kind) == "ticket", col(Mute.object_id) == bindparam("ticket"), _RUNS)


async def holding(
    tx: Tx, person_id: int, *, ticket_id: int, team_id: int | None, doer_id: int | None, now: datetime
) -> Mute | None:
    """What keeps somebody from hearing of a ticket, or of what somebody did with it."""
    found = await all_holding(tx, person_id, ticket_id=ticket_id, team_id=team_id, doer_id=doer_id, now=now)
    return next(iter(found), None)


async def all_holding(
    tx: Tx, person_id: int, *, ticket_id: int, team_id: int | None, doer_id: int | None, now: datetime
) -> list[Mute]:
    """The same, all that does, the oldest first."""
    about = {"person": person_id, "ticket": ticket_id, "team": team_id or 0, "doer": doer_id or 0, "now": now}
    return list(await tx.exec(_HOLDING, params=about))


async def of_ticket(tx: Tx, ticket_id: int, *, now: datetime) -> list[Mute]:
    """The mutes of one ticket that hold."""
    return list(await tx.exec(_OF_TICKET, params={"ticket": ticket_id, "now": now}))


def _this(person_id: int | None, kind: str, object_id: int) -> ColumnElement[bool]:
    own = col(Mute.person_id).is_(None) if person_id is None else col(Mute.person_id) == person_id
    return and_(own, col(Mute.kind) == kind, col(Mute.object_id) == object_id)


async def of(tx: Tx, person_id: int | None, kind: str, object_id: int) -> Mute | None:
    """Somebody's own mute of one thing; None: everybody's."""
    return (await tx.exec(select(Mute).where(_this(person_id, kind, object_id)))).first()


async def forget(tx: Tx, person_id: int | None, kind: str, object_id: int) -> None:
    """It is heard of again."""
    await tx.exec(delete(Mute).where(_this(person_id, kind, object_id)))
