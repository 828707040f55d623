"""Comment: a remark on the ticket, from wherever the form was opened."""

from agent.desk import Desk
from agent.forms.kind import Given
from bot.forms import Field
from prompts.words import say
from storage.tickets import Ticket


async def fields(desk: Desk, ticket: Ticket, chosen: str) -> tuple[Field, ...]:
    return (Field(name="text", kind="text", label=say("Comment")),)


def line(given: Given, was: Given) -> str:
    return given.get("text", "")
