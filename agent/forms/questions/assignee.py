"""Reassign: who has it now stands in the form; whoever stands in it when it is sent has it."""

from agent.commands.assign import check_assignable
from agent.desk import Desk
from agent.forms.kind import Given, language_of
from bot.errors import UserError
from bot.forms import Field, Words
from storage import people, tickets
from storage.tickets import Ticket

MISSING = Words("Choose who has it from now on.", "Wähle, wer es ab jetzt hat.")


async def fields(desk: Desk, ticket: Ticket, chosen: str) -> tuple[Field, ...]:
    has_it = await tickets.assignees(desk.tx, ticket.id)
    label = Words("Who has it from now on", "Wer es ab jetzt hat")
    hint = Words("Each new one gets a direct message.", "Wer neu ist, bekommt eine Direktnachricht.")
    initial = " ".join(person.slack_id for person in has_it)
    return (Field(name="people", kind="people", label=label, hint=hint, initial=initial),)


def line(given: Given, was: Given) -> str:
    return " ".join(f"<@{slack_id}>" for slack_id in given.get("people", "").split())


async def check(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    """Whoever could not be given it anyway; people whom nobody knows yet are looked up by the command."""
    ids = given.get("people", "").split()
    if not ids:
        return {"people": MISSING.of(await language_of(desk))}
    for slack_id in ids:
        person = await people.by_slack_id(desk.tx, desk.workspace_id, slack_id)
        try:
            if person:
                check_assignable(desk, ticket, person)
        except UserError as refusal:
            return {"people": str(refusal)}
    return {}
