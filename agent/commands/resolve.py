"""`resolve CH-1 <reason>`: who reported it reads in the thread who fixed it, after how long and how."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.language import of_ticket
from agent.tickets import plain_words
from agent.tickets.answers import with_answer
from agent.tickets.reporter import called_first
from agent.tickets.took import took
from agent.tickets.transition import by, change_status
from bot.messages import escape
from prompts.words import fixed, phrase, say, speaking


async def resolve(desk: Desk, said: Said) -> Reply:
    """The reason is required and goes on record as it was said."""
    ticket, text = said.the_ticket, await _told(desk, said)
    with speaking(await of_ticket(desk, ticket)):
        told = await called_first(desk, ticket, doer_id=desk.asker.person_id) + await _told(desk, said)
    change = phrase("resolved by {who}", who=by(desk))
    await change_status(desk, ticket, "resolved", reason=said.text, said=change, told=told)
    await plain_words.ask_for(desk, ticket)
    return text_reply(text, seen_in=ticket)


async def _told(desk: Desk, said: Said) -> str:
    """Who resolved it, after how long and how, and what the team adds."""
    ticket, duration = said.the_ticket, await took(desk, said.the_ticket)
    text = fixed("*{ticket} resolved* by {who} after {duration}: {reason}")
    resolved = say(text, ticket=ticket.name, who=by(desk), duration=duration, reason=escape(said.text))
    return await with_answer(desk, ticket, resolved, verb=VERB.name)


VERB = Verb(
    name="resolve",
    takes=(Slot.TICKET, Slot.REASON),
    summary=fixed("say that it is fixed, and how"),
    example="resolve CH-1 failed over to the replica",
    another="fixed CH-1: rolled back the deploy",
    action="status",
    act=resolve,
    also=("fix", "fixed", "done", "solved"),
    german=("erledigt", "gelöst", "behoben"),
    inverse="reopen",
    changes=("status",),
)
