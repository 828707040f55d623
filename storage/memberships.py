"""Who is in which team, and as what: to leave one, and to read them all."""

from collections.abc import Collection

from sqlalchemy import String, bindparam, cast, func, literal
from sqlmodel import col, select

from storage.database import Tx
from storage.people import Membership, Person, Team
from storage.settings_kv import Setting

# Built once: it runs for every report. Of several teams the oldest one counts, so it comes last.
_SETTING = (
    select(Membership.person_id, Setting.value)
    .join(Setting, col(Setting.scope) == literal("team:") + cast(col(Membership.team_id), String))
    .join(Team, col(Team.id) == Membership.team_id)
    .where(
        col(Membership.person_id).in_(bindparam("people", expanding=True)),
        Setting.key == bindparam("key"),
        col(Team.deleted_at).is_(None),
    )
    .order_by(col(Membership.team_id).desc())
)

_OLDEST_TEAMS = (
    select(Membership.person_id, func.min(Membership.team_id))
    .join(Team, col(Team.id) == Membership.team_id)
    .where(col(Membership.person_id).in_(bindparam("people", expanding=True)), col(Team.deleted_at).is_(None))
    .group_by(col(Membership.person_id))
)


async def take_role(tx: Tx, person: Person, team: Team) -> str | None:
    """Make someone no member any more; returns the role they had."""
    found = select(Membership).where(Membership.person_id == person.id, Membership.team_id == team.id)
    membership = (await tx.exec(found)).first()
    if membership:
        await tx.delete(membership)
    return membership.role if membership else None


async def roles_in(tx: Tx, team_id: int) -> list[tuple[Person, str]]:
    """Everybody of a team with their role, managers first."""
    found = (
        select(Person, Membership.role)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(Membership.team_id == team_id)
        .order_by(col(Membership.role) != "manager", col(Membership.role) != "responder", func.lower(Person.name))
    )
    return list((await tx.exec(found)).all())


async def everyone(tx: Tx) -> list[tuple[int, str, str]]:
    """Everybody's roles: person id, the name of the team, the role."""
    found = (
        select(Membership.person_id, Team.name, Membership.role)
        .join(Team, col(Team.id) == Membership.team_id)
        .where(col(Team.deleted_at).is_(None))
        .order_by(col(Team.id))
    )
    return list((await tx.exec(found)).all())


async def oldest_teams(tx: Tx, people: Collection[int]) -> dict[int, int]:
    """Person id -> the oldest team that they are in; who is in none is left out."""
    return dict((await tx.exec(_OLDEST_TEAMS, params={"people": list(people)})).all())


async def setting(tx: Tx, people: Collection[int], key: str) -> dict[int, str]:
    """Person id -> what a team of theirs set for its members, where one did; of several teams the oldest counts."""
    return dict((await tx.exec(_SETTING, params={"people": list(people), "key": key})).all())
