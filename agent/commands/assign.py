"""`assign CH-1 @someone`: give a ticket to people; each new one gets a direct message."""

from agent import assign as assignment
from agent import notify
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.duty import warning
from agent.transition import by
from bot.errors import UserError
from bot.messages import escape
from storage.people import Person
from storage.tickets import OPEN, Ticket


async def assign(desk: Desk, said: Said) -> Reply:
    """Replace the assignees; the answer says who had it before."""
    ticket = said.the_ticket
    if ticket.status not in OPEN:
        raise UserError(f"{ticket.name} is {ticket.status}; `reopen {ticket.name} …` with a reason opens it again.")
    for person in said.people:
        _check(desk, ticket, person)
    had = await assignment.take_from_all(desk, ticket)
    warned = await warning(desk, said.people)
    for person in said.people:
        await assignment.give(desk, ticket, person)
    await desk.tx.flush()
    ticket.assign_reason = f"assigned by @{desk.asker.name}"
    before = [person.id for person in had]
    desk.audit(
        "assign",
        "ticket",
        ticket.id,
        before={"assignees": before},
        after={"assignees": [person.id for person in said.people]},
    )
    was, now = _names(had) or "nobody", _names(said.people)
    change = f"assigned to {now} by {by(desk)}"
    await notify.show_card(desk, ticket, change=change)
    await notify.settle_calls(desk, ticket, change)
    for person in said.people:
        if person.id not in before:
            await notify.tell_assignee(desk, ticket, person)
    return text_reply(f"{notify.headline(ticket)}: {was} → {now}.{warned}")


def _check(desk: Desk, ticket: Ticket, person: Person) -> None:
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
    also=("give", "reassign"),
)
