"""Who is at work at this moment: not away, not resting, and within the hours that they have set."""

from collections.abc import Collection

from agent.assigning.duty import Duty, duties
from agent.calendar.opening import is_open, next_open
from agent.calendar.when import in_words
from agent.calendar.whose import chosen_hours
from agent.desk import Desk
from prompts.words import say
from storage.people import Person


async def not_at_work(desk: Desk, persons: Collection[Person]) -> dict[int, str]:
    """Person id -> why they are not at work, to follow their name: "is away until Mon"; those who are, are left out.

    Hours that nobody has set keep nobody from anything.
    """
    known = await duties(desk, persons)
    found = {person.id: _gone(known[person.id]) or await _outside_hours(desk, person) for person in persons}
    return {person_id: why for person_id, why in found.items() if why}


def _gone(duty: Duty) -> str:
    if duty.absence:
        return say("is away until {back}", back=duty.back)
    return say("has notifications off until {rests}", rests=duty.rests) if duty.rests else ""


async def _outside_hours(desk: Desk, person: Person) -> str:
    hours = await chosen_hours(desk.tx, desk.settings, person.id)
    if hours is None or is_open(hours, desk.now):
        return ""
    return say("is outside their hours until {opens}", opens=in_words(next_open(hours, desk.now), hours, desk.now))
