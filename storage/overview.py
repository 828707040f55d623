"""What one page about a person is made of: a few reads, however many tickets and people there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, ScalarSelect, and_, func, literal, or_, union, union_all
from sqlalchemy import select as select_columns
from sqlmodel import SQLModel, col, select

from storage.absences import Absence
from storage.alarms import Alarm
from storage.calendars import CalendarRow
from storage.database import Tx, run
from storage.digests import Matter
from storage.identities import GITHUB, UNKNOWN, Identity
from storage.people import Membership, Person, Team
from storage.proposals import OPEN as WAITS
from storage.proposals import Proposal
from storage.reminders import LIVE, UNDO, Reminder
from storage.settings_kv import Setting
from storage.sla import OFF, SlaClock
from storage.tickets import OPEN, Assignment, Ticket

_settings, _calendars = (SQLModel.metadata.tables[str(table.__tablename__)] for table in (Setting, CalendarRow))
ZONE, WEEK = "calendar.zone", "calendar.week"  # what a calendar says, among the settings


@dataclass(frozen=True, kw_only=True)
class About:
    """A person, their login on GitHub, the absence they are in and the next one, and their role in each team."""

    identity: Identity | None = None
    absence: Absence | None = None
    planned: Absence | None = None
    roles: tuple[tuple[Team, str], ...] = ()

    @property
    def managed(self) -> tuple[Team, ...]:
        return tuple(team for team, role in self.roles if role == "manager")


@dataclass(frozen=True, kw_only=True)
class Mine:
    """What is somebody's to do, or waits for them: the first ones, and how many there are of each sort.

    `to_do` leaves out what is put off or waits; `unseen` are those of it that nobody has acknowledged.
    """

    matters: tuple[Matter, ...] = ()
    number: int = 0
    overdue: int = 0
    awaits: int = 0
    to_do: int = 0
    unseen: int = 0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A proposal that waits, with its ticket and who asks."""

    proposal: Proposal
    ticket: Ticket | None
    asker: str


class Coming(NamedTuple):
    """A reminder with its ticket and, if somebody asked for it, with what they asked for and their name."""

    reminder: Reminder
    ticket: Ticket | None
    alarm: Alarm | None
    asker: str | None


async def about(tx: Tx, person_id: int, *, now: datetime) -> About:
    known = and_(
        col(Identity.person_id) == col(Person.id), col(Identity.kind) == GITHUB, col(Identity.state) != UNKNOWN
    )
    away = and_(col(Absence.person_id) == col(Person.id), col(Absence.ends) > now)
    found = (
        select(Identity, Absence, Membership.role, Team)
        .select_from(Person)
        .join(Identity, known, isouter=True)
        .join(Absence, away, isouter=True)
        .join(Membership, col(Membership.person_id) == Person.id, isouter=True)
        .join(Team, and_(col(Team.id) == Membership.team_id, col(Team.deleted_at).is_(None)), isouter=True)
        .where(Person.id == person_id)
        .order_by(col(Absence.ends), col(Team.id))
    )
    rows: list[Any] = list(await tx.exec(found))
    roles = {team.id: (team, role) for _, _, role, team in rows if team is not None}
    times = [absence for _, absence, _, _ in rows if absence]
    return About(
        identity=rows[0][0],
        absence=next((one for one in reversed(times) if one.starts <= now), None),
        planned=min((one for one in times if one.starts > now), key=attrgetter("starts"), default=None),
        roles=tuple(roles.values()),
    )


async def said(tx: Tx, scopes: Collection[str], *, keys: Collection[str]) -> dict[tuple[str, str], str]:
    """(scope, key) -> value of what is set, and the zones and weeks of calendars under ZONE and WEEK."""
    wanted = list(scopes)
    kept = _settings.c
    settings = select_columns(kept.scope, kept.key, kept.value).where(kept.scope.in_(wanted), kept.key.in_(list(keys)))
    hours = [
        select_columns(_calendars.c.scope, literal(key), column).where(
            _calendars.c.scope.in_(wanted), column.is_not(None)
        )
        for key, column in ((ZONE, _calendars.c.zone), (WEEK, _calendars.c.week))
    ]
    found: Sequence[Any] = (await run(tx, union_all(settings, *hours))).all()
    return {(scope, key): value for scope, key, value in found}


def _is_theirs(person_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(Assignment.person_id) == person_id, col(Assignment.ended_at).is_(None)


def _tickets_of(person_id: int) -> CompoundSelect[Any]:
    """What they have, and what waits for them: two looks at an index, where one with “or” would read every ticket."""
    return union(
        select(Assignment.ticket_id).where(*_is_theirs(person_id)),
        select(Ticket.id).where(col(Ticket.waiting_on) == person_id),
    )


def first_deadline() -> ScalarSelect[Any]:
    """The first of a ticket's deadlines that still run."""
    running = (
        col(SlaClock.ticket_id) == col(Ticket.id),
        col(SlaClock.met_at).is_(None),
        col(SlaClock.paused_since).is_(None),
        col(SlaClock.clock) != OFF,
    )
    return select(func.min(SlaClock.due_at)).where(*running).correlate(Ticket).scalar_subquery()


async def mine(tx: Tx, person_id: int, *, channels: Collection[str], now: datetime, most: int) -> Mine:
    """The first deadline first, what is put off last.

    Args:
        channels: the private ones whose tickets may be shown.
    """
    due = first_deadline()
    is_put_off = func.coalesce(col(Ticket.snoozed_until) > now, False)
    is_at_rest = or_(col(Ticket.snoozed_until).is_not(None), col(Ticket.waiting_since).is_not(None))
    is_to_do = and_(col(Assignment.id).is_not(None), ~is_at_rest)
    numbers = (
        func.count(),
        func.count().filter(due <= now),
        func.count().filter(col(Ticket.waiting_on) == person_id),
        func.count().filter(is_to_do),
        func.count().filter(is_to_do, col(Ticket.acknowledged_at).is_(None)),
    )
    columns: list[Any] = [Assignment.assigned_at, due.label("due"), *(number.over() for number in numbers)]
    found: Any = (
        select(Ticket, *columns)
        .join(Assignment, and_(col(Assignment.ticket_id) == col(Ticket.id), *_is_theirs(person_id)), isouter=True)
        .where(
            col(Ticket.id).in_(_tickets_of(person_id)),
            col(Ticket.status).in_(OPEN),
            or_(~col(Ticket.is_private), col(Ticket.channel_id).in_(list(channels))),
        )
        .order_by(is_put_off, due.asc().nulls_last(), col(Ticket.id))
        .limit(most)
    )
    rows = list(await tx.exec(found))
    if not rows:
        return Mine()
    number, overdue, awaits, to_do, unseen = rows[0][3:]
    matters = tuple(Matter(ticket=row[0], assigned_at=row[1], due_at=row[2]) for row in rows)
    return Mine(matters=matters, number=number, overdue=overdue, awaits=awaits, to_do=to_do, unseen=unseen)


async def asked(tx: Tx, person_id: int, *, is_admin: bool, now: datetime) -> list[Asked]:
    """What waits for somebody's decision, the oldest first: by name, as a manager of the team, or as an admin; and what
    the agent asked for in their name, whether they may decide that or not."""
    team = func.coalesce(Ticket.team_id, Proposal.team_id)
    managed = select(Membership.team_id).where(Membership.person_id == person_id, Membership.role == "manager")
    mine = [col(Proposal.approver_id) == person_id, and_(col(Proposal.approver_id).is_(None), team.in_(managed))]
    of_others = or_(*mine, *((col(Proposal.approver_id).is_(None),) if is_admin else ()))
    own = and_(col(Proposal.asker_id) == person_id, col(Proposal.turn_id).is_not(None))
    found = (
        select(Proposal, Ticket, Person.name)
        .join(Ticket, col(Ticket.id) == Proposal.ticket_id, isouter=True)
        .join(Person, col(Person.id) == Proposal.asker_id)
        .where(
            Proposal.state == WAITS,
            Proposal.expires_at > now,
            or_(own, and_(col(Proposal.asker_id) != person_id, of_others)),
        )
        .order_by(col(Proposal.id))
        .limit(50)
    )
    return [Asked(proposal=one, ticket=ticket, asker=name) for one, ticket, name in await tx.exec(found)]


async def coming(tx: Tx, person_id: int, *, most: int) -> list[Coming]:
    """What is planned for somebody by name, the next first."""
    found = (
        select(Reminder, Ticket, Alarm, Person.name)
        .join(Alarm, col(Alarm.id) == Reminder.alarm_id, isouter=True)
        .join(Person, col(Person.id) == Alarm.asker_id, isouter=True)
        .join(Ticket, col(Ticket.id) == func.coalesce(Reminder.ticket_id, Alarm.ticket_id), isouter=True)
        .where(Reminder.person_id == person_id, col(Reminder.state).in_(LIVE), Reminder.kind != UNDO)
        .order_by(col(Reminder.due_at))
        .limit(most)
    )
    return [Coming(*row) for row in await tx.exec(found)]
