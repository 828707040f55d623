"""Who could review a pull request: who owns its files comes first, then who is at work and has least to do."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from agent.assigning.at_work import not_at_work
from agent.desk import Desk
from agent.ownership.globs import fits
from agent.people.seen_load import seen_load
from storage import ownership, people
from storage.ownership import CODEOWNERS, Rule
from storage.people import Person

MOST = 5  # people who are named


@dataclass(frozen=True, kw_only=True)
class Owned:
    """How many of the files are somebody's, or their team's, and the first pattern that says so."""

    files: int = 0
    pattern: str = ""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """Somebody who may be asked. `login` is the proven one: without it GitHub cannot ask them.

    `obstacle` is why they may not come to it now, to follow their name: "is away until Mon".
    """

    person: Person
    login: str
    owned: Owned
    open_tickets: int
    obstacle: str

    @property
    def rank(self) -> tuple[bool, bool, int, int, str]:
        """The lower the better."""
        return (bool(self.obstacle), not self.login, -self.owned.files, self.open_tickets, self.person.name)


async def in_words(
    desk: Desk, paths: Sequence[str], *, repository: str, without: Collection[str], team_id: int | None
) -> str:
    """A line for each of the best, as a model is told; with what `suggest` is given."""
    found = await suggest(desk, paths, repository=repository, without=without, team_id=team_id)
    if not found:
        return "nobody is known who owns these files: ask whom the asker means"
    return "\n".join(_line(one, len(paths)) for one in found[:MOST])


def _line(one: Suggestion, files: int) -> str:
    on_github = f"@{one.login} on GitHub" if one.login else "no proven login on GitHub: `link github LOGIN` gives one"
    owns = f"owns {one.owned.files} of {files} files by {one.owned.pattern}" if one.owned.files else "of the team"
    load = f"{one.open_tickets} open tickets"
    return f"@{one.person.name} (<@{one.person.slack_id}>, {on_github}): {owns}; {load}; {one.obstacle or 'at work'}"


async def suggest(
    desk: Desk, paths: Sequence[str], *, repository: str, without: Collection[str], team_id: int | None
) -> list[Suggestion]:
    """Who may be asked, the best first.

    Args:
        paths: of the files that change.
        repository: theirs: a CODEOWNERS file of another one says nothing of them.
        without: logins that are left out: the author's, and of those who are asked already.
        team_id: whose people may be asked where nobody owns a file.
    """
    owned = await _owners(desk, paths, repository) or {one.id: Owned() for one in await _members(desk, team_id)}
    logins = await people.logins(desk.tx, desk.workspace_id)
    left_out = {login.lower() for login in without}
    everyone = [await people.get(desk.tx, person_id) for person_id in owned]
    able = [
        one
        for one in everyone
        if one.is_active and not one.is_outsider and logins.get(one.slack_id, "").lower() not in left_out
    ]
    gone = await not_at_work(desk, able)
    found = [
        Suggestion(
            person=one,
            login=logins.get(one.slack_id, ""),
            owned=owned[one.id],
            open_tickets=await seen_load(desk, one),
            obstacle=gone.get(one.id, ""),
        )
        for one in able
    ]
    return sorted(found, key=lambda one: one.rank)


async def _owners(desk: Desk, paths: Sequence[str], repository: str) -> dict[int, Owned]:
    """Person id -> what is theirs; a rule without people speaks of its team's."""
    here = {"", repository.casefold()}
    known_rules = await ownership.paths(desk.tx)
    rules = [one for one in known_rules if one.source != CODEOWNERS or one.origin.casefold() in here]
    found: dict[int, Owned] = {}
    for rule, files in _fitting(rules, paths).items():
        for person_id in rule.people or [one.id for one in await _members(desk, rule.team_id)]:
            known = found.get(person_id, Owned(pattern=rule.pattern))
            found[person_id] = Owned(files=known.files + files, pattern=known.pattern)
    return found


def _fitting(rules: Iterable[Rule], paths: Sequence[str]) -> Mapping[Rule, int]:
    """How many files each rule speaks of; of a CODEOWNERS file the last line that fits is the one that counts."""
    counted: dict[Rule, int] = {}
    by_file = sorted(rules, key=lambda rule: (rule.source, rule.origin, rule.place))
    for (source, _), group in groupby(by_file, key=lambda rule: (rule.source, rule.origin)):
        backwards = list(group)[::-1]
        for path in paths:
            fitting = [rule for rule in backwards if fits(rule.pattern, path)]
            for rule in fitting[:1] if source == CODEOWNERS else fitting:
                counted[rule] = counted.get(rule, 0) + 1
    return counted


async def _members(desk: Desk, team_id: int | None) -> list[Person]:
    return await people.responders(desk.tx, team_id, with_managers=True) if team_id else []
