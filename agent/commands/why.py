"""`why CH-1`: why it is this priority, team and person; `why CH-1 not @someone` why it is not them, and more.

`explain T-4` says the same of an answer of the agent's: how it came to be.
"""

from datetime import datetime

from agent.commands import grounds
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.notices import notify
from agent.status_words import words
from agent.turns.explain import explain
from bot.errors import UserError
from bot.messages import by_name, escape, moment
from prompts.words import fixed, say
from storage import decisions, people, tickets
from storage.decisions import Considered, Decision
from storage.people import Person
from storage.tickets import Ticket


async def why(desk: Desk, said: Said) -> Reply:
    """Answer from what was stored when it was decided."""
    if named := said.values.get("turn"):
        return await explain(desk, int(named))
    if said.status:
        return await grounds.explain(desk, said.status, said.ticket, named=said.text)
    ticket = said.the_ticket
    made = await decisions.of_ticket(desk.tx, ticket.id)
    if len(said.people) > 1:
        raise UserError(say("One person at a time, please."))
    if said.people:
        return text_reply(await _why_not(desk, ticket, said.people[0], made), is_private=True)
    lines = [notify.headline(ticket), *_triage(ticket), *_team(ticket), await _person(desk, ticket)]
    if made:
        lines += await _weighed(desk, *made[-1])
    return text_reply("\n".join(lines), is_private=True)


def _triage(ticket: Ticket) -> list[str]:
    if not ticket.triage_source:
        return [say("Nobody has judged it yet.")]
    by = ticket.triage_model or words(ticket.triage_source)
    reasoning = f": {escape(ticket.triage_reasoning)}" if ticket.triage_reasoning else ""
    return [say("Priority {priority}, by {who}", priority=words(ticket.priority), who=escape(by)) + reasoning]


def _team(ticket: Ticket) -> list[str]:
    return [say("Why this team: {reason}", reason=escape(ticket.team_source))] if ticket.team_source else []


async def _person(desk: Desk, ticket: Ticket) -> str:
    """The team and who has it now, as the card says it."""
    team = await people.get_team(desk.tx, ticket.team_id) if ticket.team_id else None
    names = by_name(person.name for person in await tickets.assignees(desk.tx, ticket.id))
    reason = f": {escape(ticket.assign_reason)}" if ticket.assign_reason else ""
    name = escape(team.name) if team else say("not clear yet")
    return say("Team {team}; {who} has it", team=name, who=names or say("nobody")) + reason


async def _weighed(desk: Desk, at: datetime, decision: Decision) -> list[str]:
    """Everybody whom the last automatic choice looked at."""
    lines = [say("The last automatic choice ({at}) went by: {rule}.", at=moment(at), rule=say(decision.rule))]
    for one in decision.candidates:
        person = await people.get(desk.tx, one.person_id)
        chosen = say(" – chosen") if one.person_id == decision.winner_id else ""
        lines.append(f"• @{escape(person.name)}: {_standing(one)}{chosen}")
    return lines


def _standing(one: Considered) -> str:
    if one.skip:
        return escape(one.skip)
    most = fixed("{count} open of at most {most}") if one.capacity else fixed("{count} open")
    had = say(most, count=one.load, most=one.capacity)
    had += "" if one.weight is None else say(", weighed as {weight}", weight=one.weight)
    return f"{escape(one.asleep)}, {had}" if one.asleep else had


async def _why_not(desk: Desk, ticket: Ticket, person: Person, made: list[tuple[datetime, Decision]]) -> str:
    name = f"@{escape(person.name)}"
    if person.id in {other.id for other in await tickets.assignees(desk.tx, ticket.id)}:
        return say("{who} has {ticket}.", who=name, ticket=notify.headline(ticket))
    if not made:
        nobody = say("{ticket}: nobody was chosen automatically", ticket=notify.headline(ticket))
        return f"{nobody}{_by_hand(ticket)}."
    at, decision = made[-1]
    one = next((one for one in decision.candidates if one.person_id == person.id), None)
    then = say("{ticket}, as of {at}", ticket=notify.headline(ticket), at=moment(at))
    return f"{then}: {name} {await _compared(desk, one, decision)}."


def _by_hand(ticket: Ticket) -> str:
    return f" ({escape(ticket.assign_reason)})" if ticket.assign_reason else ""


async def _compared(desk: Desk, one: Considered | None, decision: Decision) -> str:
    """What kept somebody from being chosen, to follow their name."""
    if one is None:
        team = await people.get_team(desk.tx, decision.team_id)
        return say("was no responder of {team}", team=escape(team.name))
    if one.skip:
        return escape(one.skip)
    winner = next((other for other in decision.candidates if other.person_id == decision.winner_id), None)
    if winner is None:
        return say("could have had it, but {reason}", reason=escape(decision.reason))
    if winner is one:
        return say("was chosen then, and has it no longer")
    if one.asleep and not winner.asleep:
        return escape(one.asleep)
    chosen = f"@{escape((await people.get(desk.tx, winner.person_id)).name)}"
    had = say("had {load}, {who} {other_load}", load=_standing(one), who=chosen, other_load=_standing(winner))
    return had + _tie(one, winner)


def _tie(one: Considered, winner: Considered) -> str:
    if (one.busy, one.capacity) != (winner.busy, winner.capacity):
        return ""
    is_same = one.last_assigned == winner.last_assigned
    return say(" and stood first") if is_same else say(" and was given none for longer")


VERB = Verb(
    name="why",
    takes=(Slot.GROUND, Slot.LAST, Slot.WHY),
    summary=fixed(
        "explain priority, team and person, why not somebody, a refusal, a reminder, silence or an answer of mine"
    ),
    example="why CH-1 not @bob",
    action="see",
    act=why,
    also=("explain",),
    another="why denied",
    german=("warum",),
    no_inverse="it changes nothing",
)
