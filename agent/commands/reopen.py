"""`reopen CH-1 <reason>`: it was not over."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.tickets.transition import by, change_status
from bot.messages import escape
from prompts.words import fixed, phrase


async def reopen(desk: Desk, said: Said) -> Reply:
    ticket = said.the_ticket
    text = fixed("*{ticket} reopened* by {who}: {reason}")
    told = phrase(text, ticket=ticket.name, who=by(desk), reason=escape(said.text))
    change = phrase("reopened by {who}", who=by(desk))
    await change_status(desk, ticket, "open", reason=said.text, said=change, told=told)
    return text_reply(str(told), seen_in=ticket)


VERB = Verb(
    name="reopen",
    takes=(Slot.TICKET, Slot.REASON),
    summary=fixed("open a resolved or closed ticket again"),
    example="reopen CH-1 it fails again on the replica",
    another="wiedereröffnen CH-1 tritt wieder auf",
    action="status",
    act=reopen,
    german=("wiedereröffnen",),
    inverse="resolve",
    changes=("status",),
)
