"""`ownership add keyword redis Platform`: what belongs to which team; `ownership test TEXT` tries it on a text."""

from itertools import groupby

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.ownership.edit import add_rule, remove_rule
from agent.ownership.fit import clues_of
from agent.ownership.route import by_rule, fitting, named
from agent.triage.schema import Report
from bot.errors import UserError
from bot.messages import by_name, escape
from prompts.words import fixed, say, say_of
from storage import ownership, people
from storage.ownership import CSV, KINDS, Rule
from storage.people import Team

SHOWN = 40
CHANNEL = "channel"  # its pattern is the link that Slack makes of one


async def own(desk: Desk, said: Said) -> Reply:
    """List the rules, change them, or try them on a text."""
    verb, _, rest = said.text.partition(" ")
    match verb.casefold():
        case "add":
            text = await _add(desk, said, rest.strip())
        case "remove":
            rule = await remove_rule(desk, int(rest))
            text = say("Rule {number} is gone: {rule}.", number=rule.id, rule=escape(named(rule)))
        case "test":
            text = await tried(desk, await desk.read_out(rest))
        case _:
            text = await listed(desk)
    return text_reply(text, is_private=True)


async def _add(desk: Desk, said: Said, words: str) -> str:
    kind, _, rest = words.partition(" ")
    team, pattern = await _team_named_last(desk, rest.strip())
    if kind.casefold() != CHANNEL:
        pattern = await desk.read_typed(pattern)
    rule = await add_rule(desk, kind.casefold(), pattern, team, persons=said.people)
    names = by_name(person.name for person in said.people)
    about = {"number": rule.id, "kind": rule.kind, "pattern": escape(rule.pattern), "team": escape(team.name)}
    if names:
        return say("Rule {number}: {kind} `{pattern}` belongs to {team}, {names} first.", names=names, **about)
    return say("Rule {number}: {kind} `{pattern}` belongs to {team}.", **about)


async def _team_named_last(desk: Desk, words: str) -> tuple[Team, str]:
    """The team with the longest name that the words end with, and what stands before it."""
    known = await people.teams(desk.tx)
    slug = people.slug_of(words)
    slugs = {one: team for team in known for one in (team.slug, escape(team.slug))}  # Slack sends & as &amp;
    fits = [one for one in slugs if slug.endswith(f" {one}")]
    if not fits:
        there_are = ", ".join(team.name for team in known)
        if not known:
            raise UserError(say("Which team? Name it last, one of: none yet."))
        raise UserError(say("Which team? Name it last, one of: {teams}.", teams=escape(there_are)))
    named = max(fits, key=len)
    return slugs[named], " ".join(words.split())[: -len(named)]


async def tried(desk: Desk, text: str) -> str:
    """Whose a report of these words would be by the rules, and why."""
    fit = await fitting(desk, clues_of(Report(text=text)))
    route = await by_rule(desk, fit)
    if not fit.rules:
        return say("No rule fits: the reading of the report decides, then the channel it was said in.")
    if route.team_id is None:
        return say("Nobody can tell: {source}. The card would ask.", source=escape(route.source))
    team = await people.get_team(desk.tx, route.team_id)
    return f"*{escape(team.name)}* ({escape(route.source)})."


async def listed(desk: Desk) -> str:
    """All rules that people made, and how many each file has."""
    rules = await ownership.every(desk.tx)
    teams = {team.id: team.name for team in await people.teams(desk.tx)}
    manual = sorted((rule for rule in rules if not rule.origin), key=lambda rule: (KINDS.index(rule.kind), rule.id))
    lines = [f"{rule.id}. {_line(rule, teams)}" for rule in manual[:SHOWN]]
    if len(manual) > SHOWN:
        lines.append(say("… and {count} more: `python app.py ownership list` shows all.", count=len(manual) - SHOWN))
    files = sorted((rule for rule in rules if rule.origin), key=lambda rule: rule.origin)
    for origin, group in groupby(files, key=lambda rule: rule.origin):
        known = list(group)
        one, many = fixed("CODEOWNERS of {file}: 1 line"), fixed("CODEOWNERS of {file}: {count} lines")
        if known[0].source == CSV:
            one, many = fixed("{file}: 1 line"), fixed("{file}: {count} lines")
        lines.append(say_of(len(known), one, many, file=escape(origin)))
    return "\n".join(lines) or say("No rule yet. For example `ownership add keyword redis Platform`.")


def _line(rule: Rule, teams: dict[int, str]) -> str:
    return f"{rule.kind} `{escape(rule.pattern)}` → {escape(teams.get(rule.team_id or 0, say('nobody')))}"


VERB = Verb(
    name="ownership",
    takes=(Slot.OWNERSHIP,),
    summary=fixed("see or say which team owns what: a path, component, label, keyword or channel"),
    example="ownership add keyword redis Platform",
    another="ownership test checkout is slow",
    action="profile",
    who=fixed("everyone to look; to change: managers of the team"),
    act=own,
    german=("zuständigkeit",),
    no_inverse="`ownership add` and `ownership remove` take each other back",
)
