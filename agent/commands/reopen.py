"""`reopen CH-1 <reason>`: it was not over."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.transition import by, change_status
from bot.messages import escape


async def reopen(desk: Desk, said: Said) -> Reply:
    ticket = said.the_ticket
    text = f"*{ticket.name} reopened* by {by(desk)}: {escape(said.text)}"
    await change_status(desk, ticket, "open", reason=said.text, said=f"reopened by {by(desk)}", told=text)
    return text_reply(text, seen_in=ticket)


VERB = Verb(
    name="reopen",
    takes=(Slot.TICKET, Slot.REASON),
    summary="open a resolved or closed ticket again",
    example="reopen CH-1 it fails again on the replica",
    another="wiedereröffnen CH-1 tritt wieder auf",
    action="status",
    act=reopen,
    german=("wiedereröffnen",),
    inverse="resolve",
    changes=("status",),
)
