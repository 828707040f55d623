"""Wait: on whom, and for what."""

from agent.commands.slots import LONGEST_REASON, SHORTEST_REASON
from agent.desk import Desk
from agent.forms.kind import Given, language_of
from bot.forms import Field, Words
from storage import people
from storage.tickets import Ticket

MISSING = Words("Say what it waits for.", "Schreib, worauf es wartet.")


async def fields(desk: Desk, ticket: Ticket, chosen: str) -> tuple[Field, ...]:
    on = await people.get(desk.tx, ticket.waiting_on) if ticket.waiting_on else None
    hint = Words("Gets one message. A thing needs nobody.", "Bekommt eine Nachricht. Eine Sache braucht niemanden.")
    return (
        Field(
            name="person",
            kind="person",
            label=Words("On whom", "Auf wen"),
            hint=hint,
            initial=on.slack_id if on else "",
            is_optional=True,
        ),
        Field(
            name="what",
            kind="text",
            label=Words("For what", "Worauf"),
            initial=ticket.waiting_for or "",
            longest=LONGEST_REASON,
        ),
    )


def line(given: Given, was: Given) -> str:
    on = f"on <@{given['person']}> " if given.get("person") else ""
    return f"{on}{given.get('what', '')}"


async def check(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    is_told = len(given.get("what", "")) >= SHORTEST_REASON
    return {} if is_told else {"what": MISSING.of(await language_of(desk))}
