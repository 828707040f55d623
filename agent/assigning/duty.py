"""Whether somebody takes tickets at the moment: how many at most, in the rotation or not, away until when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from agent.calendar.opening import between
from agent.calendar.when import in_words
from agent.calendar.whose import calendar_of_person
from agent.desk import Desk
from bot.messages import escape
from prompts.words import say
from storage import absences, loads, memberships, people, settings_kv
from storage.absences import Absence
from storage.people import Person

CAPACITY, ROTATION = "capacity", "rotation"  # keys of settings_kv, in the scope of a person's Slack id
OFF = "off"
LONG_REST = timedelta(hours=2)  # of one's own working hours with notifications off
LONGEST_REST = timedelta(days=31)  # looked at


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What somebody said of themselves. `capacity`: tickets at once, None for any number."""

    capacity: int | None = None
    is_in_rotation: bool = True
    absence: Absence | None = None
    back: str = ""  # until when they are away, in words: "Mon"
    rests: str = ""  # until when their notifications are off in Slack, in working hours

    def is_full(self, open_tickets: int) -> bool:
        return self.capacity is not None and open_tickets >= self.capacity

    def off(self) -> str:
        """Why they take no ticket whatever they have, to follow their name; never their note."""
        if not self.is_in_rotation:
            return say("is off the rotation")
        if self.absence:
            return say("is away until {back}", back=self.back)
        return say("has notifications off until {rests}", rests=self.rests) if self.rests else ""

    def obstacle(self, open_tickets: int) -> str:
        """What speaks against one more ticket, to follow their name."""
        load = f"{open_tickets}/{self.capacity}"
        full = say("is at capacity {load}", load=load) if self.is_full(open_tickets) else ""
        return say(" and ").join(words for words in (self.off(), full) if words)


async def duties(desk: Desk, persons: Collection[Person]) -> dict[int, Duty]:
    """Person id -> how they stand."""
    said = await settings_kv.of_scopes(desk.tx, [person.slack_id for person in persons], (CAPACITY, ROTATION))
    away = await absences.at(desk.tx, [person.id for person in persons], now=desk.now)
    usual = await memberships.setting(desk.tx, [person.id for person in persons], CAPACITY)
    found = {}
    for person in persons:
        capacity, absence = said.get((person.slack_id, CAPACITY)) or usual.get(person.id), away.get(person.id)
        found[person.id] = Duty(
            capacity=int(capacity) if capacity else None,
            is_in_rotation=said.get((person.slack_id, ROTATION)) != OFF,
            absence=absence,
            back=await _back(desk, absence) if absence else "",
            rests=await _rests(desk, person),
        )
    return found


async def duty_of(desk: Desk, person: Person) -> Duty:
    """How one person stands."""
    return (await duties(desk, [person]))[person.id]


async def _back(desk: Desk, absence: Absence) -> str:
    calendar = await calendar_of_person(desk.tx, desk.settings, absence.person_id)
    return in_words(absence.ends, calendar, desk.now)


async def _rests(desk: Desk, person: Person) -> str:
    """Until when, in words, if more than two of their own working hours lie in it: a quiet night is none."""
    rest = desk.rests.get(person.slack_id)
    if rest is None or not rest.starts <= desk.now < rest.ends:
        return ""
    calendar = await calendar_of_person(desk.tx, desk.settings, person.id)
    is_long = between(calendar, rest.starts, min(rest.ends, rest.starts + LONGEST_REST)) > LONG_REST
    return in_words(rest.ends, calendar, desk.now) if is_long else ""


async def warning(desk: Desk, persons: Sequence[Person]) -> str:
    """What whoever gives these people one more ticket should know, as sentences that follow another; may be empty."""
    known = await duties(desk, persons)
    said = []
    for load in await loads.of_people(desk.tx, persons):
        duty = known[load.person.id]
        if obstacle := duty.obstacle(load.open_tickets):
            note = say(" Note: @{who} {obstacle}.", who=escape(load.person.name), obstacle=obstacle)
            said.append(note + await _cover(desk, duty))
    return "".join(said)


async def _cover(desk: Desk, duty: Duty) -> str:
    if duty.absence is None or duty.absence.cover_id is None:
        return ""
    return say(" @{who} covers.", who=escape((await people.get(desk.tx, duty.absence.cover_id)).name))
