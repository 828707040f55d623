"""Ownership rules come and go: one by one for a team, or all of a repository's CODEOWNERS file at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.desk import Desk
from agent.ownership import codeowners
from agent.ownership.fit import folder_of
from agent.triage.words import split
from bot.errors import UserError
from bot.messages import escape
from storage import ownership, people
from storage.ownership import CODEOWNERS, MANUAL, OwnershipRule, Rule
from storage.people import Person, Team

LONGEST = 200
_CHANNEL = re.compile(r"<#(\w+)(?:\|[^>]*)?>")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


@dataclass
class Imported:
    """What became of a file: rules in all, lines left out, and owners who are nobody's here, with the reason."""

    rules: int = 0
    skipped: tuple[str, ...] = ()
    unknown: dict[str, str] = field(default_factory=dict)


async def add_rule(desk: Desk, kind: str, pattern: str, team: Team, *, persons: Sequence[Person] = ()) -> OwnershipRule:
    """One more rule of a team.

    Raises:
        UserError: the pattern says nothing, or the rule is there; Refused: the asker does not manage the team.
    """
    await desk.check_team(team, doing=f"change what {escape(team.name)} owns")
    pattern = _pattern(kind, pattern)
    known = [rule for rule in await ownership.every(desk.tx) if (rule.kind, rule.pattern) == (kind, pattern)]
    if any(rule.team_id == team.id for rule in known):
        raise UserError(f"{kind} `{escape(pattern)}` belongs to {escape(team.name)} already.")
    rule = OwnershipRule(
        workspace_id=desk.workspace_id,
        kind=kind,
        pattern=pattern,
        team_id=team.id,
        people=[person.id for person in persons],
        word=folder_of(pattern) if kind == "path" else None,
    )
    desk.tx.add(rule)
    await desk.tx.flush()
    desk.audit("ownership", "team", team.id, before={}, after={"rule": f"{kind} {pattern}", "people": rule.people})
    return rule


def _pattern(kind: str, words: str) -> str:
    """The pattern as it is kept.

    Raises:
        UserError: nothing can fit it.
    """
    pattern = _CHANNEL.sub(r"\1", " ".join(words.strip().strip("\"'“”`").split()))
    pattern = pattern.removeprefix("#") if kind == "channel" else pattern
    if len(pattern) > LONGEST:
        raise UserError(f"A pattern has at most {LONGEST} characters.")
    is_word = kind in {"keyword", "component"}
    if (is_word and not split(pattern)) or not pattern.strip("*/ "):
        raise UserError(f"“{escape(words[:40])}” fits nothing, or everything: name a {kind}.")
    if kind == "path" and (pattern.startswith("!") or "[" in pattern or "]" in pattern):
        raise UserError("A path takes `*`, `**` and `?`; `!` and `[…]` have no meaning in it.")
    return pattern


async def remove_rule(desk: Desk, rule_id: int) -> Rule:
    """Forget a rule that somebody added.

    Raises:
        UserError: there is none of that number, or a file says it; Refused: the asker does not manage its team.
    """
    rule = next((rule for rule in await ownership.every(desk.tx) if rule.id == rule_id), None)
    if rule is None:
        raise UserError(f"There is no rule {rule_id}. `ownership list` shows their numbers.")
    if rule.source != MANUAL or rule.team_id is None:
        raise UserError(f"Rule {rule_id} comes from the CODEOWNERS of {escape(rule.origin)}: change it there.")
    team = await people.get_team(desk.tx, rule.team_id)
    await desk.check_team(team, doing=f"change what {escape(team.name)} owns")
    await ownership.drop(desk.tx, rule_id)
    before = {"rule": f"{rule.kind} {rule.pattern}", "people": list(rule.people)}
    desk.audit("ownership", "team", team.id, before=before, after={})
    return rule


async def import_codeowners(desk: Desk, content: bytes, *, repository: str) -> Imported:
    """Make a file's lines the rules of its repository, in place of what it said before; others stay.

    Raises:
        UserError: it is no CODEOWNERS file, or the repository's name is none; Refused: the asker is no admin.
    """
    desk.check_admin(doing="import CODEOWNERS")
    if not _REPOSITORY.fullmatch(repository):
        raise UserError(f"“{repository[:60]}” is no repository: name it as in `--repo acme/shop`.")
    file, done = codeowners.read(content), Imported()
    teams = {owner: await _teams_of(desk, owner, done) for owner in {o for line in file.lines for o in line.owners}}
    before = await ownership.drop_source(desk.tx, CODEOWNERS, repository)
    await ownership.put(desk.tx, [_rule(desk, line, teams, repository, done) for line in file.lines])
    done.rules, done.skipped = len(file.lines), file.skipped
    was, now = {"repository": repository, "rules": before}, {"repository": repository, "rules": done.rules}
    desk.audit("ownership", "workspace", 0, before=was, after=now)
    return done


Known = tuple[int, frozenset[int]]  # a person, and the teams that they are in


async def _teams_of(desk: Desk, owner: str, done: Imported) -> Known | None:
    """Who an owner is here; who is nobody is noted with the reason."""
    if "/" in owner:
        done.unknown[owner] = "groups of GitHub are not linked to teams"
        return None
    find = people.by_github_login if owner.startswith("@") else people.by_email
    person = await find(desk.tx, desk.workspace_id, owner.removeprefix("@"))
    if person is None:
        done.unknown[owner] = "nobody here is known by that name"
        return None
    roles = await people.roles_of(desk.tx, person.id)
    return person.id, frozenset(team_id for team_id, role in roles.items() if role != "viewer")


def _rule(
    desk: Desk, line: codeowners.Line, teams: dict[str, Known | None], repository: str, done: Imported
) -> OwnershipRule:
    """A line with the one team that all its known owners share; without one it still hides the lines before it."""
    known = {owner: found for owner in line.owners if (found := teams[owner])}
    shared = frozenset.intersection(*(team_ids for _, team_ids in known.values())) if known else frozenset()
    if len(shared) != 1:
        done.unknown |= dict.fromkeys(known, "no one team is theirs")
    return OwnershipRule(
        workspace_id=desk.workspace_id,
        kind="path",
        pattern=line.pattern,
        team_id=min(shared) if len(shared) == 1 else None,
        people=[person_id for person_id, _ in known.values()],
        owners=list(line.owners),
        source=CODEOWNERS,
        origin=repository,
        place=line.number,
        word=folder_of(line.pattern),
    )
