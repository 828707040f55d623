"""`unassign CH-1 @someone`: they no longer have it; nobody is chosen in their place."""

from agent.assigning import assign
from agent.commands.assign import was_and_now
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.language import as_kept
from agent.notices import notify
from agent.tickets.change import changing
from agent.tickets.transition import by, require_open
from bot.errors import UserError
from bot.messages import by_name, escape
from prompts.words import fixed, phrase, say
from storage import tickets


async def unassign(desk: Desk, said: Said) -> Reply:
    ticket = require_open(said.the_ticket)
    had = await tickets.assignees(desk.tx, ticket.id)
    if strangers := [person for person in said.people if person not in had]:
        refusal = fixed("{ticket} is not with @{who}. `show {ticket}` says whose.")
        raise UserError(say(refusal, ticket=ticket.name, who=escape(strangers[0].name)))
    names = by_name(person.name for person in said.people)
    change = phrase("taken from {whom} by {who}", whom=names, who=by(desk))
    async with changing(desk, ticket, "unassign", said=change, needs="reassign"):
        for person in said.people:
            await assign.take_from(desk, ticket, person)
        whom = ", ".join(person.name for person in said.people)
        reason = phrase("taken from {whom} by {who}", whom=whom, who=desk.asker.name)
        ticket.assign_reason = await as_kept(desk, ticket, reason)
    left = [person for person in had if person not in said.people]
    if not left:
        await notify.tell_managers(desk, ticket, assigned=[])
    taken = say("{ticket} was {change}: {has_it}.", ticket=ticket.name, change=change, has_it=was_and_now(had, left))
    if left and left[0] != had[0]:
        taken += say(" @{who} is the main one now.", who=escape(left[0].name))
    return text_reply(taken, shown_by=ticket)


VERB = Verb(
    name="unassign",
    takes=(Slot.TICKET, Slot.PEOPLE),
    summary=fixed("take a ticket from someone"),
    example="unassign CH-1 @bob",
    another="unassign CH-1 @bob @carol",
    action="reassign",
    act=unassign,
    german=("entziehen",),
    inverse="assign",
    changes=("assignees",),
)
