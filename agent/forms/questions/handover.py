"""Hand over: to whom, and why."""

from agent.commands.reading import LONGEST_REASON
from agent.desk import Desk
from agent.forms.kind import Given
from bot.forms import Field
from prompts.words import fixed, say
from storage.tickets import Ticket

MISSING = fixed("Choose who is to have it.")


async def fields(desk: Desk, ticket: Ticket, chosen: str) -> tuple[Field, ...]:
    hint = say("Unless you manage the team, they are asked first.")
    return (
        Field(name="person", kind="person", label=say("To whom"), hint=hint),
        Field(name="why", kind="text", label=say("Why"), is_optional=True, longest=LONGEST_REASON),
    )


def line(given: Given, was: Given) -> str:
    return f"<@{given.get('person', '')}> {given.get('why', '')}".strip()


async def check(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    return {} if given.get("person") else {"person": say(MISSING)}
