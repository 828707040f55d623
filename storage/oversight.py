"""What a manager should know of a team, and an admin of the workspace: a few reads, however many tickets there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, literal, or_
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from storage.absences import Absence
from storage.database import Tx, run
from storage.identities import GITHUB, VERIFIED, Identity
from storage.overview import first_deadline
from storage.people import Membership, Person
from storage.proposals import OPEN as WAITS
from storage.proposals import Proposal
from storage.queue import Job
from storage.settings_kv import Setting
from storage.tickets import OPEN, Assignment, Ticket


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody of a team: how much they have now, and what they said of themselves."""

    team_id: int
    slack_id: str
    name: str
    open_tickets: int
    capacity: str | None
    rotation: str | None
    away_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Neglected:
    """A ticket that nobody has, or whose deadline has passed; and how many such there are."""

    ticket: Ticket
    due_at: datetime | None
    is_unassigned: bool
    is_breached: bool
    number: int


@dataclass(frozen=True, kw_only=True)
class Running:
    """What an admin should know: jobs that need a person, proposals that wait, members without a proven login."""

    dead_jobs: int
    proposals: int
    unlinked: tuple[tuple[str, str], ...]  # Slack id and name
    unlinked_number: int


async def members(tx: Tx, teams: Sequence[int], *, channels: Collection[str], now: datetime) -> list[Member]:
    """Who takes tickets in these teams, the busiest first; what is put off or waits is nothing to do now.

    Args:
        channels: the private ones whose tickets may be counted.
    """
    load = (
        select(func.count())
        .select_from(Assignment)
        .join(Ticket, col(Ticket.id) == Assignment.ticket_id)
        .where(
            col(Assignment.person_id) == col(Person.id),
            col(Assignment.ended_at).is_(None),
            col(Ticket.status).in_(OPEN),
            col(Ticket.snoozed_until).is_(None),
            col(Ticket.waiting_since).is_(None),
            or_(~col(Ticket.is_private), col(Ticket.channel_id).in_(list(channels))),
        )
        .correlate(Person)
        .scalar_subquery()
    )
    until = (
        select(func.max(Absence.ends))
        .where(col(Absence.person_id) == col(Person.id), col(Absence.starts) <= now, col(Absence.ends) > now)
        .correlate(Person)
        .scalar_subquery()
    )
    found = (
        select_columns(
            col(Membership.team_id),
            col(Person.slack_id),
            col(Person.name),
            load.label("load"),
            _own("capacity"),
            _own("rotation"),
            until,
        )
        .join(Person, col(Person.id) == Membership.person_id)
        .where(col(Membership.team_id).in_(teams), col(Membership.role) == "responder", col(Person.is_active))
        .order_by(col(Membership.team_id), load.desc(), col(Person.id))
    )
    rows: Sequence[Any] = (await run(tx, found)).all()
    return [
        Member(
            team_id=team,
            slack_id=slack_id,
            name=name,
            open_tickets=number,
            capacity=capacity,
            rotation=rotation,
            away_until=away,
        )
        for team, slack_id, name, number, capacity, rotation, away in rows
    ]


def _own(key: str) -> ColumnElement[str | None]:
    theirs = select(Setting.value).where(col(Setting.scope) == col(Person.slack_id), col(Setting.key) == key)
    return theirs.correlate(Person).scalar_subquery()


async def neglected(tx: Tx, teams: Sequence[int], *, channels: Collection[str], now: datetime) -> list[Neglected]:
    """Tickets of these teams that nobody has, then those past a deadline, a few of each; the first deadline first.

    Args:
        channels: the private ones whose tickets may be shown.
    """
    has = exists().where(col(Assignment.ticket_id) == col(Ticket.id), col(Assignment.ended_at).is_(None))
    due = first_deadline()
    ours = (
        select_columns(col(Ticket.id), due.label("due"), (~has).label("nobodys"))
        .where(
            col(Ticket.team_id).in_(teams),
            col(Ticket.status).in_(OPEN),
            or_(~col(Ticket.is_private), col(Ticket.channel_id).in_(list(channels))),
        )
        .subquery()
    )
    order = func.row_number().over(partition_by=ours.c.nobodys, order_by=(ours.c.due.asc().nulls_last(), ours.c.id))
    number = func.count().over(partition_by=ours.c.nobodys)
    is_late = func.coalesce(ours.c.due < now, False)
    ranked = (
        select_columns(ours, order.label("place"), number.label("number"), is_late.label("late"))
        .where(or_(ours.c.nobodys, ours.c.due < now))
        .subquery()
    )
    found: Any = (
        select(Ticket, *(ranked.c[name] for name in ("due", "nobodys", "late", "number")))
        .join(ranked, ranked.c.id == Ticket.id)
        .where(ranked.c.place <= 5)
        .order_by(ranked.c.place)
    )
    return [
        Neglected(ticket=ticket, due_at=at, is_unassigned=bool(nobodys), is_breached=bool(late), number=number)
        for ticket, at, nobodys, late, number in await tx.exec(found)
    ]


def _waiting(*, channels: Collection[str], now: datetime) -> ScalarSelect[int]:
    """How many proposals wait for a decision."""
    known = (
        or_(col(Proposal.hidden_in).is_(None), col(Proposal.hidden_in).in_(list(channels))),
        or_(col(Ticket.id).is_(None), ~col(Ticket.is_private), col(Ticket.channel_id).in_(list(channels))),
    )
    return (
        select(func.count())
        .select_from(Proposal)
        .join(Ticket, col(Ticket.id) == Proposal.ticket_id, isouter=True)
        .where(Proposal.state == WAITS, Proposal.expires_at > now, *known)
        .scalar_subquery()
    )


async def running(tx: Tx, *, most: int, channels: Collection[str], now: datetime) -> Running:
    """In one read, whether or not there is anybody to name; `channels` are the private ones that may be known of."""
    linked = exists().where(
        col(Identity.person_id) == col(Person.id), col(Identity.kind) == GITHUB, col(Identity.state) == VERIFIED
    )
    works = exists().where(
        col(Membership.person_id) == col(Person.id), col(Membership.role).in_(["responder", "manager"])
    )
    is_unlinked = and_(col(Person.is_active), works, ~linked)
    dead = select(func.count()).select_from(Job).where(Job.state == "dead").scalar_subquery()
    waiting = _waiting(channels=channels, now=now)
    number = select(func.count()).select_from(Person).where(is_unlinked).scalar_subquery()
    counted = select_columns(dead.label("dead"), waiting.label("waiting"), number.label("number")).subquery()
    first = (
        select_columns(col(Person.slack_id), col(Person.name), col(Person.id))
        .where(is_unlinked)
        .order_by(col(Person.id))
        .limit(most)
        .subquery()
    )
    found = (
        select_columns(counted, first.c.slack_id, first.c.name)
        .select_from(counted.outerjoin(first, literal(True)))
        .order_by(first.c.id)
    )
    rows = (await run(tx, found)).all()
    return Running(
        dead_jobs=rows[0].dead,
        proposals=rows[0].waiting,
        unlinked=tuple((row.slack_id, row.name) for row in rows if row.slack_id),
        unlinked_number=rows[0].number,
    )
