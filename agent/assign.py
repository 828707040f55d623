"""Who gets a ticket, and why: the responder of its team with the fewest open tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.desk import Desk
from storage import people, tickets
from storage.people import Person
from storage.tickets import Load, Ticket

NEVER = datetime.min.replace(tzinfo=UTC)
NAMED = 3  # others named in the reason


@dataclass(frozen=True)
class Choice:
    """The person, or nobody; `reason` is the card's why line."""

    person: Person | None
    reason: str


def choose(candidates: Sequence[Load], *, left_out: Sequence[str] = ()) -> Choice:
    """Fewest open tickets first, then longest since last assigned, then id.

    Args:
        left_out: why others were not considered, in words ("@c is away").
    """
    ranked = sorted(candidates, key=lambda load: (load.open_tickets, load.last_assigned or NEVER, load.person.id))
    if not ranked:
        return Choice(None, "; ".join(["nobody of the team can take it", *left_out]))
    first, *others = ranked
    if not others and not left_out:
        return Choice(first.person, f"only responder; {first.open_tickets} open")
    even = others and others[0].open_tickets == first.open_tickets
    why = f"fewest open: {first.open_tickets}" + (", longest since last assigned" if even else "")
    said = [f"@{load.person.name} has {load.open_tickets}" for load in others[:NAMED]]
    return Choice(first.person, "; ".join([why, *([", ".join(said)] if said else []), *left_out]))


async def assign_automatically(desk: Desk, ticket: Ticket) -> Choice:
    """Choose within the ticket's team and assign, in the caller's write transaction: parallel reports spread evenly."""
    if ticket.team_id is None:
        return Choice(None, "no team yet")
    team = await people.get_team(desk.tx, ticket.team_id)
    responders = await people.members(desk.tx, team.id, "responder")
    left_out = _left_out(desk, ticket, responders)
    able = [person for person in responders if person.id not in left_out]
    choice = choose(await tickets.loads(desk.tx, able), left_out=list(left_out.values()))
    if choice.person:
        await give(desk, ticket, choice.person)
    elif not responders:
        choice = Choice(None, f"{team.name} has no responder")
    ticket.assign_reason = choice.reason
    desk.audit(
        "assign",
        "ticket",
        ticket.id,
        before={},
        after={"person": choice.person.id if choice.person else None, "reason": choice.reason},
    )
    return choice


def _left_out(desk: Desk, ticket: Ticket, responders: Sequence[Person]) -> dict[int, str]:
    """Person id -> why this one cannot get the ticket."""
    reporter = {p.id: f"@{p.name} reported it" for p in responders if p.id == ticket.reporter_id}
    guests = {p.id: f"@{p.name} is a guest" for p in responders if p.is_outsider}
    blind = {p.id: f"@{p.name} is not in the channel" for p in responders if not desk.may_see(p.slack_id, ticket)}
    return reporter | {id_: why for id_, why in (guests | blind).items() if id_ not in reporter}


async def give(desk: Desk, ticket: Ticket, person: Person) -> None:
    """Assign one more person."""
    await tickets.assign(desk.tx, ticket, person_id=person.id, now=desk.now)


async def take_from(desk: Desk, ticket: Ticket, person: Person) -> list[Person]:
    """End one person's assignment; returns who still has it."""
    had = await tickets.assignees(desk.tx, ticket.id)
    left = [other for other in had if other.id != person.id]
    await tickets.end_assignments(desk.tx, ticket.id, now=desk.now, person_id=person.id)
    desk.audit(
        "unassign",
        "ticket",
        ticket.id,
        before={"assignees": [other.id for other in had]},
        after={"assignees": [other.id for other in left]},
    )
    return left


async def take_from_all(desk: Desk, ticket: Ticket) -> list[Person]:
    """End all current assignments; returns who had it."""
    had = await tickets.assignees(desk.tx, ticket.id)
    await tickets.end_assignments(desk.tx, ticket.id, now=desk.now)
    return had
