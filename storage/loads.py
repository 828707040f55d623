"""How much each person has to do, counted from assignments, and who gave a ticket back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, func
from sqlalchemy import select as select_columns
from sqlmodel import SQLModel, col, select

from storage.database import Tx, run
from storage.people import Person
from storage.tickets import OPEN, Assignment, Ticket


@dataclass(frozen=True)
class Load:
    """What assignment needs to know of a candidate."""

    person: Person
    open_tickets: int
    last_assigned: datetime | None
    weight: int = 0  # the same tickets, a critical one counted four times and a high one twice


# Built once: they run for every report.
# What is put off, or waits for somebody, is nothing to do now.
_IS_OPEN = (
    col(Assignment.ended_at).is_(None)
    & col(Ticket.status).in_(OPEN)
    & col(Ticket.snoozed_until).is_(None)
    & col(Ticket.waiting_since).is_(None)
)
_LOADS = (
    select(
        Assignment.person_id,
        func.count().filter(_IS_OPEN),
        func.max(Assignment.assigned_at),
        func.sum(case({"critical": 4, "high": 2}, value=col(Ticket.priority), else_=1)).filter(_IS_OPEN),
    )
    .join(Ticket, col(Ticket.id) == Assignment.ticket_id)
    .where(col(Assignment.person_id).in_(bindparam("people", expanding=True)))
    .group_by(col(Assignment.person_id))
)


async def of_people(tx: Tx, people: Sequence[Person]) -> list[Load]:
    """How many open tickets each person has, and when each was last given one."""
    counted = await tx.exec(_LOADS, params={"people": [person.id for person in people]})
    known = {person_id: (count, last, int(weight or 0)) for person_id, count, last, weight in counted}
    return [Load(person, *known.get(person.id, (0, None, 0))) for person in people]


_assignments = SQLModel.metadata.tables["assignments"]
_again = _assignments.alias()
_GAVE_BACK = select_columns(_assignments.c.person_id).where(
    _assignments.c.ticket_id == bindparam("ticket"),
    _assignments.c.ended_by == _assignments.c.person_id,
    ~select_columns(_again.c.id)
    .where(
        _again.c.ticket_id == _assignments.c.ticket_id,
        _again.c.person_id == _assignments.c.person_id,
        _again.c.assigned_at == _assignments.c.ended_at,
        _again.c.id > _assignments.c.id,
    )
    .exists(),
)


async def gave_back(tx: Tx, ticket_id: int) -> set[int]:
    """Who had the ticket and gave it away themselves; not who kept it when they gave it to others too."""
    return set((await run(tx, _GAVE_BACK, {"ticket": ticket_id})).scalars())
