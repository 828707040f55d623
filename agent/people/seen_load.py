"""How much somebody has to do, as far as all may know of it who read the answer."""

from agent.desk import Desk
from storage import listing
from storage.listing import Filter
from storage.people import Person
from storage.tickets import OPEN


async def seen_load(desk: Desk, person: Person) -> int:
    """Their open tickets; one of a private channel counts only where it may be known."""
    wanted = (Filter(kind="assignee", value=person.id, said=""), Filter(kind="status", value=OPEN, said=""))
    return await listing.count(desk.tx, desk.viewer, wanted)
