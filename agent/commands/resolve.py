"""`resolve CH-1 <reason>`: the thread says who fixed it, after how long and how."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.took import took
from agent.transition import by, change_status
from bot.messages import escape


async def resolve(desk: Desk, said: Said) -> Reply:
    """The reason is required and goes on record as it was said."""
    ticket = said.the_ticket
    text = f"*{ticket.name} resolved* by {by(desk)} after {await took(desk, ticket)}: {escape(said.text)}"
    await change_status(desk, ticket, "resolved", reason=said.text, said=f"resolved by {by(desk)}", told=text)
    return text_reply(text, seen_in=ticket)


VERB = Verb(
    name="resolve",
    takes=(Slot.TICKET, Slot.REASON),
    summary="say that it is fixed, and how",
    example="resolve CH-1 failed over to the replica",
    another="fixed CH-1: rolled back the deploy",
    action="status",
    act=resolve,
    also=("fix", "fixed", "done", "solved"),
    german=("erledigt", "gelöst", "behoben"),
    inverse="reopen",
    changes=("status",),
)
