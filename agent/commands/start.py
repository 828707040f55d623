"""`start CH-1`: somebody works on it; `unstart` puts it back to open."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.transition import by, change_status
from bot.messages import escape


async def start(desk: Desk, said: Said) -> Reply:
    return await _set(desk, said, "in_progress", doing="started")


async def unstart(desk: Desk, said: Said) -> Reply:
    return await _set(desk, said, "open", doing="put back to open")


async def _set(desk: Desk, said: Said, status: str, *, doing: str) -> Reply:
    """Words beside it, which `status CH-1 in progress since noon` may have, go on record and into the thread."""
    ticket = said.the_ticket
    text = f"*{ticket.name} {doing}* by {by(desk)}: {escape(said.text)}" if said.text else ""
    await change_status(desk, ticket, status, reason=said.text or None, said=f"{doing} by {by(desk)}", told=text)
    if text:
        return text_reply(text, seen_in=ticket)
    return text_reply(f"{ticket.name} is {status.replace('_', ' ')}, {doing} by {by(desk)}.", shown_by=ticket)


VERB = Verb(
    name="start",
    takes=(Slot.TICKET,),
    summary="say that you work on it",
    example="start CH-1",
    another="wip CH-1",
    action="status",
    act=start,
    also=("working", "wip"),
    german=("beginnen",),
    inverse="unstart",
    changes=("status",),
)
BACK = Verb(
    name="unstart",
    takes=(Slot.TICKET,),
    summary="say that nobody works on it any more",
    example="unstart CH-1",
    another="please unstart CH-1",
    action="status",
    act=unstart,
    inverse="start",
    changes=("status",),
)
