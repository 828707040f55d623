"""`why CH-1`: why it is this priority, team and person; `why CH-1 not @someone` why it is not them, and more."""

from datetime import datetime

from agent import notify
from agent.card import words
from agent.commands import grounds
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from bot.errors import UserError
from bot.messages import escape, moment
from storage import decisions, people, tickets
from storage.decisions import Considered, Decision
from storage.people import Person
from storage.tickets import Ticket


async def why(desk: Desk, said: Said) -> Reply:
    """Answer from what was stored when it was decided."""
    if said.status:
        return await grounds.explain(desk, said.status, said.ticket)
    ticket = said.the_ticket
    made = await decisions.of_ticket(desk.tx, ticket.id)
    if len(said.people) > 1:
        raise UserError("One person at a time, please.")
    if said.people:
        return text_reply(await _why_not(desk, ticket, said.people[0], made), is_private=True)
    lines = [notify.headline(ticket), *_triage(ticket), *_team(ticket), await _person(desk, ticket)]
    if made:
        lines += await _weighed(desk, *made[-1])
    return text_reply("\n".join(lines), is_private=True)


def _triage(ticket: Ticket) -> list[str]:
    if not ticket.triage_source:
        return ["Nobody has judged it yet."]
    by = ticket.triage_model or ticket.triage_source
    reasoning = f": {escape(ticket.triage_reasoning)}" if ticket.triage_reasoning else ""
    return [f"Priority {words(ticket.priority)}, by {escape(by)}{reasoning}"]


def _team(ticket: Ticket) -> list[str]:
    return [f"Why this team: {escape(ticket.team_source)}"] if ticket.team_source else []


async def _person(desk: Desk, ticket: Ticket) -> str:
    """The team and who has it now, as the card says it."""
    team = await people.get_team(desk.tx, ticket.team_id) if ticket.team_id else None
    names = ", ".join(f"@{escape(person.name)}" for person in await tickets.assignees(desk.tx, ticket.id))
    reason = f": {escape(ticket.assign_reason)}" if ticket.assign_reason else ""
    return f"Team {escape(team.name) if team else 'not clear yet'}; {names or 'nobody'} has it{reason}"


async def _weighed(desk: Desk, at: datetime, decision: Decision) -> list[str]:
    """Everybody whom the last automatic choice looked at."""
    lines = [f"The last automatic choice ({moment(at)}) went by: {decision.rule}."]
    for one in decision.candidates:
        person = await people.get(desk.tx, one.person_id)
        chosen = " – chosen" if one.person_id == decision.winner_id else ""
        lines.append(f"• @{escape(person.name)}: {_standing(one)}{chosen}")
    return lines


def _standing(one: Considered) -> str:
    return escape(one.skip) or f"{one.load} open{f' of at most {one.capacity}' if one.capacity else ''}"


async def _why_not(desk: Desk, ticket: Ticket, person: Person, made: list[tuple[datetime, Decision]]) -> str:
    name = f"@{escape(person.name)}"
    if person.id in {other.id for other in await tickets.assignees(desk.tx, ticket.id)}:
        return f"{name} has {notify.headline(ticket)}."
    if not made:
        return f"{notify.headline(ticket)}: nobody was chosen automatically{_by_hand(ticket)}."
    at, decision = made[-1]
    one = next((one for one in decision.candidates if one.person_id == person.id), None)
    return f"{notify.headline(ticket)}, as of {moment(at)}: {name} {await _compared(desk, one, decision)}."


def _by_hand(ticket: Ticket) -> str:
    return f" ({escape(ticket.assign_reason)})" if ticket.assign_reason else ""


async def _compared(desk: Desk, one: Considered | None, decision: Decision) -> str:
    """What kept somebody from being chosen, to follow their name."""
    if one is None:
        team = await people.get_team(desk.tx, decision.team_id)
        return f"was no responder of {escape(team.name)}"
    if one.skip:
        return escape(one.skip)
    winner = next((other for other in decision.candidates if other.person_id == decision.winner_id), None)
    if winner is None:
        return f"could have had it, but {escape(decision.reason)}"
    if winner is one:
        return "was chosen then, and has it no longer"
    chosen = f"@{escape((await people.get(desk.tx, winner.person_id)).name)}"
    return f"had {_standing(one)}, {chosen} {_standing(winner)}{_tie(one, winner)}"


def _tie(one: Considered, winner: Considered) -> str:
    if (one.load, one.capacity) != (winner.load, winner.capacity):
        return ""
    return " and stood first" if one.last_assigned == winner.last_assigned else " and was given none for longer"


VERB = Verb(
    name="why",
    takes=(Slot.GROUND, Slot.LAST, Slot.WHY),
    summary="explain priority, team and person, why not somebody, a refusal, a reminder or silence",
    example="why CH-1 not @bob",
    action="see",
    act=why,
    also=("explain",),
    another="why denied",
    german=("warum",),
    no_inverse="it changes nothing",
)
