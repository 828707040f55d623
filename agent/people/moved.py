"""By which clock or in which hours somebody works has changed: what was planned by the old ones is planned anew."""

from agent.desk import Desk
from agent.digest.plan import DIGEST, plan_next
from agent.notices.holding import hasten
from storage import reminders
from storage.people import Person


async def follow_hours(desk: Desk, person: Person) -> None:
    """Their daily digest comes by the new hours, and what is held back for them no later than those allow."""
    await desk.tx.flush()
    if await reminders.cancel_of_person(desk.tx, person.id, kind=DIGEST):
        await plan_next(desk, person)
    await hasten(desk, person)
