"""Who gets a ticket, and why: the responder of its team with the fewest open tickets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import takewhile

from agent.assigning.candidates import Candidate, candidates
from agent.desk import Desk
from agent.language import of_ticket
from bot.messages import escape
from prompts.words import fixed, say, speaking
from storage import decisions, people, tickets
from storage.decisions import Decision
from storage.people import Person
from storage.tickets import Ticket

NEVER = datetime.min.replace(tzinfo=UTC)
NAMED = 3  # others named in the reason, and people left out
MOST_MOVES = 2  # of a ticket within a team, by itself: after that people decide
# Rules, as decisions keep them.
LEAST, RELAXED = fixed("least load"), fixed("capacity relaxed")
NOBODY, ENOUGH = fixed("nobody left"), fixed("moved often enough")
OWNER = fixed("owner by rule")
OFF_HOURS = fixed("working hours relaxed")


@dataclass(frozen=True)
class Choice:
    """The person, or nobody; `reason` is the card's why line."""

    person: Person | None
    reason: str
    rule: str = NOBODY


def choose(considered: Sequence[Candidate]) -> Choice:
    """Fewest open tickets first, then longest since last assigned, then id.

    When everybody who could take it is at capacity, the one who is least above it gets it all the same; when nobody who
    could is at work, those who are not are chosen from in the same way.
    """
    able = [one for one in considered if not one.skip]
    if able and all(one.asleep for one in able):
        chosen = _choose([replace(one, asleep="") for one in considered])
        reason = say("nobody who could is at work; {reason}", reason=chosen.reason)
        return replace(chosen, reason=reason, rule=OFF_HOURS)
    return _choose(considered)


def _choose(considered: Sequence[Candidate]) -> Choice:
    able = [one for one in considered if not one.barrier]
    free = [one for one in able if not one.is_full]
    if free:
        return _least(sorted(free, key=lambda one: (one.busy, *_since(one))), considered)
    if able:
        return _least_above(sorted(able, key=lambda one: (one.above, *_since(one))), considered)
    return Choice(None, "; ".join([say("nobody of the team can take it"), *_words(considered)]))


def _since(one: Candidate) -> tuple[datetime, int]:
    return one.load.last_assigned or NEVER, one.person.id


def _least(ranked: Sequence[Candidate], considered: Sequence[Candidate]) -> Choice:
    first, *others = ranked
    left_out = _left_out([one for one in considered if one.obstacle])
    if not others and not left_out:
        return Choice(first.person, say("only responder; {count} open", count=first.load.open_tickets), LEAST)
    even = others and others[0].busy == first.busy
    least = fixed("least to do by priority: {load}") if first.is_weighted else fixed("fewest open: {load}")
    why = say(least, load=first.busy) + (say(", longest since last assigned") if even else "")
    said = ", ".join(say("@{who} has {load}", who=one.person.name, load=one.busy) for one in others[:NAMED])
    return Choice(first.person, "; ".join([why, *([said] if said else []), *left_out]), LEAST)


def _least_above(ranked: Sequence[Candidate], considered: Sequence[Candidate]) -> Choice:
    first, *others = ranked
    why = say("nobody has room; least above capacity: {load}", load=_of_capacity(first))
    said = ", ".join(say("@{who} has {load}", who=one.person.name, load=_of_capacity(one)) for one in others[:NAMED])
    left_out = _left_out([one for one in considered if one.barrier])
    return Choice(first.person, "; ".join([why, *([said] if said else []), *left_out]), RELAXED)


def _of_capacity(one: Candidate) -> str:
    return f"{one.load.open_tickets}/{one.duty.capacity}"


def _left_out(others: Sequence[Candidate]) -> list[str]:
    """The first of those who were not considered, in words; who left the workspace is news to nobody."""
    words = _words([one for one in others if one.person.is_active])
    more = len(words) - NAMED
    return [*words[:NAMED], *([say("{count} more cannot", count=more)] if more > 0 else [])]


def _words(others: Sequence[Candidate]) -> list[str]:
    return [f"@{one.person.name} {one.obstacle}" for one in others]


async def assign_automatically(desk: Desk, ticket: Ticket, *, preferred: Collection[int] = ()) -> Choice:
    """Choose within the ticket's team and assign, in the caller's write transaction: parallel reports spread evenly.

    Args:
        preferred: the people whom an ownership rule names; those of the team who have room come before all others.
    """
    with speaking(await of_ticket(desk, ticket)):  # of the card, which shows the reason
        return await _assign(desk, ticket, preferred)


async def _assign(desk: Desk, ticket: Ticket, preferred: Collection[int]) -> Choice:
    if ticket.team_id is None:
        return Choice(None, say("no team yet"))
    team = await people.get_team(desk.tx, ticket.team_id)
    considered = await candidates(desk, ticket, team_id=team.id)
    if not considered:
        choice = Choice(None, say("{team} has no responder", team=team.name))
    elif await _moves(desk, ticket) >= MOST_MOVES:
        choice = Choice(None, say("it was moved on by itself twice already, so people decide"), ENOUGH)
    else:
        choice = _choose_owner(considered, preferred) or choose(considered)
    if choice.person:
        await give(desk, ticket, choice.person)
    ticket.assign_reason = choice.reason
    winner_id = choice.person.id if choice.person else None
    desk.audit("assign", "ticket", ticket.id, before={}, after={"person": winner_id, "reason": choice.reason})
    decision = Decision(
        rule=choice.rule,
        team_id=team.id,
        winner_id=winner_id,
        reason=choice.reason,
        candidates=tuple(one.considered() for one in considered),
        inputs={"reporter": ticket.reporter_id, "private": ticket.is_private},
    )
    decisions.record(desk.tx, decision, ticket_id=ticket.id, workspace_id=desk.workspace_id, now=desk.now)
    return choice


def _choose_owner(considered: Sequence[Candidate], preferred: Collection[int]) -> Choice | None:
    owners = [one for one in considered if one.person.id in preferred and not one.obstacle]
    choice = choose(owners) if owners else None
    if choice is None:
        return None
    return replace(choice, reason=say("named by the rule; {reason}", reason=choice.reason), rule=OWNER)


async def _moves(desk: Desk, ticket: Ticket) -> int:
    """How often it went from one to the next by itself since its team got it."""
    made = [decision for _, decision in await decisions.of_ticket(desk.tx, ticket.id)]
    here = takewhile(lambda decision: decision.team_id == ticket.team_id, reversed(made))
    return sum(decision.winner_id is not None for decision in here) - 1


def why_not(desk: Desk, ticket: Ticket, person: Person) -> str:
    """Why somebody cannot be given this ticket, whoever wants it, as a sentence; empty when they can."""
    name = f"@{escape(person.name)}"
    if not person.is_active:
        return say("{who} is deactivated in Slack and cannot be assigned.", who=name)
    if person.is_outsider:
        return say("{who} is a guest or from another workspace and cannot be assigned.", who=name)
    if not desk.may_see(person.slack_id, ticket):
        private = fixed("{ticket} belongs to a private channel that {who} is not in. Invite them there first.")
        return say(private, ticket=ticket.name, who=name)
    return ""


async def give(desk: Desk, ticket: Ticket, person: Person) -> None:
    """Assign one more person."""
    await tickets.assign(desk.tx, ticket, person_id=person.id, now=desk.now)


async def take_from(desk: Desk, ticket: Ticket, person: Person) -> list[Person]:
    """End one person's assignment; returns who still has it."""
    had = await tickets.assignees(desk.tx, ticket.id)
    left = [other for other in had if other.id != person.id]
    await tickets.end_assignments(desk.tx, ticket.id, now=desk.now, by=_who(desk), person_id=person.id)
    return left


async def take_from_all(desk: Desk, ticket: Ticket) -> list[Person]:
    """End all current assignments; returns who had it."""
    had = await tickets.assignees(desk.tx, ticket.id)
    await tickets.end_assignments(desk.tx, ticket.id, now=desk.now, by=_who(desk))
    return had


def _who(desk: Desk) -> int | None:
    return desk.actor.person_id if desk.actor else None
