"""Wait: on whom, and for what."""

from agent.commands.reading import LONGEST_REASON, says_something
from agent.desk import Desk
from agent.forms.kind import Given
from bot.forms import Field
from prompts.words import fixed, say
from storage import people
from storage.tickets import Ticket

MISSING = fixed("Say what it waits for.")


async def fields(desk: Desk, ticket: Ticket, chosen: str) -> tuple[Field, ...]:
    on = await people.get(desk.tx, ticket.waiting_on) if ticket.waiting_on else None
    hint = say("Gets one message. A thing needs nobody.")
    return (
        Field(
            name="person",
            kind="person",
            label=say("On whom"),
            hint=hint,
            initial=on.slack_id if on else "",
            is_optional=True,
        ),
        Field(
            name="what",
            kind="text",
            label=say("For what"),
            initial=ticket.waiting_for or "",
            longest=LONGEST_REASON,
        ),
    )


def line(given: Given, was: Given) -> str:
    on = f"on <@{given['person']}> " if given.get("person") else ""
    return f"{on}{given.get('what', '')}"


async def check(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    is_told = says_something(given.get("what", ""))
    return {} if is_told else {"what": say(MISSING)}
