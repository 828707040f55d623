"""`close CH-1 <reason>`: it will not be done, and the thread says why."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.transition import by, change_status
from bot.messages import escape


async def close(desk: Desk, said: Said) -> Reply:
    ticket = said.the_ticket
    text = f"*{ticket.name} closed* by {by(desk)}: {escape(said.text)}"
    await change_status(desk, ticket, "closed", reason=said.text, said=f"closed by {by(desk)}", told=text)
    return text_reply(text, seen_in=ticket)


VERB = Verb(
    name="close",
    takes=(Slot.TICKET, Slot.REASON),
    summary="end a ticket without a fix, and say why",
    example="close CH-1 out of scope",
    another="wontfix CH-1 cannot reproduce",
    action="close",
    act=close,
    also=("wontfix", "reject", "invalid"),
    german=("schließen", "ablehnen"),
    inverse="reopen",
    changes=("status",),
)
