"""Hand over: to whom, and why."""

from agent.commands.slots import LONGEST_REASON
from agent.desk import Desk
from agent.forms.kind import Given, language_of
from bot.forms import Field, Words
from storage.tickets import Ticket

MISSING = Words("Choose who is to have it.", "Wähle, wer es bekommen soll.")


async def fields(desk: Desk, ticket: Ticket, chosen: str) -> tuple[Field, ...]:
    hint = Words(
        "Unless you manage the team, they are asked first.", "Wer das Team nicht leitet, fragt damit erst einmal."
    )
    return (
        Field(name="person", kind="person", label=Words("To whom", "An wen"), hint=hint),
        Field(name="why", kind="text", label=Words("Why", "Warum"), is_optional=True, longest=LONGEST_REASON),
    )


def line(given: Given, was: Given) -> str:
    return f"<@{given.get('person', '')}> {given.get('why', '')}".strip()


async def check(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    return {} if given.get("person") else {"person": MISSING.of(await language_of(desk))}
