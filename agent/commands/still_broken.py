"""`still broken`: a ticket that is done is not, says whoever sees it; on an open one it is a remark."""

from agent.asking import asked
from agent.card import words
from agent.commands.reopen import reopen
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.proposals import may, propose
from agent.report import add_comment
from bot.access import can
from bot.events import Place
from storage.tickets import OPEN

NEEDS = "status"
WORDS = "still broken"


async def still_broken(desk: Desk, said: Said) -> Reply:
    """Open it again, or ask those who may."""
    ticket = said.the_ticket
    reason = f"{WORDS}: {said.text}" if said.text else WORDS
    if ticket.status in OPEN:
        if not can(desk.asker, "comment", await desk.target(ticket)):
            return text_reply(f"{ticket.name} is {words(ticket.status)}: nobody says that it is done.", is_private=True)
        await add_comment(desk, ticket, reason, desk.place or Place(channel_id=""))
        return text_reply(f"{ticket.name} is open; that is kept as a comment on it.", is_private=True)
    if not await may(desk, said, NEEDS):
        asks = f"open {ticket.name} again, since it is still broken"
        proposal = await propose(desk, VERB.name, said, asks=asks, needs=NEEDS, becomes={"status": "open"})
        return await asked(desk, proposal, ticket)
    return await reopen(desk, Said(ticket=ticket, text=reason))


VERB = Verb(
    name="still-broken",
    takes=(Slot.TICKET, Slot.NOTE),
    summary="say that a resolved or closed ticket is not done",
    example="still-broken CH-1 on the replica",
    another="still broken CH-1",
    action="ask",
    act=still_broken,
    also=(WORDS,),
    german=("immer noch kaputt", "geht immer noch nicht"),
    inverse="undo",
    changes=("status",),
)
