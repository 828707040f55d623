"""What each change of a ticket replaced: enough to take it back, and to say who changed what since."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as select_columns
from sqlmodel import JSON, Field, Index, SQLModel, UniqueConstraint, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx, run
from storage.tickets import Ticket

LASTS = timedelta(hours=24)  # as long a change can be taken back


class UndoStep(Row, table=True):
    """The change that made one version of a ticket. `before` and `after` hold the fields that it changed.

    One of no ticket (a mute, or a deed that stays) has neither ticket nor version, and holds what it is about beside
    what was so before.

    `work_key` starts the keys of the messages that told of it, `told` is what its thread was told. `correlation_id`
    leads to its audit event, which is numbered only when the transaction ends.
    """

    __tablename__ = "undo_steps"
    __table_args__ = (
        UniqueConstraint("ticket_id", "version"),
        Index("ix_undo_steps_person_id_at", "person_id", "at"),
    )

    ticket_id: int | None = Field(default=None, foreign_key="tickets.id")
    version: int = 0
    who: str  # as in the audit record
    person_id: int | None = Field(default=None, foreign_key="people.id")  # None: nobody in Slack did it
    at: datetime = Field(sa_type=UtcTime)
    said: str  # in words, "claimed by @x"
    needs: str  # the action (bot/access.py) of taking it back
    before: dict[str, Any] = Field(sa_type=JSON)
    after: dict[str, Any] = Field(sa_type=JSON)
    work_key: str = Field(index=True)
    told: str = ""
    correlation_id: str = ""


async def of_version(tx: Tx, ticket_id: int, version: int) -> UndoStep | None:
    """The change that made this version."""
    found = select(UndoStep).where(UndoStep.ticket_id == ticket_id, UndoStep.version == version)
    return (await tx.exec(found)).first()


async def last_of_ticket(tx: Tx, ticket_id: int) -> UndoStep | None:
    """The newest change of a ticket."""
    found = select(UndoStep).where(UndoStep.ticket_id == ticket_id).order_by(col(UndoStep.version).desc())
    return (await tx.exec(found.limit(1))).first()


async def last_of_person(tx: Tx, person_id: int, *, since: datetime, is_of_ticket: bool = False) -> UndoStep | None:
    """The newest change that this person made, of any ticket or of none."""
    found = select(UndoStep).where(UndoStep.person_id == person_id, UndoStep.at >= since)
    found = found.where(col(UndoStep.ticket_id).is_not(None)) if is_of_ticket else found
    return (await tx.exec(found.order_by(col(UndoStep.at).desc(), col(UndoStep.id).desc()).limit(1))).first()


async def last_of_work(tx: Tx, work_key: str) -> UndoStep | None:
    """The newest change that one piece of work made."""
    found = select(UndoStep).where(UndoStep.work_key == work_key).order_by(col(UndoStep.id).desc())
    return (await tx.exec(found.limit(1))).first()


async def last_that_set(tx: Tx, ticket_id: int, field: str) -> UndoStep | None:
    """The newest change of a ticket that gave a field the value which it has since."""
    steps = await after(tx, ticket_id, 0)
    return next((step for step in reversed(steps) if step.after.get(field) is not None), None)


@dataclass(frozen=True)
class Move:
    """A change of the team of a ticket that has this one now."""

    ticket_id: int
    person_id: int | None
    before: int | None
    after: int | None
    team_id: int | None


_steps = SQLModel.metadata.tables["undo_steps"]
# Built once: it runs for every report.
_MOVES = (
    select_columns(_steps.c.ticket_id, _steps.c.person_id, _steps.c.before, _steps.c.after, col(Ticket.team_id))
    .join(Ticket, col(Ticket.id) == _steps.c.ticket_id)
    .where(_steps.c.ticket_id.in_(bindparam("these", expanding=True)))
    .order_by(_steps.c.version)
)


async def moves(tx: Tx, tickets: Collection[int]) -> dict[int, list[Move]]:
    """Ticket id -> each change of its team, oldest first; those that never changed it are left out."""
    found: dict[int, list[Move]] = {}
    for row in await run(tx, _MOVES, {"these": list(tickets)}) if tickets else ():
        if "team_id" in row.after:
            move = Move(row.ticket_id, row.person_id, row.before["team_id"], row.after["team_id"], row.team_id)
            found.setdefault(row.ticket_id, []).append(move)
    return found


async def after(tx: Tx, ticket_id: int, version: int) -> list[UndoStep]:
    """The changes of a ticket behind a version, oldest first."""
    found = select(UndoStep).where(UndoStep.ticket_id == ticket_id, UndoStep.version > version)
    return list(await tx.exec(found.order_by(col(UndoStep.version))))
