"""`still broken`: a ticket that is done is not, says whoever sees it; on an open one it is a remark."""

from agent.commands.reopen import reopen
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.language import as_kept
from agent.proposals.asking import asked
from agent.proposals.proposal import may, propose
from agent.reports.report import add_comment
from agent.status_words import words as status_words
from bot.access import can
from bot.events import Place
from prompts.words import fixed, phrase, say
from storage.tickets import OPEN

NEEDS = "status"
STILL = fixed("still broken")


async def still_broken(desk: Desk, said: Said) -> Reply:
    """Open it again, or ask those who may."""
    ticket = said.the_ticket
    words = await as_kept(desk, ticket, phrase(STILL))
    reason = f"{words}: {said.text}" if said.text else words
    if ticket.status in OPEN:
        if not can(desk.asker, "comment", await desk.target(ticket)):
            text = fixed("{ticket} is {status}: nobody says that it is done.")
            return text_reply(say(text, ticket=ticket.name, status=status_words(ticket.status)), is_private=True)
        await add_comment(desk, ticket, reason, desk.place or Place(channel_id=""))
        kept = say("{ticket} is open; that is kept as a comment on it.", ticket=ticket.name)
        return text_reply(kept, is_private=True)
    if not await may(desk, said, NEEDS):
        asked_for = phrase("open {ticket} again, since it is still broken", ticket=ticket.name)
        asks = await as_kept(desk, ticket, asked_for)
        proposal = await propose(desk, VERB.name, said, asks=asks, needs=NEEDS, becomes={"status": "open"})
        return await asked(desk, proposal, ticket)
    return await reopen(desk, Said(ticket=ticket, text=reason))


VERB = Verb(
    name="still-broken",
    takes=(Slot.TICKET, Slot.NOTE),
    summary=fixed("say that a resolved or closed ticket is not done"),
    example="still-broken CH-1 on the replica",
    another="still broken CH-1",
    action="ask",
    act=still_broken,
    also=("still broken",),
    german=("immer noch kaputt", "geht immer noch nicht"),
    inverse="undo",
    changes=("status",),
)
