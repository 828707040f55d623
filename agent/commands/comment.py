"""`comment CH-1 <text>`: a remark on a ticket from wherever one is."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.reports.report import add_comment
from agent.tickets import stays
from bot.events import Place
from bot.messages import escape
from prompts.words import fixed, say


async def comment(desk: Desk, said: Said) -> Reply:
    ticket = said.the_ticket
    text = said.text if desk.is_typed else escape(said.text)  # Slack escapes what is typed
    await add_comment(desk, ticket, text, desk.place or Place(channel_id=""))
    stays.keep(desk, stays.REMARKED, ticket)
    return text_reply(
        say("Kept as a comment on {ticket}; `show {ticket}` shows the last ones.", ticket=ticket.name), is_private=True
    )


VERB = Verb(
    name="comment",
    takes=(Slot.TICKET, Slot.TEXT),
    summary=fixed("add a remark to a ticket"),
    example="comment CH-1 the replica is fine",
    another="note CH-1 happens since the deploy",
    action="comment",
    act=comment,
    also=("note", "add"),
    german=("kommentar", "notiz"),
    no_inverse="what was said stays said; edit or delete the message",
)
