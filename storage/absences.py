"""Who is away from when until when; what is over stays on record."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Field, Index, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx


class Absence(Row, table=True):
    """One time away. `note` is for the person alone; `cover_id` stands in for them."""

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_person", "person_id", "ends"),)

    person_id: int = Field(foreign_key="people.id")
    starts: datetime = Field(sa_type=UtcTime)
    ends: datetime = Field(sa_type=UtcTime)  # they are back at this moment
    note: str = ""
    source: str  # who said so: "person", "manager", or "status", that of Slack
    cover_id: int | None = Field(default=None, foreign_key="people.id")


# Built once: it runs for every report.
_AT = (
    select(Absence)
    .where(
        col(Absence.person_id).in_(bindparam("people", expanding=True)),
        Absence.starts <= bindparam("now"),
        Absence.ends > bindparam("now"),
    )
    .order_by(col(Absence.ends))
)


async def at(tx: Tx, people: Collection[int], *, now: datetime) -> dict[int, Absence]:
    """Person id -> the absence they are in at a moment; of several the longest."""
    found = await tx.exec(_AT, params={"people": list(people), "now": now})
    return {absence.person_id: absence for absence in found}


async def not_over(tx: Tx, person_id: int, *, now: datetime) -> list[Absence]:
    """What somebody is in, or has before them, the first one first."""
    found = select(Absence).where(Absence.person_id == person_id, Absence.ends > now)
    return list(await tx.exec(found.order_by(col(Absence.starts), col(Absence.id))))


async def by_source(tx: Tx, person_id: int, source: str, *, now: datetime) -> Absence | None:
    """The absence of somebody that this said and that is not over."""
    found = select(Absence).where(Absence.person_id == person_id, Absence.source == source, Absence.ends > now)
    return (await tx.exec(found.order_by(col(Absence.ends).desc()))).first()
