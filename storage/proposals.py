"""What waits for somebody's approval: the command as a verb and its arguments, who asked, who may decide, until when.

open -> approved, denied (also by who asked), withdrawn, or expired; of the agent's also stale (what it is about has
changed) or superseded (somebody edited it): another one then stands in its place. P-<number>; numbers of a workspace
have no gaps.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import JSON, Field, Index, UniqueConstraint, col, func, select

from storage.columns import Row, UtcTime
from storage.database import Tx, load

OPEN, APPROVED = "open", "approved"
STALE, SUPERSEDED = "stale", "superseded"
REPLACED = (STALE, SUPERSEDED)
OUTCOMES = ("executed", "failed")  # of one that was approved


class Proposal(Row, table=True):
    """One of them. `arguments` names rows by their ids; `said` is what it would do, to follow "asks to".

    One that the agent made for somebody names its turn, how much it may do (`risk`) and the arguments that nobody said
    (`ungrounded`); `outcome` is what came of it in words. One that stands in the place of another names that
    (`replaces`), and who edited it, if somebody did.

    `needs` is the action (bot/access.py) of those who could do it without asking. `before` and `after` are the fields
    that it would set, `version` the ticket's when it was asked. `told` are the messages that ask: key and channel.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        Index("ix_proposals_ticket_id_state", "ticket_id", "state"),
    )

    number: int
    verb: str
    arguments: dict[str, Any] = Field(sa_type=JSON)
    said: str
    needs: str
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id")
    version: int | None = None
    before: dict[str, Any] = Field(sa_type=JSON)
    after: dict[str, Any] = Field(sa_type=JSON)
    team_id: int | None = Field(default=None, foreign_key="teams.id")  # whose managers decide, where there is no ticket
    hidden_in: str | None = None  # the private channel whose members alone may know of it, where there is no ticket
    asker_id: int = Field(foreign_key="people.id")
    approver_id: int | None = Field(default=None, foreign_key="people.id")  # named, besides those who could do it
    state: str = OPEN
    created_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcTime)
    decided_by: int | None = Field(default=None, foreign_key="people.id")
    reason: str | None = None  # of a denial
    told: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    turn_id: int | None = Field(default=None, foreign_key="turns.id")
    ungrounded: list[str] = Field(default_factory=list, sa_type=JSON)
    risk: str = ""
    outcome: str = ""
    replaces: int | None = Field(default=None, foreign_key="proposals.id", index=True)
    edited_by: int | None = Field(default=None, foreign_key="people.id")

    @property
    def name(self) -> str:
        return f"P-{self.number}"


async def next_number(tx: Tx, workspace_id: str) -> int:
    """The number for a proposal made in this write transaction; no other writer can be given the same."""
    highest = select(func.coalesce(func.max(Proposal.number), 0)).where(Proposal.workspace_id == workspace_id)
    return (await tx.exec(highest)).one() + 1


async def get(tx: Tx, proposal_id: int) -> Proposal:
    return await load(tx, Proposal, proposal_id)


async def by_number(tx: Tx, workspace_id: str, number: int) -> Proposal | None:
    found = select(Proposal).where(Proposal.workspace_id == workspace_id, Proposal.number == number)
    return (await tx.exec(found)).first()


async def open_of(tx: Tx, *, verb: str, ticket_id: int | None) -> list[Proposal]:
    """What waits to be decided of one kind about a ticket, or about none; the oldest first."""
    found = select(Proposal).where(Proposal.state == OPEN, Proposal.verb == verb, Proposal.ticket_id == ticket_id)
    return list(await tx.exec(found.order_by(col(Proposal.id))))


# Built once, as it runs several times in each turn.
_OPEN = select(Proposal).where(Proposal.state == OPEN, Proposal.turn_id == bindparam("turn")).order_by(col(Proposal.id))


async def open_of_turn(tx: Tx, turn_id: int) -> list[Proposal]:
    """What waits to be decided of a turn."""
    return list(await tx.exec(_OPEN, params={"turn": turn_id}))


async def of_turn(tx: Tx, turn_id: int) -> list[Proposal]:
    """All that a turn has asked approval for, in order."""
    return list(await tx.exec(select(Proposal).where(Proposal.turn_id == turn_id).order_by(col(Proposal.id))))


async def in_place_of(tx: Tx, proposal_id: int) -> Proposal | None:
    """The one that was asked in the place of this one."""
    return (await tx.exec(select(Proposal).where(Proposal.replaces == proposal_id))).first()


async def hidden_channels(tx: Tx) -> list[str]:
    """The private channels that something open may be known in alone."""
    found = select(Proposal.hidden_in).where(Proposal.state == OPEN, col(Proposal.hidden_in).is_not(None)).distinct()
    return [channel_id for channel_id in await tx.exec(found) if channel_id]


async def latest(tx: Tx, workspace_id: str, *, state: str = "", most: int = 50) -> list[Proposal]:
    """The newest first, in one state or with one outcome, or all."""
    found = select(Proposal).where(Proposal.workspace_id == workspace_id)
    found = found.where((Proposal.outcome if state in OUTCOMES else Proposal.state) == state) if state else found
    return list(await tx.exec(found.order_by(col(Proposal.id).desc()).limit(most)))


async def waiting(tx: Tx, workspace_id: str, *, now: datetime, asker_id: int | None = None) -> list[Proposal]:
    """What waits to be decided, of one person or of all, the oldest first."""
    is_open = (Proposal.workspace_id == workspace_id, Proposal.state == OPEN, Proposal.expires_at > now)
    found = select(Proposal).where(*is_open)
    found = found if asker_id is None else found.where(Proposal.asker_id == asker_id)
    return list(await tx.exec(found.order_by(col(Proposal.id))))


async def counts(tx: Tx) -> dict[str, int]:
    """How many there are in each state."""
    found = await tx.exec(select(Proposal.state, func.count()).group_by(Proposal.state))
    return dict(found.all())
