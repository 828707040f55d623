"""`withdraw CH-1`: what was reported is no problem any more, says who reported it; a manager agrees with one press."""

from agent.asking import asked
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.proposals import may, propose
from agent.transition import by, change_status, require_open
from bot.messages import escape
from storage import people

NEEDS = "close"


async def withdraw(desk: Desk, said: Said) -> Reply:
    """Close it as withdrawn, or ask those who may."""
    ticket = require_open(said.the_ticket)
    if not await may(desk, said, NEEDS):
        words, becomes = f"withdraw {ticket.name}", {"status": "closed"}
        return await asked(desk, await propose(desk, VERB.name, said, asks=words, needs=NEEDS, becomes=becomes), ticket)
    asker = await people.get(desk.tx, said.proposal.asker_id) if said.proposal else None
    reason = f"withdrawn by {asker.name if asker else desk.asker.name}"
    text = f"*{ticket.name} closed* by {by(desk)}: {escape(reason)}"
    await change_status(desk, ticket, "closed", reason=reason, said=f"closed by {by(desk)}", told=text)
    return text_reply(text, seen_in=ticket)


VERB = Verb(
    name="withdraw",
    takes=(Slot.TICKET,),
    summary="say that what was reported is no problem any more",
    example="withdraw CH-1",
    another="zurückziehen CH-1",
    action="ask",
    act=withdraw,
    german=("zurückziehen",),
    inverse="reopen",
    changes=("status",),
)
