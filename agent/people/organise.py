"""Adds teams and people and gives roles; naming one that is there changes only what is said of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.desk import Desk
from agent.people.logins import verify
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say
from storage import ownership, people
from storage.audit import Change
from storage.database import Tx
from storage.ownership import OwnershipRule
from storage.people import Person, RoleName, Team

PERSON_ID = re.compile(r"[UW][A-Z0-9]{4,}")
CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{4,}")
LONGEST_NAME = 80


@dataclass(frozen=True, kw_only=True)
class TeamFacts:
    """What is said of a team; None and empty leave what is known."""

    description: str | None = None
    keywords: Sequence[str] = ()
    components: Sequence[str] = ()
    channel_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """What is said of a person; None and False leave what is known."""

    name: str | None = None
    github_login: str | None = None
    is_admin: bool = False


async def add_team(desk: Desk, name: str, facts: TeamFacts) -> Team:
    """A new team, or more about one that is there.

    Raises:
        UserError: the name or the channel's id cannot be one.
    """
    name = checked_name(name)
    if facts.channel_id and not CHANNEL_ID.fullmatch(facts.channel_id):
        no_id = fixed("{said} is not a channel's id: it looks like C012ABCDEF (channel details, at the end).")
        raise UserError(say(no_id, said=facts.channel_id))
    team = await people.team_named(desk.tx, name)
    before = await _team(desk, team) if team else {}
    if team is None:
        await require_free(desk, name)
        team = Team(workspace_id=desk.workspace_id, name=name, slug=people.slug_of(name), created_at=desk.now)
        desk.tx.add(team)
    team.description = facts.description if facts.description is not None else team.description
    team.channel_id = facts.channel_id or team.channel_id
    await desk.tx.flush()
    await _own(desk, team, "keyword", facts.keywords)
    await _own(desk, team, "component", facts.components)
    _record(desk, "team", team.id, before=before, after=await _team(desk, team))
    return team


def checked_name(name: str) -> str:
    """A team's name with one space between its words.

    Raises:
        UserError: it is too long, or empty.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise UserError(say("A team's name has 1 to {most} characters.", most=LONGEST_NAME))
    return name


async def require_free(desk: Desk, name: str) -> None:
    """Refuse a name that a team has, or had.

    Raises:
        UserError: with the name of the team, and how a deleted one comes back.
    """
    if known := await people.team_named(desk.tx, name):
        raise UserError(say("There is a team {team} already.", team=escape(known.name)))
    if gone := await people.deleted_team(desk.tx, name):
        was = fixed("There was a team {team}: `team restore {team}` brings it back.")
        raise UserError(say(was, team=escape(gone.name)))


async def add_person(desk: Desk, slack_id: str, facts: PersonFacts) -> Person:
    """A new person, or more about one who is there; Slack's profile fills in the rest at the next contact.

    Raises:
        UserError: that is not a Slack id.
    """
    if not PERSON_ID.fullmatch(slack_id):
        no_id = fixed("{said} is not a person's Slack id: it looks like U012ABCDEF (profile, ⋮, Copy member ID).")
        raise UserError(say(no_id, said=slack_id))
    person = await people.by_slack_id(desk.tx, desk.workspace_id, slack_id)
    before = _person(person) if person else {}
    if person is None:
        person = Person(workspace_id=desk.workspace_id, slack_id=slack_id, name=slack_id, created_at=desk.now)
        desk.tx.add(person)
    person.name = facts.name or person.name
    person.is_admin = facts.is_admin or person.is_admin
    await desk.tx.flush()
    _record(desk, "person", person.id, before=before, after=_person(person))
    if facts.github_login:
        await verify(desk, person, facts.github_login)
    return person


async def give_role(desk: Desk, person: Person, team: Team, *, role: RoleName) -> None:
    """Make someone a member of a team, or change what they are in it."""
    before = await people.give_role(desk.tx, person, team, role=role)
    if before != role:
        named: Change = {"team": team.name}
        was = {**named, "role": before} if before else {}
        desk.audit("role", "person", person.id, before=was, after={**named, "role": role})


async def team_called(tx: Tx, name: str) -> Team:
    """A team by its name.

    Raises:
        UserError: there is none; the text lists those there are.
    """
    team = await people.team_named(tx, name)
    if team is None:
        known = ", ".join(team.name for team in await people.teams(tx))
        there_are = say("There are: {teams}.", teams=known) if known else say("There is no team yet.")
        none = fixed("There is no team {team}. {there_are} `python app.py team add NAME` adds one.")
        raise UserError(say(none, team=name, there_are=there_are))
    return team


async def _own(desk: Desk, team: Team, kind: str, added: Sequence[str]) -> None:
    """Rules for those of the words that do not mean the team yet."""
    known = await ownership.words_of(desk.tx, team.id, kind)
    words = dict.fromkeys(" ".join(word.split()) for word in added)
    rules = [
        OwnershipRule(workspace_id=desk.workspace_id, kind=kind, pattern=word, team_id=team.id)
        for word in words
        if word and word not in known
    ]
    await ownership.put(desk.tx, rules)


def _record(desk: Desk, kind: str, object_id: int, *, before: Change, after: Change) -> None:
    if before != after:
        desk.audit("change" if before else "add", kind, object_id, before=before, after=after)


async def _team(desk: Desk, team: Team) -> Change:
    owned = {f"{kind}s": await ownership.words_of(desk.tx, team.id, kind) for kind in ("keyword", "component")}
    return team.model_dump(include={"name", "description", "channel_id"}) | owned


def _person(person: Person) -> Change:
    return person.model_dump(include={"slack_id", "name", "is_admin"})
