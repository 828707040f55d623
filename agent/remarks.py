"""What is said to the bot in a ticket's thread and is no command: a remark on that ticket."""

from agent.desk import Desk
from agent.notices import notify
from agent.reply import Reply, text_reply
from agent.reports.report import add_comment
from agent.tickets import merging
from prompts.words import fixed, say
from storage.tickets import Ticket

STAYS = fixed("{other}, which that is a duplicate of, is read outside of this channel: `comment {other} …` goes there.")
ANOTHER = fixed("For another ticket write `@chargehand new: …` and what is wrong.")


async def remark(desk: Desk, own: Ticket, text: str) -> Reply:
    """Keep it as a comment on the thread's ticket; of a duplicate on the one that it is one of, unless more people
    read that."""
    await desk.check("comment", own, doing=say("comment on {ticket}", ticket=own.name), instead=say(ANOTHER))
    place = desk.place
    assert place is not None
    ticket = await merging.keeper(desk, own)
    await add_comment(desk, ticket, text, place)
    if ticket is not own:
        kept = text_reply(say("Kept as a comment on {ticket}.", ticket=notify.headline(ticket)))
        return merging.said_so(desk, kept, own, ticket)
    kept_here = say("Kept as a comment on {ticket}, which this thread is about.", ticket=notify.headline(ticket))
    if (end := await merging.meant(desk, own)) is not own:
        return text_reply(f"{kept_here} {say(STAYS, other=end.name)}")
    return text_reply(f"{kept_here} {say(ANOTHER)}")
