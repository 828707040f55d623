"""Why a ticket went to a person: what was weighed at each automatic choice, as it was at that moment."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert
from sqlmodel import JSON, Field, SQLModel, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx, insert_last


class AssignmentDecision(Row, table=True):
    """One automatic choice; `record` is a Decision."""

    __tablename__ = "assignment_decisions"

    ticket_id: int = Field(foreign_key="tickets.id", index=True)
    at: datetime = Field(sa_type=UtcTime)
    record: dict[str, Any] = Field(sa_type=JSON)


@dataclass(frozen=True, kw_only=True)
class Considered:
    """Somebody of the team. `skip` says why they could not have it, to follow the name: "is away until Mon".

    `asleep`: why they were passed over as long as anybody was at work, in the same way. `weight`: their open tickets
    weighed by priority, where the team does so.
    """

    person_id: int
    load: int
    capacity: int | None = None
    last_assigned: str | None = None  # as ISO 8601
    skip: str = ""
    asleep: str = ""
    weight: int | None = None

    @property
    def busy(self) -> int:
        """What they had to do, as the team counts it."""
        return self.load if self.weight is None else self.weight


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The rule that decided, everybody who was weighed, who won (nobody: None), and what else was looked at."""

    rule: str
    team_id: int
    winner_id: int | None
    reason: str
    candidates: tuple[Considered, ...] = ()
    inputs: dict[str, Any] = field(default_factory=dict)


_INSERT = insert(SQLModel.metadata.tables["assignment_decisions"])
_OF = (
    select(AssignmentDecision)
    .where(AssignmentDecision.ticket_id == bindparam("ticket"))
    .order_by(col(AssignmentDecision.id))
)


def record(tx: Tx, decision: Decision, *, ticket_id: int, workspace_id: str, now: datetime) -> None:
    """Keep it, with the assignment, at the end of its transaction."""
    kept = {"workspace_id": workspace_id, "ticket_id": ticket_id, "at": now, "record": asdict(decision)}
    insert_last(tx, _INSERT, [kept])


async def of_ticket(tx: Tx, ticket_id: int) -> list[tuple[datetime, Decision]]:
    """What was decided about a ticket and when, oldest first."""
    found = await tx.exec(_OF, params={"ticket": ticket_id})
    return [(row.at, _read(row.record)) for row in found]


def _read(kept: dict[str, Any]) -> Decision:
    candidates = tuple(Considered(**one) for one in kept["candidates"])
    return Decision(**kept | {"candidates": candidates})
