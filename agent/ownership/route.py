"""Which team a report is for that names none: rules first, then what people corrected, its reading, the channel's."""

from dataclasses import dataclass
from datetime import timedelta

from agent.channels.settings import home_team
from agent.desk import Desk
from agent.ownership.fit import Clues, Fit, best, clues_of
from agent.reports.report import to_judge
from agent.reports.similar import similar_to
from agent.triage.schema import Triage
from prompts.words import say
from storage import ownership, people, similar, undo_steps
from storage.ownership import Rule
from storage.tickets import Ticket

LEARNED = timedelta(days=30)
LOOKED_AT = 200  # earlier tickets
BY_MODEL = "model"


@dataclass(frozen=True, kw_only=True)
class Route:
    """A team, or none. `source` says why, or what is in doubt; `people` are those whom the rule names."""

    team_id: int | None = None
    source: str = ""
    people: tuple[int, ...] = ()


async def find_route(desk: Desk, ticket: Ticket, triage: Triage, *, read_by: str) -> Route:
    """Decide for a ticket that has no team yet.

    Args:
        read_by: "model" or "rules", as the reading says.
    """
    labels, channels = {*ticket.tags, *triage.tags}, (ticket.channel_id, ticket.channel_name)
    report = await to_judge(desk, ticket)
    clues = clues_of(report, labels=labels, component=triage.component, channels=channels)
    fit = await fitting(desk, clues)
    if fit.rules:
        return await by_rule(desk, fit)
    if learned := await _corrected(desk, ticket):
        return learned
    return await _by_reading(desk, ticket, triage, read_by=read_by)


async def fitting(desk: Desk, clues: Clues) -> Fit:
    """The rules that say whose it is; those by path are read where a report names a path, or a folder of one."""
    return best(
        clues,
        spoken=await ownership.spoken(desk.tx),
        paths=await ownership.paths(desk.tx) if clues.paths else (),
        called=await ownership.called(desk.tx, clues.words.places.keys()),
    )


async def by_rule(desk: Desk, fit: Fit) -> Route:
    """What the strongest rules say: equal ones of several teams leave it open."""
    if rule := fit.rule:
        return Route(team_id=rule.team_id, source=say("rule: {rule}", rule=named(rule)), people=rule.people)
    said = [f"{named(rule)} ({await _team_name(desk, rule)})" for rule in fit.rules[:3]]
    return Route(source=say("rules differ: {rules}", rules=", ".join(said)))


def named(rule: Rule) -> str:
    """A rule as people write it."""
    return f"{rule.kind} {rule.pattern}"


async def _team_name(desk: Desk, rule: Rule) -> str:
    return (await people.get_team(desk.tx, rule.team_id)).name if rule.team_id else say("nobody")


async def _corrected(desk: Desk, ticket: Ticket) -> Route | None:
    """Where somebody moved a ticket that said the same, if it stayed there."""
    since = ticket.created_at - LEARNED
    earlier = {one.id: one for one in await similar.recent(desk.tx, ticket, since=since, limit=LOOKED_AT)}
    alike = similar_to(ticket.title, {one.id: one.title for one in earlier.values()})
    moves = await undo_steps.moves(desk.tx, alike)
    for ticket_id in (one for one in alike if one in moves):
        first, last = moves[ticket_id][0], moves[ticket_id][-1]
        team_id, is_kept = last.team_id, last.person_id is not None and last.after == last.team_id
        if team_id is None or not is_kept or first.before in {None, team_id}:
            continue
        if not (await people.get_team(desk.tx, team_id)).deleted_at:
            said = say("learned: {ticket} was moved there", ticket=f"CH-{earlier[ticket_id].number}")
            return Route(team_id=team_id, source=said)
    return None


async def _by_reading(desk: Desk, ticket: Ticket, triage: Triage, *, read_by: str) -> Route:
    """The team that the reading names, if it is sure enough; else the one whose channel this is."""
    team = await people.team_named(desk.tx, triage.team) if triage.team else None
    is_guess = read_by == BY_MODEL and triage.confidence < desk.settings.team_confidence
    if team and not is_guess:
        is_home = read_by != BY_MODEL and team.channel_id == ticket.channel_id
        said = say("the model") if read_by == BY_MODEL else say("its words")
        return Route(team_id=team.id, source=say("its words and channel") if is_home else said)
    suggested = say("the model suggests {team}, but is not sure", team=team.name) if team else ""
    if home := await home_team(desk, ticket.channel_id):
        is_other = team is not None and team.id != home.id
        return Route(team_id=home.id, source="; ".join([say("the channel's team"), *([suggested] if is_other else [])]))
    return Route(source=suggested)
