"""`claim CH-1`: "I take it"; by someone who has it already, "I have seen it"."""

from agent.assigning import assign
from agent.assigning.duty import warning
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.language import as_kept
from agent.notices import notify
from agent.sla.clocks import acknowledge, is_unseen
from agent.tickets.change import changing
from agent.tickets.transition import by, require_open
from prompts.words import fixed, phrase, say
from storage import people, sla, tickets


async def claim(desk: Desk, said: Said) -> Reply:
    """Assign the ticket to the asker, who needs no message about it."""
    ticket = require_open(said.the_ticket)
    had = await tickets.assignees(desk.tx, ticket.id)
    is_mine = desk.asker.person_id in {person.id for person in had}
    if is_mine and not is_unseen(ticket, await sla.clocks(desk.tx, ticket.id)):
        return text_reply(say("{ticket} is yours already.", ticket=ticket.name), is_private=True)
    warned = ""
    change = phrase(fixed("acknowledged by {who}") if is_mine else fixed("claimed by {who}"), who=by(desk))
    async with changing(desk, ticket, "claim", said=change, needs="status"):
        if not is_mine:
            asker = await people.get(desk.tx, desk.asker.person_id)
            await assign.take_from_all(desk, ticket)
            warned = await warning(desk, [asker])
            await assign.give(desk, ticket, asker)
            ticket.assign_reason = await as_kept(desk, ticket, phrase("claimed"))
        await acknowledge(desk, ticket)
    if warned:
        return text_reply(say("{ticket} is yours.", ticket=notify.headline(ticket)) + warned, is_private=True)
    return text_reply(say("{who} has {ticket}.", who=by(desk), ticket=notify.headline(ticket)), shown_by=ticket)


VERB = Verb(
    name="claim",
    takes=(Slot.TICKET,),
    summary=fixed("take a ticket that nobody has, or confirm that you have seen yours"),
    example="claim CH-1",
    action="claim",
    act=claim,
    another="take CH-1",
    also=("take", "on it", "assign me"),
    german=("übernehmen",),
    inverse="release",
    changes=("assignees",),
)
