"""What a file of people would change: each line against what is known, without touching it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from agent.calendar.week import read_week, show_week
from agent.people.members import ROLES
from agent.people.organise import PERSON_ID, checked_name
from agent.people.values import ON_OFF, number
from agent.people.whom import LOGIN
from agent.roster.sheet import Entry, Problem
from bot.errors import UserError
from bot.zones import zone_named
from prompts.words import fixed, say
from storage.people import slug_of

ADMIN = "admin"
CAPACITY = number(1, 999)


@dataclass(frozen=True, kw_only=True)
class Known:
    """A person as they are; values are written as in a file."""

    slack_id: str
    name: str
    email: str = ""
    github_login: str = ""
    capacity: str = "off"
    timezone: str = ""
    hours: str = ""
    rotation: str = "on"
    is_admin: bool = False
    bar: str = ""  # why they can have no new role: "is a guest"
    roles: tuple[tuple[str, str], ...] = ()  # team and role


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that becomes otherwise; `team` is whose role or, without a person, the team itself."""

    line: int
    column: str
    before: str
    after: str
    slack_id: str = ""
    who: str = ""
    team: str = ""

    def __str__(self) -> str:
        sign = "~" if self.before else "+"
        about = " ".join(part for part in (self.who, self.column, self.team) if part)
        was = f"{self.before} -> " if self.before else ""
        return say("{sign} line {line}: {change}", sign=sign, line=self.line, change=f"{about}: {was}{self.after}")


@dataclass
class Plan:
    """The changes in the order of the lines, what is wrong, and the lines that say nothing new."""

    known: Sequence[Known]
    teams: dict[str, str]  # slug -> name
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    said: dict[tuple[str, str, str], tuple[int, str]] = field(default_factory=dict)
    logins: dict[str, str] = field(default_factory=dict)  # login -> Slack id

    def __post_init__(self) -> None:
        self.by_id = {one.slack_id: one for one in self.known}
        self.by_email = {one.email.lower(): one for one in self.known if one.email}
        self.logins = {one.github_login.lower(): one.slack_id for one in self.known if one.github_login}

    def take(self, entry: Entry) -> None:
        """One line; what is wrong with it leaves the others as they are."""
        before = len(self.changes)
        try:
            person = self._person(entry)
            self._values(entry, person)
            self._role(entry, person)
        except UserError as problem:
            self.problems.append(Problem(line=entry.line, text=str(problem)))
            return
        if len(self.changes) == before:
            self.same.append(entry.line)

    def _person(self, entry: Entry) -> Known:
        """Whom the line is about: all that identifies somebody has to mean the same person."""
        if entry.slack_id and not PERSON_ID.fullmatch(entry.slack_id):
            raise UserError(
                say("{slack_id} is not a person's Slack id: it looks like U012ABCDEF.", slack_id=entry.slack_id)
            )
        if not (entry.slack_id or entry.email or entry.github_login):
            raise UserError(say("nobody is named: it needs a slack_id, an email or a github_login"))
        found = {
            "slack_id": self.by_id.get(entry.slack_id),
            "email": self.by_email.get(entry.email.lower()),
            "github_login": self.by_id.get(self.logins.get(entry.github_login.lower(), "")),
        }
        named = {one.slack_id: one for one in found.values() if one}
        if len(named) > 1:
            whose = fixed("the {column} is {person}'s")
            who = say(" and ").join(say(whose, column=key, person=one.name) for key, one in found.items() if one)
            raise UserError(say("it names several people: {who}", who=who))
        if named:
            return self._checked(entry, *named.values())
        if not entry.slack_id:
            raise UserError(
                say("nobody is known by {name}: add their slack_id", name=entry.email or entry.github_login)
            )
        person = Known(slack_id=entry.slack_id, name=entry.slack_id)
        self.by_id[entry.slack_id] = person
        self.changes.append(Change(line=entry.line, column="person", before="", after=entry.slack_id))
        return person

    def _checked(self, entry: Entry, person: Known) -> Known:
        if entry.slack_id not in {"", person.slack_id}:
            raise UserError(
                say(
                    "{name} is {person}'s, who is {slack_id}",
                    name=entry.email or entry.github_login,
                    person=person.name,
                    slack_id=person.slack_id,
                )
            )
        if entry.email and person.email and entry.email.lower() != person.email.lower():
            raise UserError(say("{person} has the e-mail {email} in Slack", person=person.name, email=person.email))
        return person

    def _values(self, entry: Entry, person: Known) -> None:
        """Each cell that says something, in the way it is kept; all are read before any counts."""
        said = {column: read(getattr(entry, column)) for column, read in READS.items() if getattr(entry, column)}
        if (login := said.get("github_login", "").lower()) and self.logins.setdefault(
            login, person.slack_id
        ) != person.slack_id:
            raise UserError(
                say("the github_login {login} is {person}'s", login=login, person=self.by_id[self.logins[login]].name)
            )
        for column, value in said.items():
            is_same = value.lower() == getattr(person, column).lower()
            self._say(entry, person, column, before=getattr(person, column), after=value, is_same=is_same)

    def _role(self, entry: Entry, person: Known) -> None:
        role = entry.role.casefold()
        if role == ADMIN and not entry.team:
            self._say(entry, person, ADMIN, before="", after="yes", is_same=person.is_admin)
            return
        if bool(role) != bool(entry.team):
            raise UserError(say("team and role go together; a role without a team can only be admin"))
        if not role:
            return
        if role not in ROLES:
            near = get_close_matches(role, ROLES, n=1) or ROLES
            raise UserError(
                say("“{role}” is no role: write {roles}", role=entry.role[:40], roles=say(" or ").join(near))
            )
        slug = slug_of(checked_name(entry.team))
        if slug not in self.teams:
            self.teams[slug] = checked_name(entry.team)
            self.changes.append(Change(line=entry.line, column="team", before="", after=self.teams[slug]))
        held = {slug_of(team): role for team, role in person.roles}.get(slug, "")
        self._say(entry, person, "role", before=held, after=role, is_same=held == role, team=self.teams[slug])

    def _say(
        self, entry: Entry, person: Known, column: str, *, before: str, after: str, is_same: bool, team: str = ""
    ) -> None:
        """Note it once; another line that says otherwise is wrong."""
        line, told = self.said.setdefault((person.slack_id, column, team), (entry.line, after))
        if told != after:
            twice = fixed("{column} is {value} here, and {other} in line {line}")
            raise UserError(say(twice, column=column, value=after, other=told, line=line))
        if not is_same and person.bar and column in {"role", ADMIN}:
            raise UserError(f"{person.name} {person.bar}")
        if not is_same and line == entry.line:
            change = Change(line=line, column=column, before=before, after=after, slack_id=person.slack_id)
            self.changes.append(_of(change, person, team))


def _of(change: Change, person: Known, team: str) -> Change:
    name = f"@{person.name}" if person.name != person.slack_id else person.slack_id
    return Change(**(vars(change) | {"who": name, "team": team}))


def planned(known: Sequence[Known], teams: Iterable[str], entries: Iterable[Entry]) -> Plan:
    """What the lines would change."""
    plan = Plan(known=known, teams={slug_of(name): name for name in teams})
    for entry in entries:
        plan.take(entry)
    return plan


def _login(cell: str) -> str:
    login = cell.removeprefix("@")
    if not LOGIN.fullmatch(login):
        raise UserError(say("“{cell}” is no login on GitHub", cell=cell[:40]))
    return login


def _email(cell: str) -> str:
    if cell.count("@") != 1 or cell.startswith("@") or cell.endswith("@"):
        raise UserError(say("“{cell}” is no e-mail address", cell=cell[:60]))
    return cell


def _capacity(cell: str) -> str:
    read = "off" if ON_OFF.read(cell) == "off" else CAPACITY.read(cell)
    if read is None:
        raise UserError(say("“{cell}” is no capacity: write a number from 1 to 999, or off", cell=cell[:40]))
    return read


def _rotation(cell: str) -> str:
    if (read := ON_OFF.read(cell)) is None:
        raise UserError(say("“{cell}” is no rotation: write on or off", cell=cell[:40]))
    return read


READS = {
    "email": _email,
    "github_login": _login,
    "capacity": _capacity,
    "timezone": lambda cell: zone_named(cell).key,
    "hours": lambda cell: show_week(read_week(cell)),
    "rotation": _rotation,
}
