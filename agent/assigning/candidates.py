"""Who of a team could take a ticket, and why each of the others cannot."""

from dataclasses import dataclass

from agent.assigning.duty import Duty, duties
from agent.desk import Desk
from prompts.words import say
from storage import loads, people, settings_kv
from storage.calendars import of_team
from storage.decisions import Considered
from storage.loads import Load
from storage.people import Person
from storage.tickets import Ticket

LOAD, WEIGHTED = "load", "weighted"  # a setting of a team (settings_kv); without it tickets are counted


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Someone of the team. `skip` says why they can never have this ticket, to follow the name: "is away until Mon"."""

    load: Load
    duty: Duty
    skip: str = ""
    is_weighted: bool = False  # the team weighs tickets by priority

    @property
    def busy(self) -> int:
        """What they have to do, as their team counts it."""
        return self.load.weight if self.is_weighted else self.load.open_tickets

    @property
    def person(self) -> Person:
        return self.load.person

    @property
    def is_full(self) -> bool:
        return self.duty.is_full(self.load.open_tickets)

    @property
    def above(self) -> int:
        """Tickets above what they want at most; below zero while there is room."""
        return self.load.open_tickets - (self.duty.capacity or 0)

    @property
    def obstacle(self) -> str:
        return self.skip or self.duty.obstacle(self.load.open_tickets)

    def considered(self) -> Considered:
        """As it goes on record."""
        last = self.load.last_assigned
        return Considered(
            person_id=self.person.id,
            load=self.load.open_tickets,
            capacity=self.duty.capacity,
            last_assigned=last.isoformat() if last else None,
            skip=self.skip,
        )


async def candidates(desk: Desk, ticket: Ticket, *, team_id: int) -> list[Candidate]:
    """The responders of a team as they stand now."""
    responders = await people.responders(desk.tx, team_id)
    if not responders:
        return []
    known = await duties(desk, responders)
    is_weighted = await settings_kv.get(desk.tx, of_team(team_id), LOAD) == WEIGHTED
    gave_back = await loads.gave_back(desk.tx, ticket.id)
    found = []
    for load in await loads.of_people(desk.tx, responders):
        person = load.person
        never = say("gave it back before") if person.id in gave_back else _barred(desk, ticket, person)
        duty = known[person.id]
        found.append(Candidate(load=load, duty=duty, skip=never or duty.off(), is_weighted=is_weighted))
    return found


def _barred(desk: Desk, ticket: Ticket, person: Person) -> str:
    """Why somebody cannot get this ticket, however they stand."""
    if person.id == ticket.reporter_id:
        return say("reported it")
    if not person.is_active:
        return say("is deactivated")
    if person.is_outsider:
        return say("is a guest")
    return "" if desk.may_see(person.slack_id, ticket) else say("is not in the channel")
