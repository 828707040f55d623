"""`unassign CH-1 @someone`: they no longer have it; nobody is chosen in their place."""

from agent import assign
from agent.change import changing
from agent.commands.assign import was_and_now
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.transition import by, require_open
from bot.errors import UserError
from bot.messages import escape
from storage import tickets


async def unassign(desk: Desk, said: Said) -> Reply:
    ticket = require_open(said.the_ticket)
    had = await tickets.assignees(desk.tx, ticket.id)
    if strangers := [person for person in said.people if person not in had]:
        raise UserError(f"{ticket.name} is not with @{escape(strangers[0].name)}. `show {ticket.name}` says whose.")
    names = ", ".join(f"@{escape(person.name)}" for person in said.people)
    change = f"taken from {names} by {by(desk)}"
    async with changing(desk, ticket, "unassign", said=change, needs="reassign"):
        for person in said.people:
            await assign.take_from(desk, ticket, person)
        ticket.assign_reason = f"taken from {', '.join(person.name for person in said.people)} by {desk.asker.name}"
    left = [person for person in had if person not in said.people]
    promoted = f" @{escape(left[0].name)} is the main one now." if left and left[0] != had[0] else ""
    return text_reply(f"{ticket.name} was {change}: {was_and_now(had, left)}.{promoted}", shown_by=ticket)


VERB = Verb(
    name="unassign",
    takes=(Slot.TICKET, Slot.PEOPLE),
    summary="take a ticket from someone",
    example="unassign CH-1 @bob",
    another="unassign CH-1 @bob @carol",
    action="reassign",
    act=unassign,
    german=("entziehen",),
    inverse="assign",
    changes=("assignees",),
)
