"""`close CH-1 <reason>`: it will not be done, and the thread says why."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.tickets.transition import by, change_status
from bot.messages import escape
from prompts.words import fixed, phrase


async def close(desk: Desk, said: Said) -> Reply:
    ticket = said.the_ticket
    text = phrase("*{ticket} closed* by {who}: {why}", ticket=ticket.name, who=by(desk), why=escape(said.text))
    change = phrase("closed by {who}", who=by(desk))
    await change_status(desk, ticket, "closed", reason=said.text, said=change, told=text)
    return text_reply(str(text), seen_in=ticket)


VERB = Verb(
    name="close",
    takes=(Slot.TICKET, Slot.REASON),
    summary=fixed("end a ticket without a fix, and say why"),
    example="close CH-1 out of scope",
    another="wontfix CH-1 cannot reproduce",
    action="close",
    act=close,
    also=("wontfix", "reject", "invalid"),
    german=("schließen", "ablehnen"),
    inverse="reopen",
    changes=("status",),
)
