"""`assign CH-1 @someone`: give a ticket to people; each new one gets a direct message."""

from agent import assign as assignment
from agent import notify
from agent.change import changing
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.duty import warning
from agent.transition import by, require_open
from bot.errors import UserError
from bot.messages import escape
from storage.people import Person
from storage.tickets import Ticket


async def assign(desk: Desk, said: Said) -> Reply:
    """Replace the assignees; the answer says who had it before."""
    ticket = require_open(said.the_ticket)
    for person in said.people:
        check_assignable(desk, ticket, person)
    now = _names(said.people)
    async with changing(desk, ticket, "assign", said=f"assigned to {now} by {by(desk)}", needs="reassign"):
        had = await assignment.take_from_all(desk, ticket)
        warned = await warning(desk, said.people)
        for person in said.people:
            await assignment.give(desk, ticket, person)
        ticket.assign_reason = f"assigned by @{desk.asker.name}"
    was = _names(had) or "nobody"
    for person in said.people:
        if person not in had:
            await notify.tell_assignee(desk, ticket, person)
    return text_reply(f"{notify.headline(ticket)}: {was} → {now}.{warned}")


def check_assignable(desk: Desk, ticket: Ticket, person: Person) -> None:
    """Let pass who can be given the ticket.

    Raises:
        UserError: they cannot, and why.
    """
    if not person.is_active:
        raise UserError(f"@{escape(person.name)} is deactivated in Slack and cannot be assigned.")
    if person.is_outsider:
        raise UserError(f"@{escape(person.name)} is a guest or from another workspace and cannot be assigned.")
    if not desk.may_see(person.slack_id, ticket):
        name = escape(person.name)
        raise UserError(f"{ticket.name} belongs to a private channel that @{name} is not in. Invite them there first.")


def _names(people: tuple[Person, ...] | list[Person]) -> str:
    return ", ".join(f"@{escape(person.name)}" for person in people)


VERB = Verb(
    name="assign",
    takes=(Slot.TICKET, Slot.PEOPLE),
    summary="give a ticket to someone",
    example="assign CH-1 @bob",
    action="reassign",
    act=assign,
    another="give CH-1 @bob @carol",
    also=("give", "reassign"),
    german=("zuweisen", "gib"),
    inverse="unassign",
    changes=("assignees",),
)
