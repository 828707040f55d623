"""Tickets, and who they are assigned to."""

from datetime import datetime

from sqlalchemy import bindparam, func, insert
from sqlalchemy import select as select_columns
from sqlmodel import JSON, Field, Index, SQLModel, UniqueConstraint, case, col, select, update

from storage.columns import Row, UtcTime, where
from storage.database import Tx, load, run
from storage.people import Person

OPEN = ("open", "in_progress")
LOUDEST_FIRST = ("critical", "high", "medium", "low")
LOUD = frozenset(LOUDEST_FIRST[:2])


class Ticket(Row, table=True):
    """The tracked item, CH-<number>; numbers of a workspace have no gaps."""

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        Index("ix_tickets_fingerprint", "channel_id", "fingerprint", "created_at"),
        Index("ix_tickets_status", "status", "created_at"),
        Index("ix_tickets_open_due", "workspace_id", "due_at", "id", **where("status IN ('open', 'in_progress')")),
    )

    number: int
    enterprise_id: str | None = None
    title: str
    description: str
    summary: str = ""
    fingerprint: str = ""  # of the report's text, to see the same report again
    category: str | None = None
    priority: str | None = None
    severity: str | None = None
    effort: str | None = None
    component: str | None = None
    tags: list[str] = Field(default_factory=list, sa_type=JSON)
    team_id: int | None = Field(default=None, foreign_key="teams.id")
    team_source: str = Field(default="", sa_column_kwargs={"server_default": ""})  # why this team, or what was in doubt
    status: str = "open"
    reporter_id: int | None = Field(default=None, foreign_key="people.id")  # None: a stranger on GitHub
    source: str
    channel_id: str
    channel_name: str = ""
    is_private: bool = False
    thread_ts: str | None = None
    message_ts: str | None = Field(default=None, index=True)
    permalink: str | None = None
    # The report's own message where that is elsewhere: a direct message, for a ticket of a team's channel.
    origin_channel_id: str | None = None
    origin_ts: str | None = Field(default=None, index=True)
    triage_source: str | None = None
    triage_model: str | None = None
    triage_confidence: float | None = None
    triage_reasoning: str | None = None
    triage_note: str = ""  # why it was not the model, when one is configured
    assign_reason: str = ""
    resolution: str | None = None
    created_at: datetime = Field(sa_type=UtcTime)
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcTime)
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcTime)
    snooze_kind: str | None = None  # "activity": whatever somebody does with it ends the snooze before
    touched_at: datetime | None = Field(default=None, sa_type=UtcTime)  # when a person last did something with it
    due_at: datetime | None = Field(default=None, sa_type=UtcTime)  # the first deadline that runs, as its clocks say
    version: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # raised with every change
    waiting_on: int | None = Field(default=None, foreign_key="people.id", index=True)
    waiting_for: str | None = None
    waiting_since: datetime | None = Field(default=None, sa_type=UtcTime)
    author_id: str | None = None  # Slack id of who wrote the message that a shortcut made it of; none: no person
    # Fields that whoever reported it has chosen: triage leaves them alone.
    chosen: list[str] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    # From when to when it was resolved or closed before it was reopened, in ISO form; one for each time.
    rests: list[list[str]] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    # Of a ticket. No foreign key: it may name a later one, and a move to another database copies in the order of ids.
    duplicate_of: int | None = Field(default=None, index=True)
    last_change: str = Field(default="", sa_column_kwargs={"server_default": ""})  # in words: "claimed by @x"
    last_change_at: datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def name(self) -> str:
        return f"CH-{self.number}"

    @property
    def named_version(self) -> str:
        """Its name as buttons and forms carry it, with the version they were made from."""
        return f"{self.name}@{self.version}"

    @property
    def is_out_of_reach(self) -> bool:
        """Whether the message it was made of stands where the bot can do nothing."""
        return self.origin_ts is not None and self.author_id is not None

    @property
    def was_said_in_private(self) -> bool:
        """Whether what it holds was said where not everybody reads: a private channel, or a direct message."""
        here, origin = self.channel_id, self.origin_channel_id or ""
        return self.is_private or here.startswith("D") or origin.startswith("D")

    @property
    def said_at(self) -> tuple[str, str] | None:
        """Channel and timestamp of the message that reported it; None for a slash command, which leaves none."""
        if self.origin_channel_id and self.origin_ts:
            return self.origin_channel_id, self.origin_ts
        return (self.channel_id, self.message_ts) if self.message_ts else None


class Assignment(Row, table=True):
    """Someone has, or had, a ticket. Load is counted from these rows and kept nowhere."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index("uq_assignments_current", "ticket_id", "person_id", unique=True, **where("ended_at IS NULL")),
    )

    ticket_id: int = Field(foreign_key="tickets.id", index=True)
    person_id: int = Field(foreign_key="people.id", index=True)
    assigned_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_by: int | None = Field(default=None, foreign_key="people.id")  # None: the system, or the operator


# Built once, like others below: these run for every report, and to build one costs more than to run it.
_tickets = SQLModel.metadata.tables["tickets"]
_HIGHEST = select_columns(func.coalesce(func.max(_tickets.c.number), 0)).where(
    _tickets.c.workspace_id == bindparam("workspace")
)
_SAME = (
    select(Ticket)
    .where(
        Ticket.channel_id == bindparam("channel"),
        Ticket.fingerprint == bindparam("words"),
        Ticket.created_at >= bindparam("since"),
        col(Ticket.status).in_(OPEN),
    )
    .order_by(col(Ticket.id))
)
_PRIVATE = select_columns(_tickets.c.channel_id).where(_tickets.c.is_private).distinct()


async def next_number(tx: Tx, workspace_id: str) -> int:
    """The number for a ticket made in this write transaction; no other writer can be given the same."""
    return int((await run(tx, _HIGHEST, {"workspace": workspace_id})).scalar_one()) + 1


async def get(tx: Tx, ticket_id: int) -> Ticket:
    return await load(tx, Ticket, ticket_id)


async def exists(tx: Tx, ticket_id: int) -> bool:
    return await tx.get(Ticket, ticket_id) is not None


async def by_number(tx: Tx, workspace_id: str, number: int) -> Ticket | None:
    found = select(Ticket).where(Ticket.workspace_id == workspace_id, Ticket.number == number)
    return (await tx.exec(found)).first()


async def by_message(tx: Tx, channel_id: str, message_ts: str) -> Ticket | None:
    """The ticket that this message reported, wherever the ticket lives."""
    is_here = (col(Ticket.channel_id) == channel_id) & (col(Ticket.message_ts) == message_ts)
    is_origin = (col(Ticket.origin_channel_id) == channel_id) & (col(Ticket.origin_ts) == message_ts)
    return (await tx.exec(select(Ticket).where(is_here | is_origin))).first()


async def same_report(tx: Tx, channel_id: str, fingerprint: str, *, since: datetime) -> Ticket | None:
    """An open ticket made from the same words in the same channel since a moment."""
    return (await tx.exec(_SAME, params={"channel": channel_id, "words": fingerprint, "since": since})).first()


async def open_ones(
    tx: Tx,
    workspace_id: str,
    *,
    assignee_id: int | None = None,
    team_id: int | None = None,
    most: int | None = None,
) -> list[Ticket]:
    """Open tickets, of one assignee or team if asked: the loudest first, then the oldest; all of them, or so many."""
    rank = case({name: place for place, name in enumerate(LOUDEST_FIRST)}, value=col(Ticket.priority), else_=9)
    found = select(Ticket).where(Ticket.workspace_id == workspace_id, col(Ticket.status).in_(OPEN))
    if team_id is not None:
        found = found.where(Ticket.team_id == team_id)
    if assignee_id is not None:
        theirs = select(Assignment.ticket_id).where(
            Assignment.person_id == assignee_id, col(Assignment.ended_at).is_(None)
        )
        found = found.where(col(Ticket.id).in_(theirs))
    return list(await tx.exec(found.order_by(rank, col(Ticket.id)).limit(most)))


_ASSIGNEES = (
    select(Person)
    .join(Assignment, col(Assignment.person_id) == Person.id)
    .where(Assignment.ticket_id == bindparam("ticket"), col(Assignment.ended_at).is_(None))
    .order_by(col(Assignment.id))
)


async def assignees(tx: Tx, ticket_id: int) -> list[Person]:
    """Who has the ticket now, first assigned first."""
    return list(await tx.exec(_ASSIGNEES, params={"ticket": ticket_id}))


async def times_given(tx: Tx, ticket_id: int) -> int:
    """How often it was given to somebody."""
    return (await tx.exec(select(func.count()).where(Assignment.ticket_id == ticket_id))).one()


async def last_assignee(tx: Tx, ticket_id: int) -> Person | None:
    """Who got the ticket last of those who have it, or else had it."""
    has_it = col(Assignment.ended_at).is_(None)
    found = (
        select(Person)
        .join(Assignment, col(Assignment.person_id) == Person.id)
        .where(Assignment.ticket_id == ticket_id)
        .order_by(has_it.desc(), col(Assignment.id).desc())
    )
    return (await tx.exec(found.limit(1))).first()


_ASSIGN = insert(SQLModel.metadata.tables["assignments"])


async def assign(tx: Tx, ticket: Ticket, *, person_id: int, now: datetime) -> None:
    """One more person has the ticket from now on."""
    values = {"workspace_id": ticket.workspace_id, "ticket_id": ticket.id, "person_id": person_id, "assigned_at": now}
    await run(tx, _ASSIGN, values)


async def end_assignments(
    tx: Tx, ticket_id: int, *, now: datetime, by: int | None, person_id: int | None = None
) -> None:
    """Nobody (or, if named, this person no longer) has the ticket from now on; who had it stays on record.

    Args:
        by: the person who ended it.
    """
    current = (col(Assignment.ticket_id) == ticket_id) & col(Assignment.ended_at).is_(None)
    if person_id is not None:
        current &= col(Assignment.person_id) == person_id
    await tx.exec(update(Assignment).where(current).values(ended_at=now, ended_by=by))


async def private_channels(tx: Tx) -> list[str]:
    """The private channels that tickets live in."""
    return list((await run(tx, _PRIVATE)).scalars())
