"""Priority: which one, and why; what was critical becomes less with a reason alone."""

from agent.commands.priority import require_reason
from agent.commands.reading import LONGEST_REASON
from agent.desk import Desk
from agent.forms.kind import Given, priorities
from bot.errors import UserError
from bot.forms import Field
from prompts.words import say
from storage.tickets import Ticket


async def fields(desk: Desk, ticket: Ticket, chosen: str) -> tuple[Field, ...]:
    """What the button chose stands there, else what is so today."""
    return (
        Field(
            name="priority",
            kind="choice",
            label=say("Priority"),
            options=priorities(),
            initial=chosen or ticket.priority or "",
        ),
        Field(
            name="reason",
            kind="text",
            label=say("Why"),
            hint=say("Goes on record and into the thread."),
            is_optional=ticket.priority != "critical",
            longest=LONGEST_REASON,
        ),
    )


def line(given: Given, was: Given) -> str:
    return " ".join(filter(None, (given.get("priority"), given.get("reason"))))


async def check(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    try:
        require_reason(ticket, given.get("priority", ""), given.get("reason", ""))
    except UserError as refusal:
        return {"reason": str(refusal)}
    return {}
