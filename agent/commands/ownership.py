"""`ownership add keyword redis Platform`: what belongs to which team; `ownership test TEXT` tries it on a text."""

from itertools import groupby

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.ownership.edit import add_rule, remove_rule
from agent.ownership.fit import clues_of
from agent.ownership.route import by_rule, fitting, named
from agent.triage.schema import Report
from bot.errors import UserError
from bot.messages import escape
from storage import ownership, people
from storage.ownership import KINDS, Rule
from storage.people import Team

SHOWN = 40


async def own(desk: Desk, said: Said) -> Reply:
    """List the rules, change them, or try them on a text."""
    verb, _, rest = said.text.partition(" ")
    match verb.casefold():
        case "add":
            text = await _add(desk, said, rest.strip())
        case "remove":
            rule = await remove_rule(desk, int(rest))
            text = f"Rule {rule.id} is gone: {escape(named(rule))}."
        case "test":
            text = await tried(desk, await desk.read_out(rest))
        case _:
            text = await listed(desk)
    return text_reply(text, is_private=True)


async def _add(desk: Desk, said: Said, words: str) -> str:
    kind, _, rest = words.partition(" ")
    team, pattern = await _team_named_last(desk, rest.strip())
    rule = await add_rule(desk, kind.casefold(), pattern, team, persons=said.people)
    names = ", ".join(f"@{escape(person.name)}" for person in said.people)
    who = f", {names} first" if names else ""
    return f"Rule {rule.id}: {rule.kind} `{escape(rule.pattern)}` belongs to {escape(team.name)}{who}."


async def _team_named_last(desk: Desk, words: str) -> tuple[Team, str]:
    """The team with the longest name that the words end with, and what stands before it."""
    known = await people.teams(desk.tx)
    slug = people.slug_of(words)
    fits = [team for team in known if slug.endswith(f" {team.slug}")]
    if not fits:
        there_are = ", ".join(team.name for team in known)
        raise UserError(escape(f"Which team? Name it last, one of: {there_are or 'none yet'}."))
    team = max(fits, key=lambda team: len(team.slug))
    return team, " ".join(words.split())[: -len(team.slug)]


async def tried(desk: Desk, text: str) -> str:
    """Whose a report of these words would be by the rules, and why."""
    fit = await fitting(desk, clues_of(Report(text=text)))
    route = await by_rule(desk, fit)
    if not fit.rules:
        return "No rule fits: the reading of the report decides, then the channel it was said in."
    if route.team_id is None:
        return f"Nobody can tell: {escape(route.source)}. The card would ask."
    team = await people.get_team(desk.tx, route.team_id)
    return f"*{escape(team.name)}* ({escape(route.source)})."


async def listed(desk: Desk) -> str:
    """All rules that people made, and how many each file has."""
    rules = await ownership.every(desk.tx)
    teams = {team.id: team.name for team in await people.teams(desk.tx)}
    manual = sorted((rule for rule in rules if not rule.origin), key=lambda rule: (KINDS.index(rule.kind), rule.id))
    lines = [f"{rule.id}. {_line(rule, teams)}" for rule in manual[:SHOWN]]
    if len(manual) > SHOWN:
        lines.append(f"… and {len(manual) - SHOWN} more: `python app.py ownership list` shows all.")
    files = sorted((rule for rule in rules if rule.origin), key=lambda rule: rule.origin)
    for origin, group in groupby(files, key=lambda rule: rule.origin):
        lines.append(f"CODEOWNERS of {escape(origin)}: {len(list(group))} lines")
    return "\n".join(lines) or "No rule yet. For example `ownership add keyword redis Platform`."


def _line(rule: Rule, teams: dict[int, str]) -> str:
    return f"{rule.kind} `{escape(rule.pattern)}` → {escape(teams.get(rule.team_id or 0, 'nobody'))}"


VERB = Verb(
    name="ownership",
    takes=(Slot.OWNERSHIP,),
    summary="see or say which team owns what: a path, component, label, keyword or channel",
    example="ownership add keyword redis Platform",
    another="ownership test checkout is slow",
    action="profile",
    act=own,
    german=("zuständigkeit",),
    no_inverse="`ownership add` and `ownership remove` take each other back",
)
