"""`withdraw CH-1`: what was reported is no problem any more, says who reported it; a manager agrees with one press."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.language import as_kept
from agent.proposals.asking import asked
from agent.proposals.proposal import may, propose
from agent.tickets.transition import by, change_status, require_open
from bot.messages import escape
from prompts.words import fixed, phrase
from storage import people

NEEDS = "close"


async def withdraw(desk: Desk, said: Said) -> Reply:
    """Close it as withdrawn, or ask those who may."""
    ticket = require_open(said.the_ticket)
    if not await may(desk, said, NEEDS):
        words = await as_kept(desk, ticket, phrase("withdraw {ticket}", ticket=ticket.name))
        becomes = {"status": "closed"}
        return await asked(desk, await propose(desk, VERB.name, said, asks=words, needs=NEEDS, becomes=becomes), ticket)
    asker = await people.get(desk.tx, said.proposal.asker_id) if said.proposal else None
    withdrawn = phrase("withdrawn by {who}", who=asker.name if asker else desk.asker.name)
    reason = await as_kept(desk, ticket, withdrawn)
    text = fixed("*{ticket} closed* by {who}: {reason}")
    told = phrase(text, ticket=ticket.name, who=by(desk), reason=escape(reason))
    change = phrase("closed by {who}", who=by(desk))
    await change_status(desk, ticket, "closed", reason=reason, said=change, told=told)
    return text_reply(str(told), seen_in=ticket)


VERB = Verb(
    name="withdraw",
    takes=(Slot.TICKET,),
    summary=fixed("say that what was reported is no problem any more"),
    example="withdraw CH-1",
    another="zurückziehen CH-1",
    action="ask",
    act=withdraw,
    german=("zurückziehen",),
    inverse="reopen",
    changes=("status",),
)
