"""Who of a team could take a ticket, and why each of the others cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.assigning.duty import Duty, duties
from agent.calendar.opening import is_open, next_open
from agent.calendar.when import in_words
from agent.calendar.whose import Hours, hours_of
from agent.desk import Desk
from agent.notices.standing import ON, WAKE
from agent.sla.policy import policies_of
from prompts.words import fixed, say
from storage import loads, people, settings_kv
from storage.calendars import of_person, of_team, team_of
from storage.database import Tx
from storage.decisions import Considered
from storage.loads import Load
from storage.people import Person
from storage.sla import ALWAYS
from storage.tickets import Ticket

LOAD, WEIGHTED = "load", "weighted"  # a setting of a team (settings_kv); without it tickets are counted
MANAGERS = "managers"  # likewise, on or off; without it they are given none

DAY_OFF, OUTSIDE = fixed("has a day off until {opens}"), fixed("is outside their hours until {opens}")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Someone of the team. `skip` says why they can never have this ticket, to follow the name: "is away until Mon".

    `asleep` says in the same way why somebody else should have it, if there is anybody.
    """

    load: Load
    duty: Duty
    skip: str = ""
    asleep: str = ""
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
    def barrier(self) -> str:
        """Why they are passed over, however little they have."""
        return self.skip or self.asleep

    @property
    def obstacle(self) -> str:
        return self.barrier or self.duty.obstacle(self.load.open_tickets)

    def considered(self) -> Considered:
        """As it goes on record."""
        last = self.load.last_assigned
        return Considered(
            person_id=self.person.id,
            load=self.load.open_tickets,
            capacity=self.duty.capacity,
            last_assigned=last.isoformat() if last else None,
            skip=self.skip,
            asleep=self.asleep,
            weight=self.load.weight if self.is_weighted else None,
        )


async def candidates(desk: Desk, ticket: Ticket, *, team_id: int) -> list[Candidate]:
    """The responders of a team as they stand now, and its managers where the team says so."""
    said = await settings_kv.of_scopes(desk.tx, [of_team(team_id)], (LOAD, MANAGERS))
    with_managers = said.get((of_team(team_id), MANAGERS)) == ON
    responders = await people.responders(desk.tx, team_id, with_managers=with_managers)
    if not responders:
        return []
    known = await duties(desk, responders)
    is_weighted = said.get((of_team(team_id), LOAD)) == WEIGHTED
    asleep = await _asleep(desk, ticket, responders, team_id=team_id)
    gave_back = await loads.gave_back(desk.tx, ticket.id)
    found = []
    for load in await loads.of_people(desk.tx, responders):
        person = load.person
        never = say("gave it back before") if person.id in gave_back else _barred(desk, ticket, person)
        duty = known[person.id]
        skip, rests = never or duty.off(), asleep.get(person.id, "")
        found.append(Candidate(load=load, duty=duty, skip=skip, asleep=rests, is_weighted=is_weighted))
    return found


async def managers_take_tickets(tx: Tx) -> list[int]:
    """The teams that say so."""
    said = await settings_kv.of_keys(tx, [MANAGERS])
    return [team for (scope, _), value in said.items() if value == ON and (team := team_of(scope))]


async def _asleep(desk: Desk, ticket: Ticket, persons: Sequence[Person], *, team_id: int) -> dict[int, str]:
    """Who has a day off, and outside of their hours who is while the ticket's clock runs around the clock.

    Around the clock those who want to be woken count as at work. As with notices, hours that nobody has set keep
    nobody from anything.
    """
    policy = (await policies_of(desk.tx, team_id)).get(ticket.priority or "")
    is_always, wakes = policy is not None and policy.clock == ALWAYS, set()
    if is_always:
        said = await settings_kv.of_scopes(desk.tx, [of_person(one.id) for one in persons], (WAKE,))
        wakes = {scope for (scope, _), value in said.items() if value == ON}
    hours = await hours_of(desk.tx, desk.settings, persons)
    kept = {one.id: hours[one.id] for one in persons if of_person(one.id) not in wakes}
    found = {id_: resting(theirs, desk.now, is_always=is_always) for id_, theirs in kept.items()}
    return {id_: words for id_, words in found.items() if words}


def resting(hours: Hours, now: datetime, *, is_always: bool) -> str:
    """Why somebody is not at work by their calendar, to follow their name; empty when they are.

    Args:
        is_always: it counts at every hour; else only a day on which they would work, but for a holiday or a day off.
    """
    calendar = hours.calendar
    today = now.astimezone(calendar.zone).date()
    works = any(shift.weekday == today.weekday() for shift in calendar.week)
    is_off = works and calendar.day_off(today) is not None
    if not (is_off or (is_always and hours.is_chosen)) or is_open(calendar, now):
        return ""
    opens = in_words(next_open(calendar, now), calendar, now)
    return say(DAY_OFF if is_off else OUTSIDE, opens=opens)


def _barred(desk: Desk, ticket: Ticket, person: Person) -> str:
    """Why somebody cannot get this ticket, however they stand."""
    if person.id == ticket.reporter_id:
        return say("reported it")
    if not person.is_active:
        return say("is deactivated")
    if person.is_outsider:
        return say("is a guest")
    return "" if desk.may_see(person.slack_id, ticket) else say("is not in the channel")
