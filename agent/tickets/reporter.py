"""Whoever reported a ticket is called once in its thread: where it is said that it is resolved."""

from agent.cards.briefing import hears_of_all
from agent.desk import Desk
from agent.notices.attention import NEWS
from agent.notices.notify import managers_of
from agent.notices.standing import judge
from agent.tickets.watching import followers
from bot.messages import by_name, mention
from storage import people
from storage.tickets import Ticket


async def called_first(desk: Desk, ticket: Ticket, *, doer_id: int | None) -> str:
    """How the message begins; empty where they did it themselves, have left or may not see it.

    Who is to be left alone, or gets a direct message (a watcher, a manager who hears of all), stands there by name.
    """
    person = await people.get(desk.tx, ticket.reporter_id) if ticket.reporter_id else None
    if person is None or not person.is_active or person.id == doer_id or not desk.may_see(person.slack_id, ticket):
        return ""
    directly = await followers(desk.tx, ticket)
    if await hears_of_all(desk, ticket):
        directly += await managers_of(desk, ticket)
    is_told = any(one.id == person.id for one in directly)
    is_called = not is_told and (await judge(desk, ticket, person, NEWS)).fate == "told"
    return f"{mention(person.slack_id) if is_called else by_name([person.name])} "
