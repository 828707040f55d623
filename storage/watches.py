"""Who watches which ticket."""

from datetime import datetime

from sqlmodel import Field, SQLModel, UniqueConstraint, col, delete, select

from storage.columns import Row, UtcTime
from storage.database import Tx, run
from storage.people import Person
from storage.upsert import insert


class Watch(Row, table=True):
    """Somebody hears of each change of a ticket's status."""

    __tablename__ = "watches"
    __table_args__ = (UniqueConstraint("ticket_id", "person_id"),)

    ticket_id: int = Field(foreign_key="tickets.id")
    person_id: int = Field(foreign_key="people.id")
    since: datetime = Field(sa_type=UtcTime)


_ADD = insert(SQLModel.metadata.tables["watches"]).on_conflict_do_nothing(index_elements=["ticket_id", "person_id"])


async def add(tx: Tx, workspace_id: str, ticket_id: int, *, person_id: int, now: datetime) -> bool:
    """Watch from now on; False: they did already."""
    about = {"workspace_id": workspace_id, "ticket_id": ticket_id, "person_id": person_id, "since": now}
    return (await run(tx, _ADD, about)).rowcount == 1


async def drop(tx: Tx, ticket_id: int, *, person_id: int) -> bool:
    """Watch no more; False: they did not."""
    theirs = (col(Watch.ticket_id) == ticket_id) & (col(Watch.person_id) == person_id)
    return (await tx.exec(delete(Watch).where(theirs))).rowcount == 1


async def drop_all(tx: Tx, person_id: int) -> int:
    """Somebody watches nothing more; how many tickets that were."""
    return (await tx.exec(delete(Watch).where(col(Watch.person_id) == person_id))).rowcount


async def watchers(tx: Tx, ticket_id: int) -> list[Person]:
    """Who watches a ticket and is still there, the first one first."""
    found = (
        select(Person)
        .join(Watch, col(Watch.person_id) == Person.id)
        .where(Watch.ticket_id == ticket_id, col(Person.is_active))
    )
    return list(await tx.exec(found.order_by(col(Watch.id))))
