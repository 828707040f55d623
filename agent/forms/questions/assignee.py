"""Reassign: who has it now stands in the form; whoever stands in it when it is sent has it."""

from agent.commands.assign import check_assignable
from agent.desk import Desk
from agent.forms.kind import Given
from bot.errors import UserError
from bot.forms import Field
from prompts.words import fixed, say
from storage import people, tickets
from storage.tickets import Ticket

MISSING = fixed("Choose who has it from now on.")


async def fields(desk: Desk, ticket: Ticket, chosen: str) -> tuple[Field, ...]:
    has_it = await tickets.assignees(desk.tx, ticket.id)
    label = say("Who has it from now on")
    hint = say("Each new one gets a direct message.")
    initial = " ".join(person.slack_id for person in has_it)
    return (Field(name="people", kind="people", label=label, hint=hint, initial=initial),)


def line(given: Given, was: Given) -> str:
    return " ".join(f"<@{slack_id}>" for slack_id in given.get("people", "").split())


async def check(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    """Whoever could not be given it anyway; people whom nobody knows yet are looked up by the command."""
    ids = given.get("people", "").split()
    if not ids:
        return {"people": say(MISSING)}
    for slack_id in ids:
        person = await people.by_slack_id(desk.tx, desk.workspace_id, slack_id)
        try:
            if person:
                check_assignable(desk, ticket, person)
        except UserError as refusal:
            return {"people": str(refusal)}
    return {}
