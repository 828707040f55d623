"""Ownership rules come and go: one by one for a team, or all of a repository's CODEOWNERS file at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.desk import Desk
from agent.ownership import codeowners, sheet
from agent.ownership.fit import folder_of
from agent.triage.words import split
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say
from storage import group_links, ownership, people
from storage.ownership import CODEOWNERS, CSV, KINDS, MANUAL, OwnershipRule, Rule
from storage.people import Person, Team

LONGEST = 200
SHOWN = 20  # lines of a file that are wrong
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
    await desk.check_team(team, doing=say("change what {team} owns", team=escape(team.name)))
    pattern = _pattern(kind, pattern)
    known = [rule for rule in await ownership.every(desk.tx) if (rule.kind, rule.pattern) == (kind, pattern)]
    if any(rule.team_id == team.id for rule in known):
        taken = fixed("{kind} `{pattern}` belongs to {team} already.")
        raise UserError(say(taken, kind=kind, pattern=escape(pattern), team=escape(team.name)))
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
        raise UserError(say("A pattern has at most {most} characters.", most=LONGEST))
    is_word = kind in {"keyword", "component"}
    if (is_word and not split(pattern)) or not pattern.strip("*/ "):
        raise UserError(
            say("“{words}” fits nothing, or everything: name a {kind}.", words=escape(words[:40]), kind=kind)
        )
    if kind == "path" and (pattern.startswith("!") or "[" in pattern or "]" in pattern):
        raise UserError(say("A path takes `*`, `**` and `?`; `!` and `[…]` have no meaning in it."))
    return pattern


async def remove_rule(desk: Desk, rule_id: int) -> Rule:
    """Forget a rule that somebody added.

    Raises:
        UserError: there is none of that number, or a file says it; Refused: the asker does not manage its team.
    """
    rule = next((rule for rule in await ownership.every(desk.tx) if rule.id == rule_id), None)
    if rule is None:
        raise UserError(say("There is no rule {number}. `ownership list` shows their numbers.", number=rule_id))
    if rule.source != MANUAL or rule.team_id is None:
        comes = fixed("Rule {number} comes from the CODEOWNERS of {repository}: change it there.")
        listed = fixed("Rule {number} comes from the file {repository}: change it there and import it again.")
        told = comes if rule.source == CODEOWNERS else listed
        raise UserError(say(told, number=rule_id, repository=escape(rule.origin)))
    team = await people.get_team(desk.tx, rule.team_id)
    await desk.check_team(team, doing=say("change what {team} owns", team=escape(team.name)))
    await ownership.drop(desk.tx, rule_id)
    before = {"rule": f"{rule.kind} {rule.pattern}", "people": list(rule.people)}
    desk.audit("ownership", "team", team.id, before=before, after={})
    return rule


async def set_components(desk: Desk, team: Team, patterns: Sequence[str]) -> None:
    """Make these the components of a team, in place of those that were said before.

    Raises:
        UserError: one of them says nothing; Refused: the asker does not manage the team.
    """
    wanted = dict.fromkeys(_pattern("component", words) for words in patterns)
    rules = [rule for rule in await ownership.every(desk.tx) if (rule.kind, rule.team_id) == ("component", team.id)]
    for rule in rules:
        if rule.pattern not in wanted:
            await remove_rule(desk, rule.id)
    known = {rule.pattern for rule in rules}
    for pattern in wanted:
        if pattern not in known:
            await add_rule(desk, "component", pattern, team)


async def import_codeowners(desk: Desk, content: bytes, *, repository: str) -> Imported:
    """Make a file's lines the rules of its repository, in place of what it said before; others stay.

    Raises:
        UserError: it is no CODEOWNERS file, or the repository's name is none; Refused: the asker is no admin.
    """
    desk.check_admin(doing=say("import CODEOWNERS"))
    if not _REPOSITORY.fullmatch(repository):
        raise UserError(
            say("“{repository}” is no repository: name it as in `--repo acme/shop`.", repository=repository[:60])
        )
    file, done, repository = codeowners.read(content), Imported(), repository.lower()  # GitHub knows no case either
    teams = {owner: await _teams_of(desk, owner, done) for owner in {o for line in file.lines for o in line.owners}}
    before = await ownership.drop_source(desk.tx, CODEOWNERS, repository)
    await ownership.put(desk.tx, [_rule(desk, line, teams, repository, done) for line in file.lines])
    done.rules, done.skipped = len(file.lines), file.skipped
    was, now = {"repository": repository, "rules": before}, {"repository": repository, "rules": done.rules}
    desk.audit("ownership", "workspace", 0, before=was, after=now)
    return done


async def import_table(desk: Desk, content: bytes, *, name: str) -> int:
    """Make a table's lines rules, in place of what the file of this name said before; others stay. How many there are.

    Raises:
        UserError: it is no such table, or a line says nothing that could be a rule: then nothing is changed.
            Refused: the asker is no admin.
    """
    desk.check_admin(doing=say("import rules"))
    rules, problems = list[OwnershipRule](), list[str]()
    for line in sheet.read(content):
        try:
            rules.append(await _of_line(desk, line, name))
        except UserError as problem:
            problems.append(say("• line {line}: {problem}", line=line.number, problem=problem))
    if problems:
        told = "\n".join(problems[:SHOWN])
        raise UserError(say("Nothing was changed, since something is wrong:\n{problems}", problems=told))
    before = await ownership.drop_source(desk.tx, CSV, name)
    await ownership.put(desk.tx, rules)
    was, now = {"file": name, "rules": before}, {"file": name, "rules": len(rules)}
    desk.audit("ownership", "workspace", 0, before=was, after=now)
    return len(rules)


async def _of_line(desk: Desk, line: sheet.Line, name: str) -> OwnershipRule:
    kind = line.kind.casefold()
    if kind not in KINDS:
        raise UserError(say("“{kind}” is no kind: write {kinds}.", kind=line.kind[:40], kinds=say(" or ").join(KINDS)))
    team = await people.team_named(desk.tx, line.team)
    if team is None:
        raise UserError(say("There is no team “{team}”.", team=line.team[:40]))
    pattern = _pattern(kind, line.pattern)
    return OwnershipRule(
        workspace_id=desk.workspace_id,
        kind=kind,
        pattern=pattern,
        team_id=team.id,
        people=[(await _person(desk, named)).id for named in line.people],
        source=CSV,
        origin=name,
        place=line.number,
        word=folder_of(pattern) if kind == "path" else None,
    )


async def _person(desk: Desk, named: str) -> Person:
    find = people.by_email if "@" in named else people.by_slack_id
    person = await find(desk.tx, desk.workspace_id, named)
    if person is None:
        raise UserError(say("Nobody here is known by {name}.", name=named[:60]))
    return person


Known = tuple[tuple[int, ...], frozenset[int]]  # people whom an owner names, and the teams that it stands for


async def _teams_of(desk: Desk, owner: str, done: Imported) -> Known | None:
    """Who an owner is here; who is nobody is noted with the reason."""
    if owner.startswith("@") and "/" in owner:
        return await _group(desk, owner, done)
    find = people.by_github_login if owner.startswith("@") else people.by_email
    person = await find(desk.tx, desk.workspace_id, owner.removeprefix("@"))
    if person is None:
        done.unknown[owner] = say("nobody here is known by that name")
        return None
    return (person.id,), await _teams_in(desk, person)


async def _teams_in(desk: Desk, person: Person) -> frozenset[int]:
    roles = await people.roles_of(desk.tx, person.id)
    return frozenset(team_id for team_id, role in roles.items() if role != "viewer")


async def _group(desk: Desk, owner: str, done: Imported) -> Known | None:
    """A team of GitHub is the team that it is linked with, or what all in the linked group of Slack share."""
    name = owner.removeprefix("@")
    link = await group_links.of_source(desk.tx, desk.workspace_id, name)
    if link and link.team_id and await people.team_of_id(desk.tx, link.team_id):
        return (), frozenset({link.team_id})
    found = [await people.by_slack_id(desk.tx, desk.workspace_id, one) for one in link.there] if link else []
    teams = [await _teams_in(desk, person) for person in found if person and person.is_active]
    if not teams:
        done.unknown[owner] = say("it is not linked: `group link {name} TEAM` does it", name=name)
        return None
    return (), frozenset.intersection(*teams)


def _rule(
    desk: Desk, line: codeowners.Line, teams: dict[str, Known | None], repository: str, done: Imported
) -> OwnershipRule:
    """A line with the one team that all its known owners share; without one it still hides the lines before it."""
    known = {owner: found for owner in line.owners if (found := teams[owner])}
    shared = frozenset.intersection(*(team_ids for _, team_ids in known.values())) if known else frozenset()
    if len(shared) != 1:
        done.unknown |= dict.fromkeys(known, say("no one team is theirs"))
    return OwnershipRule(
        workspace_id=desk.workspace_id,
        kind="path",
        pattern=line.pattern,
        team_id=min(shared) if len(shared) == 1 else None,
        people=[person_id for named, _ in known.values() for person_id in named],
        owners=list(line.owners),
        source=CODEOWNERS,
        origin=repository,
        place=line.number,
        word=folder_of(line.pattern),
    )
