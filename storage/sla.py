"""How long a ticket may wait: what each team allows per priority, and the clocks that run on its tickets."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Literal, NamedTuple

from sqlalchemy import bindparam
from sqlmodel import JSON, Field, Index, UniqueConstraint, col, delete, select

from storage.columns import Row, UtcTime, where
from storage.database import Tx
from storage.tickets import Ticket

Kind = Literal["ack", "resolve"]
BUSINESS, ALWAYS, OFF = "business", "24x7", "off"


class SlaPolicy(Row, table=True):
    """What a team set for a priority, in minutes; None is no target. `clock` says which minutes count."""

    __tablename__ = "sla_policies"
    __table_args__ = (UniqueConstraint("team_id", "priority"),)

    team_id: int = Field(foreign_key="teams.id")
    priority: str
    ack_minutes: int | None = None
    resolve_minutes: int | None = None
    clock: str = BUSINESS


class SlaClock(Row, table=True):
    """One target of one ticket. `clock` is that of its policy, or off; `pauses` are pairs of moments in ISO form.

    `breached_at` is a fact that stays, whatever the policy becomes; each reopening starts another `generation` of ack.
    """

    __tablename__ = "sla_clocks"
    __table_args__ = (
        UniqueConstraint("ticket_id", "kind", "generation"),
        Index("ix_sla_clocks_running", "ticket_id", "due_at", **where("met_at IS NULL AND paused_since IS NULL")),
    )

    ticket_id: int = Field(foreign_key="tickets.id")
    kind: str  # one of Kind
    generation: int = 1
    target_minutes: int
    clock: str
    started_at: datetime = Field(sa_type=UtcTime)
    pauses: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    paused_since: datetime | None = Field(default=None, sa_type=UtcTime)
    warn_at: datetime = Field(sa_type=UtcTime)
    due_at: datetime = Field(sa_type=UtcTime)
    met_at: datetime | None = Field(default=None, sa_type=UtcTime)
    breached_at: datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def is_running(self) -> bool:
        return self.met_at is None and self.paused_since is None and self.clock != OFF

    @property
    def course(self) -> "Course":
        return Course(*(getattr(self, name) for name in COURSE))


class Course(NamedTuple):
    """A clock without its row, by the names of its columns: what it has been through, and its times."""

    id: int
    ticket_id: int
    kind: str
    generation: int
    target_minutes: int
    clock: str
    started_at: datetime
    pauses: list[list[str]]
    paused_since: datetime | None
    warn_at: datetime
    due_at: datetime
    met_at: datetime | None
    breached_at: datetime | None

    @property
    def is_running(self) -> bool:
        return self.met_at is None and self.paused_since is None and self.clock != OFF

    @property
    def stretches(self) -> list[tuple[datetime, datetime]]:
        """The times before now that count, oldest first; the present one begins where the last pause ended."""
        edges = [self.started_at, *(datetime.fromisoformat(edge) for pause in self.pauses for edge in pause)]
        return [(start, end) for number, (start, end) in enumerate(pairwise(edges)) if number % 2 == 0]

    @property
    def resumed_at(self) -> datetime:
        """When the present stretch began."""
        return datetime.fromisoformat(self.pauses[-1][1]) if self.pauses else self.started_at


COURSE = Course._fields
TIMES = ("target_minutes", "clock", "warn_at", "due_at", "breached_at")  # what a policy and hours make of a clock


async def policies(tx: Tx, team_id: int) -> Mapping[str, SlaPolicy]:
    """Priority -> what a team set for it."""
    return {row.priority: row for row in await tx.exec(select(SlaPolicy).where(SlaPolicy.team_id == team_id))}


async def forget_policy(tx: Tx, team_id: int, priority: str) -> None:
    await tx.exec(delete(SlaPolicy).where(col(SlaPolicy.team_id) == team_id, col(SlaPolicy.priority) == priority))


# Built once: it runs for every report.
_CLOCKS = select(SlaClock).where(SlaClock.ticket_id == bindparam("ticket")).order_by(col(SlaClock.generation))


async def clocks(tx: Tx, ticket_id: int) -> list[SlaClock]:
    """The newest clock of each kind, ack before resolve."""
    newest = {clock.kind: clock for clock in await tx.exec(_CLOCKS, params={"ticket": ticket_id})}
    return [newest[kind] for kind in sorted(newest)]


async def keep_due(tx: Tx, ticket: Ticket) -> None:
    """Have the ticket say when the first of its clocks that run is due: lists are sorted by it."""
    ticket.due_at = first_due(await clocks(tx, ticket.id))


def first_due(clocks: Iterable[SlaClock | Course]) -> datetime | None:
    """When the first of those that run is due."""
    return min((clock.due_at for clock in clocks if clock.is_running), default=None)
