"""People, teams, and who has which role where."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import bindparam, false, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Field, SQLModel, UniqueConstraint, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx, load, run
from storage.identities import GITHUB, VERIFIED, Identity

RoleName = Literal["viewer", "responder", "manager"]


class Person(Row, table=True):
    """Someone with a Slack id. `is_outsider`: a guest or a member of another workspace."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("workspace_id", "slack_id"),)

    slack_id: str
    name: str
    email: str | None = None
    is_admin: bool = False
    is_outsider: bool = False
    is_external: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # of another workspace
    is_active: bool = True
    zone: str = Field(default="", sa_column_kwargs={"server_default": ""})  # as Slack says, by its IANA name
    locale: str = Field(default="", sa_column_kwargs={"server_default": ""})  # of their Slack, as in de-DE
    created_at: datetime = Field(sa_type=UtcTime)
    refreshed_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Team(Row, table=True):
    """A group that takes tickets; what it owns is said by rules (storage/ownership.py)."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("workspace_id", "slug"),)

    name: str
    slug: str  # the name case-folded: "Platform" and "platform" are one team
    description: str = ""
    channel_id: str | None = None
    created_at: datetime = Field(sa_type=UtcTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcTime)  # its tickets and members stay on record


class Membership(Row, table=True):
    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("team_id", "person_id"),)

    team_id: int = Field(foreign_key="teams.id", index=True)
    person_id: int = Field(foreign_key="people.id", index=True)
    role: str  # one of RoleName (docs/design.md 7)


def slug_of(name: str) -> str:
    """The form in which a team's name is compared."""
    return " ".join(name.casefold().split())


# Built once: these run for every report, and to build one costs as much as to run it.
_BY_SLACK_ID = select(Person).where(
    Person.workspace_id == bindparam("workspace"), Person.slack_id == bindparam("slack_id")
)
_memberships = SQLModel.metadata.tables["memberships"]
_teams = SQLModel.metadata.tables["teams"]
_NAMES = select(Person.slack_id, Person.name).where(Person.workspace_id == bindparam("workspace"))
_ROLES = (
    select_columns(_memberships.c.team_id, _memberships.c.role)
    .join(_teams, _teams.c.id == _memberships.c.team_id)
    .where(_memberships.c.person_id == bindparam("person"), _teams.c.deleted_at.is_(None))
)
_MEMBERS = (
    select(Person)
    .join(Membership, col(Membership.person_id) == Person.id)
    .where(Membership.team_id == bindparam("team"), Membership.role == bindparam("role"), col(Person.is_active))
    .order_by(col(Person.id))
)
_RESPONDERS = (
    select(Person)
    .join(Membership, col(Membership.person_id) == Person.id)
    .where(Membership.team_id == bindparam("team"), col(Membership.role).in_(bindparam("roles", expanding=True)))
    .order_by(col(Person.id))
)
_BY_GITHUB_LOGIN = (
    select(Person)
    .join(Identity, col(Identity.person_id) == Person.id)
    .where(
        Identity.workspace_id == bindparam("workspace"),
        Identity.kind == GITHUB,
        Identity.value == bindparam("login"),
        Identity.state == VERIFIED,
        col(Person.is_active),
    )
)
_LOGINS = (
    select(Person.slack_id, Identity.shown)
    .join(Identity, col(Identity.person_id) == Person.id)
    .where(Identity.workspace_id == bindparam("workspace"), Identity.kind == GITHUB, Identity.state == VERIFIED)
)
_TEAM_NAMED = select(Team).where(Team.slug == bindparam("slug"), col(Team.deleted_at).is_(None))
_TEAM_DELETED = select(Team).where(Team.slug == bindparam("slug"), col(Team.deleted_at).is_not(None))


async def by_slack_id(tx: Tx, workspace_id: str, slack_id: str) -> Person | None:
    return (await tx.exec(_BY_SLACK_ID, params={"workspace": workspace_id, "slack_id": slack_id})).first()


async def by_github_login(tx: Tx, workspace_id: str, login: str) -> Person | None:
    """Whose login on GitHub this is proven to be, whatever its case; what is only said or guessed does not count."""
    return (await tx.exec(_BY_GITHUB_LOGIN, params={"workspace": workspace_id, "login": login.lower()})).first()


async def by_email(tx: Tx, workspace_id: str, email: str) -> Person | None:
    """The one person with this address, whatever its case."""
    wanted = select(Person).where(Person.workspace_id == workspace_id, func.lower(Person.email) == func.lower(email))
    found = list(await tx.exec(wanted.where(col(Person.is_active))))
    return found[0] if len(found) == 1 else None


async def the(tx: Tx, workspace_id: str, slack_id: str) -> Person:
    """Someone who is known to exist."""
    return (await tx.exec(_BY_SLACK_ID, params={"workspace": workspace_id, "slack_id": slack_id})).one()


async def get(tx: Tx, person_id: int) -> Person:
    return await load(tx, Person, person_id)


async def everyone(tx: Tx) -> list[Person]:
    return list(await tx.exec(select(Person).order_by(func.lower(Person.name))))


async def names(tx: Tx, workspace_id: str) -> dict[str, str]:
    """Slack id -> name of everyone known."""
    return dict((await tx.exec(_NAMES, params={"workspace": workspace_id})).all())


async def logins(tx: Tx, workspace_id: str) -> dict[str, str]:
    """Slack id -> the GitHub login that is proven to be theirs."""
    return dict((await tx.exec(_LOGINS, params={"workspace": workspace_id})).all())


async def admins(tx: Tx) -> list[Person]:
    chosen = select(Person).where(col(Person.is_admin), col(Person.is_active)).order_by(col(Person.id))
    return list(await tx.exec(chosen))


@dataclass(frozen=True)
class Profile:
    """What a team says of itself."""

    id: int
    name: str
    description: str
    channel_id: str | None


_PROFILES = (
    select_columns(_teams.c.id, _teams.c.name, _teams.c.description, _teams.c.channel_id)
    .where(_teams.c.deleted_at.is_(None))
    .order_by(_teams.c.id)
)


async def profiles(tx: Tx) -> list[Profile]:
    """All teams. Every report asks for them: rows that nothing tracks cost a sixth of `teams`."""
    return [Profile(row.id, row.name, row.description, row.channel_id) for row in await run(tx, _PROFILES)]


async def teams(tx: Tx) -> list[Team]:
    return list(await tx.exec(select(Team).where(col(Team.deleted_at).is_(None)).order_by(col(Team.id))))


async def team_named(tx: Tx, name: str) -> Team | None:
    return (await tx.exec(_TEAM_NAMED, params={"slug": slug_of(name)})).first()


async def deleted_team(tx: Tx, name: str) -> Team | None:
    """A team of this name that was deleted, and can be restored."""
    return (await tx.exec(_TEAM_DELETED, params={"slug": slug_of(name)})).first()


async def team_of_id(tx: Tx, team_id: int) -> Team | None:
    """A team, unless it was deleted."""
    team = await tx.get(Team, team_id)
    return team if team and team.deleted_at is None else None


async def get_team(tx: Tx, team_id: int) -> Team:
    return await load(tx, Team, team_id)


async def roles_of(tx: Tx, person_id: int) -> dict[int, RoleName]:
    """Team id -> role of one person."""
    rows = await run(tx, _ROLES, {"person": person_id})
    return {row.team_id: cast(RoleName, row.role) for row in rows}


async def members(tx: Tx, team_id: int, role: str) -> list[Person]:
    """The active members of a team with this role."""
    return list(await tx.exec(_MEMBERS, params={"team": team_id, "role": role}))


async def in_charge(
    tx: Tx, team_id: int | None, *, may: Callable[[Person], bool] = lambda _person: True
) -> list[Person]:
    """Who manages a team; the admins where nobody does, or where there is no team.

    Args:
        may: who comes into question; where no manager does it is the admins' turn.
    """
    managers = await members(tx, team_id, "manager") if team_id else []
    return [one for one in managers if may(one)] or [one for one in await admins(tx) if may(one)]


async def responders(tx: Tx, team_id: int, *, with_managers: bool = False) -> list[Person]:
    """The members of a team who take its tickets, those who were deactivated included."""
    roles = ["responder", *(["manager"] if with_managers else [])]
    return list(await tx.exec(_RESPONDERS, params={"team": team_id, "roles": roles}))


async def all_responders(tx: Tx, *, with_managers_of: Collection[int] = ()) -> list[str]:
    """The Slack ids of those who take tickets, of whichever team; of these teams its managers do so too."""
    found = select(Person.slack_id).join(Membership, col(Membership.person_id) == Person.id)
    is_manager = (col(Membership.role) == "manager") & col(Membership.team_id).in_(with_managers_of)
    wanted = found.where(or_(col(Membership.role) == "responder", is_manager), col(Person.is_active))
    return list(await tx.exec(wanted.distinct().order_by(Person.slack_id)))


async def give_role(tx: Tx, person: Person, team: Team, *, role: str) -> str | None:
    """Make someone a member, or change their role; returns the role they had."""
    found = select(Membership).where(Membership.person_id == person.id, Membership.team_id == team.id)
    if membership := (await tx.exec(found)).first():
        before, membership.role = membership.role, role
        return before
    tx.add(Membership(workspace_id=team.workspace_id, team_id=team.id, person_id=person.id, role=role))
    return None


async def named(tx: Tx, workspace_id: str, name: str) -> list[Person]:
    """People by the name they show in Slack, whatever its case."""
    known = select(Person).where(Person.workspace_id == workspace_id, func.lower(Person.name) == func.lower(name))
    return list(await tx.exec(known))
