"""`ack CH-1`: "I have seen it", without a change of who has it; `unack` takes that back."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.sla.clocks import acknowledge, is_unseen
from agent.status_words import words
from agent.tickets.change import changing
from agent.tickets.transition import by, require_open
from bot.errors import UserError
from prompts.words import fixed, phrase, say
from storage import sla


async def ack(desk: Desk, said: Said) -> Reply:
    ticket = require_open(said.the_ticket)
    if not is_unseen(ticket, await sla.clocks(desk.tx, ticket.id)):
        return text_reply(say("{ticket} is acknowledged already.", ticket=ticket.name), is_private=True)
    async with changing(desk, ticket, "ack", said=phrase("acknowledged by {who}", who=by(desk)), needs="status"):
        await acknowledge(desk, ticket)
    return text_reply(say("{ticket} is acknowledged by {who}.", ticket=ticket.name, who=by(desk)), shown_by=ticket)


async def unack(desk: Desk, said: Said) -> Reply:
    ticket = said.the_ticket
    if ticket.status != "open":
        raise UserError(
            say("{ticket} is {status}, so it has been seen.", ticket=ticket.name, status=words(ticket.status))
        )
    if ticket.acknowledged_at is None:
        return text_reply(say("{ticket} is not acknowledged.", ticket=ticket.name), is_private=True)
    change = phrase("set back to not acknowledged by {who}", who=by(desk))
    async with changing(desk, ticket, "unack", said=change, needs="status"):
        ticket.acknowledged_at = None
    return text_reply(say("{ticket} is not acknowledged any more.", ticket=ticket.name), shown_by=ticket)


VERB = Verb(
    name="ack",
    takes=(Slot.TICKET,),
    summary=fixed("say that you have seen it"),
    example="ack CH-1",
    another="acknowledge CH-1",
    action="status",
    act=ack,
    also=("acknowledge", "seen"),
    german=("gesehen",),
    inverse="unack",
    changes=("acknowledged_at",),
)
BACK = Verb(
    name="unack",
    takes=(Slot.TICKET,),
    summary=fixed("say that nobody has seen it yet"),
    example="unack CH-1",
    another="please unack CH-1",
    action="status",
    act=unack,
    german=("ungesehen",),
    inverse="ack",
    changes=("acknowledged_at",),
)
