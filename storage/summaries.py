"""What a team's week is counted from: tickets that moved in it, clocks that ended in it, and what is open."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, and_, bindparam, cast, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import SQLModel, col, select

from storage.database import Tx, run
from storage.people import Person
from storage.sla import OFF
from storage.tickets import OPEN, Assignment, Ticket

# Tickets of private channels are in nobody's figures.
_tickets, _clocks = (SQLModel.metadata.tables[name] for name in ("tickets", "sla_clocks"))
_IS_THEIRS = and_(_tickets.c.team_id == bindparam("team"), _tickets.c.is_private.is_(False))
_IS_OPEN = _tickets.c.status.in_(OPEN)
_BACKLOG = select_columns(func.count()).where(_IS_THEIRS, _IS_OPEN)
_MOVED = select_columns(
    _tickets.c.status,
    _tickets.c.created_at,
    _tickets.c.acknowledged_at,
    _tickets.c.resolved_at,
    _tickets.c.rests,
).where(
    _IS_THEIRS,
    or_(
        _tickets.c.created_at >= bindparam("since"),
        _tickets.c.resolved_at >= bindparam("since"),
        _tickets.c.acknowledged_at >= bindparam("since"),
        and_(_IS_OPEN, cast(_tickets.c.rests, String) != "[]"),
    ),
)
_ENDED = (
    select_columns(_clocks.c.met_at, _clocks.c.due_at, _clocks.c.breached_at, _clocks.c.paused_since)
    .join(_tickets, _tickets.c.id == _clocks.c.ticket_id)
    .where(
        _IS_THEIRS,
        _clocks.c.clock != OFF,
        or_(
            _clocks.c.met_at >= bindparam("since"),
            _clocks.c.breached_at >= bindparam("since"),
            and_(_clocks.c.met_at.is_(None), _clocks.c.due_at >= bindparam("since")),
        ),
    )
)
_OLDEST = (
    select(Ticket)
    .where(
        col(Ticket.team_id) == bindparam("team"),
        col(Ticket.is_private).is_(False),
        col(Ticket.status).in_(OPEN),
    )
    .order_by(col(Ticket.created_at), col(Ticket.id))
    .limit(bindparam("most"))
)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A ticket that was reported, acknowledged, done or opened again in the week; `rests` as a ticket has them."""

    is_open: bool
    created_at: datetime
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    rests: list[list[str]]


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A clock of a ticket that was met, or whose deadline passed, in the week."""

    met_at: datetime | None
    due_at: datetime
    breached_at: datetime | None
    paused_since: datetime | None


async def backlog(tx: Tx, team_id: int) -> int:
    """How many tickets are open."""
    return int((await run(tx, _BACKLOG, {"team": team_id})).scalar_one())


async def moved(tx: Tx, team_id: int, *, since: datetime) -> list[Moved]:
    """What has changed since a moment, and open tickets that were ever opened again."""
    rows = await run(tx, _MOVED, {"team": team_id, "since": since})
    return [
        Moved(
            is_open=row.status in OPEN,
            created_at=row.created_at,
            acknowledged_at=row.acknowledged_at,
            resolved_at=row.resolved_at,
            rests=row.rests,
        )
        for row in rows
    ]


async def ended(tx: Tx, team_id: int, *, since: datetime) -> list[Ended]:
    """Clocks that were met, or whose deadline passed, since a moment."""
    rows = await run(tx, _ENDED, {"team": team_id, "since": since})
    return [
        Ended(met_at=row.met_at, due_at=row.due_at, breached_at=row.breached_at, paused_since=row.paused_since)
        for row in rows
    ]


async def oldest(tx: Tx, team_id: int, *, most: int) -> list[Ticket]:
    """The open tickets that were reported first."""
    return list(await tx.exec(_OLDEST, params={"team": team_id, "most": most}))


async def loads(tx: Tx, team_id: int) -> list[tuple[str, int]]:
    """Name -> open tickets of the team that somebody has, the most first."""
    number = func.count()
    has = (
        select(Person.name, number)
        .join(Assignment, col(Assignment.person_id) == Person.id)
        .join(Ticket, col(Ticket.id) == Assignment.ticket_id)
        .where(
            col(Assignment.ended_at).is_(None),
            col(Ticket.team_id) == team_id,
            col(Ticket.is_private).is_(False),
            col(Ticket.status).in_(OPEN),
        )
        .group_by(col(Person.id), Person.name)
        .order_by(number.desc(), Person.name)
    )
    return [(name, many) for name, many in await tx.exec(has)]
