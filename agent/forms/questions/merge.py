"""Duplicate of: which ticket this is one of; those that look like it come first."""

from agent.desk import Desk
from agent.forms.kind import MOST, Given, open_tickets
from agent.reports.similar import similar_to
from bot.forms import Field
from bot.messages import Option
from prompts.words import fixed, say
from storage.tickets import Ticket

MISSING = fixed("Choose a ticket, or write its number or the link to a message of it.")


async def fields(desk: Desk, ticket: Ticket, chosen: str) -> tuple[Field, ...]:
    options = tuple(Option(label=f"{one.name} {one.title}", value=one.name) for one in await _offered(desk, ticket))
    choose = Field(name="other", kind="choice", label=say("Of"), options=options, is_optional=True)
    write = Field(
        name="named",
        kind="line",
        label=say("Or its number or link"),
        is_optional=True,
        longest=500,
    )
    return (*((choose,) if options else ()), write)


async def _offered(desk: Desk, ticket: Ticket) -> list[Ticket]:
    """Open tickets that the asker sees, those like this one first."""
    seen = await open_tickets(desk, besides=ticket)
    alike = similar_to(ticket.title, {one.id: one.title for one in seen})
    return sorted(seen, key=lambda one: alike.index(one.id) if one.id in alike else len(alike))[:MOST]


def line(given: Given, was: Given) -> str:
    return f"of {given.get('named') or given.get('other', '')}".strip()


async def check(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    is_said = given.get("named") or given.get("other")
    return {} if is_said else {"named": say(MISSING)}
