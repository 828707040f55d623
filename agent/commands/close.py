"""`close CH-1 <reason>`: it will not be done, and the thread says why."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.language import of_ticket
from agent.tickets.answers import with_answer
from agent.tickets.transition import by, change_status
from bot.messages import escape
from prompts.words import fixed, phrase, say, speaking


async def close(desk: Desk, said: Said) -> Reply:
    """The reason is required and goes on record as it was said."""
    ticket, text = said.the_ticket, await _told(desk, said)
    with speaking(await of_ticket(desk, ticket)):
        told = await _told(desk, said)
    await change_status(
        desk, ticket, "closed", reason=said.text, said=phrase("closed by {who}", who=by(desk)), told=told
    )
    return text_reply(text, seen_in=ticket)


async def _told(desk: Desk, said: Said) -> str:
    """Who closed it and why, and what the team adds."""
    ticket = said.the_ticket
    closed = say("*{ticket} closed* by {who}: {why}", ticket=ticket.name, who=by(desk), why=escape(said.text))
    return await with_answer(desk, ticket, closed, verb=VERB.name)


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
