"""What a team adds to every ticket that it resolves or closes: the template that it keeps, with the ticket's words."""

from agent.desk import Desk
from agent.reasons import answer_of
from agent.tickets.took import took
from bot.messages import by_name, escape, linked
from prompts.words import say
from storage import tickets
from storage.tickets import Ticket


async def with_answer(desk: Desk, ticket: Ticket, told: str, *, verb: str) -> str:
    """What the thread is told of the end of a ticket, and below it what its team adds.

    Args:
        verb: that ends it.
    """
    answer = await answer_of(desk, ticket, await _fields(desk, ticket), verb=verb)
    return f"{told}\n{answer}" if answer else told


async def _fields(desk: Desk, ticket: Ticket) -> dict[str, str]:
    has_it = await tickets.assignees(desk.tx, ticket.id)
    return {
        "ticket": ticket.name,
        "title": escape(ticket.title),
        "assignee": by_name(person.name for person in has_it) or say("nobody"),
        "duration": await took(desk, ticket),
        "link": linked(ticket.name, ticket.permalink),
    }
