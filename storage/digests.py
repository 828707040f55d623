"""What a daily digest is made of, in one read, and who gets one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, String, bindparam, cast, exists, literal, or_
from sqlalchemy.orm import defer
from sqlmodel import and_, col, select

from storage.alarms import ACTIVE, Alarm
from storage.database import Tx
from storage.notices import Notice
from storage.people import Membership, Person
from storage.settings_kv import Setting
from storage.sla import OFF, SlaClock
from storage.tickets import OPEN, Assignment, Ticket


@dataclass(frozen=True, kw_only=True)
class Matter:
    """An open ticket that is somebody's, or waits for them. `due_at` is its first deadline that still runs.

    `said` is what its team has set, of the keys that were asked for.
    """

    ticket: Ticket
    assigned_at: datetime | None = None
    due_at: datetime | None = None
    names: tuple[str, ...] = ()  # of who has it, where it is for a team
    said: Mapping[str, str] = field(default_factory=dict)


def _set_by_team(key: str) -> ScalarSelect[str]:
    """The value of the key that is bound under this name, of a ticket's team."""
    scope = literal("team:").concat(cast(col(Ticket.team_id), String))
    found = select(Setting.value).where(col(Setting.scope) == scope, Setting.key == bindparam(key))
    return found.correlate(Ticket).scalar_subquery()


_SAID = (_set_by_team("first"), _set_by_team("second"))
_IS_THEIRS = and_(
    col(Assignment.ticket_id) == col(Ticket.id),
    col(Assignment.person_id) == bindparam("person"),
    col(Assignment.ended_at).is_(None),
)
_RUNS = and_(
    col(SlaClock.ticket_id) == col(Ticket.id),
    col(SlaClock.met_at).is_(None),
    col(SlaClock.paused_since).is_(None),
    col(SlaClock.clock) != OFF,
)
_MATTERS = (
    select(Ticket, Assignment.assigned_at, SlaClock.due_at)
    .join(Assignment, _IS_THEIRS, isouter=True)
    .join(SlaClock, _RUNS, isouter=True)
    .where(
        col(Ticket.status).in_(OPEN),
        or_(col(Assignment.id).is_not(None), col(Ticket.waiting_on) == bindparam("person")),
    )
    .order_by(col(SlaClock.due_at).asc().nulls_last(), col(Ticket.id))
    .add_columns(*_SAID)
)
_OF_TEAM = (
    select(Ticket, Person.name, SlaClock.due_at)
    .join(Assignment, and_(Assignment.ticket_id == Ticket.id, col(Assignment.ended_at).is_(None)), isouter=True)
    .join(Person, col(Person.id) == Assignment.person_id, isouter=True)
    .join(SlaClock, _RUNS, isouter=True)
    .where(
        col(Ticket.team_id) == bindparam("team"),
        col(Ticket.is_private).is_(False),
        col(Ticket.status).in_(OPEN),
        or_(col(Ticket.snoozed_until).is_(None), col(Ticket.snoozed_until) <= bindparam("now")),
    )
    .order_by(col(SlaClock.due_at).asc().nulls_last(), col(Ticket.id), col(Assignment.id))
    .add_columns(*_SAID)
    .options(defer(Ticket.description))  # type: ignore[arg-type]  # a column, though it reads like a text
)
_HAS_SOME = exists().where(col(Assignment.person_id) == col(Person.id), col(Assignment.ended_at).is_(None))
_IS_MEMBER = exists().where(col(Membership.person_id) == col(Person.id))
_IS_AWAITED = col(Person.id).in_(
    select(Ticket.waiting_on).where(col(Ticket.waiting_on).is_not(None), col(Ticket.status).in_(OPEN))
)
_IS_REMINDED = col(Person.id).in_(
    select(Alarm.person_id).where(col(Alarm.person_id).is_not(None), Alarm.state == ACTIVE)
)
_IS_HELD_FOR = exists().where(col(Notice.person_id) == col(Person.id), col(Notice.state) == "held")
_RECEIVERS = (
    select(Person)
    .where(
        col(Person.id) > bindparam("after"),
        col(Person.is_active),
        col(Person.is_outsider).is_(False),
        or_(col(Person.is_admin), _IS_MEMBER, _HAS_SOME, _IS_AWAITED, _IS_REMINDED, _IS_HELD_FOR),
    )
    .order_by(col(Person.id))
    .limit(bindparam("most"))
)


async def matters(tx: Tx, person_id: int, *, keys: tuple[str, str]) -> list[Matter]:
    """What is somebody's to do, each ticket once, the first deadline first.

    Args:
        keys: of settings of its team that are to be known of each.
    """
    found: dict[int, Matter] = {}
    about = {"person": person_id} | _named(keys)
    rows = await tx.exec(_MATTERS, params=about)  # type: ignore[call-overload]  # sqlmodel knows of four columns
    for ticket, assigned_at, due_at, *said in rows:
        known = found.get(ticket.id)
        if known is None or known.due_at is None or (due_at is not None and due_at < known.due_at):
            found[ticket.id] = Matter(ticket=ticket, assigned_at=assigned_at, due_at=due_at, said=_set(keys, said))
    return list(found.values())


async def of_team(tx: Tx, team_id: int, *, keys: tuple[str, str], now: datetime) -> list[Matter]:
    """The open tickets of a team that anybody may see and nobody has put off, the first deadline first."""
    found: dict[int, Matter] = {}
    about = {"team": team_id, "now": now} | _named(keys)
    rows = await tx.exec(_OF_TEAM, params=about)  # type: ignore[call-overload]  # sqlmodel knows of four columns
    for ticket, name, due_at, *said in rows:
        known = found.get(ticket.id) or Matter(ticket=ticket, due_at=due_at, said=_set(keys, said))
        names = known.names if name is None or name in known.names else (*known.names, name)
        soonest = min((at for at in (known.due_at, due_at) if at), default=None)
        found[ticket.id] = replace(known, names=names, due_at=soonest)
    return list(found.values())


def _named(keys: tuple[str, str]) -> dict[str, Any]:
    return dict(zip(("first", "second"), keys, strict=True))


def _set(keys: tuple[str, str], values: Sequence[str | None]) -> dict[str, str]:
    return {key: value for key, value in zip(keys, values, strict=True) if value is not None}


async def receivers(tx: Tx, *, after: int, most: int) -> Sequence[Person]:
    """Admins, members of teams, and whoever has a ticket, is waited for, or has a reminder or a held notice to come.

    By id, some at a time.
    """
    return list(await tx.exec(_RECEIVERS, params={"after": after, "most": most}))
