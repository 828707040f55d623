"""A reading of a report becomes the ticket's fields, its team and assignee, its card and the messages about it."""

from dataclasses import dataclass

from agent.assigning.assign import assign_automatically
from agent.cards.reaction import SEEN, show_status
from agent.desk import Desk
from agent.home.follow import touched as touch_homes
from agent.notices import notify
from agent.ownership.route import find_route
from agent.sla.clocks import reckon
from agent.triage.schema import Triage
from prompts.words import say
from storage import tickets, undo_steps
from storage.people import Person
from storage.tickets import OPEN, Ticket

FIELDS = ("title", "summary", "category", "priority", "severity", "effort", "component", "tags")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A triage and where it came from. `note` says why it was not the model."""

    triage: Triage
    source: str  # rules or model
    model: str | None = None
    note: str = ""


async def _write(desk: Desk, ticket: Ticket, reading: Reading) -> dict[str, object]:
    before = {name: getattr(ticket, name) for name in FIELDS}
    labels = ticket.tags if ticket.source == "github" else []  # those of its issue stay
    kept = {"title"} if ticket.source == "github" else set()  # an issue keeps the title it has there
    kept |= set(ticket.chosen)
    if ticket.version:  # what a person has set stays
        kept |= {name for step in await undo_steps.after(desk.tx, ticket.id, 0) for name in step.before}
    for name in FIELDS:
        if name not in kept:
            setattr(ticket, name, getattr(reading.triage, name))
    ticket.tags = list(dict.fromkeys([*labels, *ticket.tags]))
    ticket.triage_source, ticket.triage_model, ticket.triage_note = reading.source, reading.model, reading.note
    ticket.triage_confidence, ticket.triage_reasoning = reading.triage.confidence, reading.triage.reasoning
    return before


async def place(desk: Desk, ticket: Ticket, reading: Reading) -> None:
    """The first reading: everything a report sets in motion, in one transaction."""
    with desk.tx.no_autoflush:  # one UPDATE of the ticket instead of one before each query
        before = await _write(desk, ticket, reading)
        preferred = await _take_team(desk, ticket, reading)
        desk.audit("triage", "ticket", ticket.id, before=before, after=_recorded(ticket))
        chosen = await _hand_out(desk, ticket, preferred)
        await reckon(desk, ticket)
    await _tell(desk, ticket, chosen)
    await notify.show_card(desk, ticket)
    await show_status(desk, ticket, before=SEEN)
    await touch_homes(desk)


async def improve(desk: Desk, ticket: Ticket, reading: Reading) -> None:
    """A slow model's better reading, in place. It never takes a ticket from a team that was told of it."""
    if ticket.status not in OPEN:
        return
    before = await _write(desk, ticket, reading)
    ticket.version += 1
    is_new = ticket.team_id is None
    preferred = await _take_team(desk, ticket, reading)
    desk.audit("triage", "ticket", ticket.id, before=before, after=_recorded(ticket))
    chosen = await _hand_out(desk, ticket, preferred) if is_new else None
    await reckon(desk, ticket)
    await _tell(desk, ticket, chosen)
    await notify.show_card(desk, ticket, change=say("the model's reading replaced the rules'"))


async def _take_team(desk: Desk, ticket: Ticket, reading: Reading) -> frozenset[int]:
    """Find the team of a ticket that has none; returns the people whom the rule names, if one decided."""
    if ticket.team_id is not None:
        return frozenset()
    route = await find_route(desk, ticket, reading.triage, read_by=reading.source)
    ticket.team_id, ticket.team_source = route.team_id, route.source
    return frozenset(route.people)


async def _hand_out(desk: Desk, ticket: Ticket, preferred: frozenset[int]) -> Person | None:
    """Who is chosen for it, unless it is done or somebody was quicker."""
    if ticket.status not in OPEN or await tickets.assignees(desk.tx, ticket.id):
        return None
    return (await assign_automatically(desk, ticket, preferred=preferred)).person


async def _tell(desk: Desk, ticket: Ticket, chosen: Person | None) -> None:
    """Once its deadlines are known: they are part of the news."""
    if ticket.status in OPEN:
        if chosen:  # nobody had it before
            await notify.tell_assignee(desk, ticket, chosen)
        assigned = [chosen] if chosen else await tickets.assignees(desk.tx, ticket.id)
        await notify.tell_managers(desk, ticket, assigned=assigned)


def _recorded(ticket: Ticket) -> dict[str, object]:
    names = (*FIELDS, "team_id", "team_source", "triage_source", "triage_model", "triage_confidence")
    return {name: getattr(ticket, name) for name in names}
