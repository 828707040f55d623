"""`start CH-1`: somebody works on it; `unstart` puts it back to open."""

from dataclasses import dataclass

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.tickets.transition import by, change_status
from bot.messages import escape
from prompts.words import fixed, phrase, say


@dataclass(frozen=True, kw_only=True)
class Way:
    """To a status, and how that is said: on the card, in the thread with words beside it, and in the answer."""

    status: str
    change: str
    told: str
    answer: str


START = Way(
    status="in_progress",
    change=fixed("started by {who}"),
    told=fixed("*{ticket} started* by {who}: {words}"),
    answer=fixed("{ticket} is in progress, started by {who}."),
)
UNSTART = Way(
    status="open",
    change=fixed("put back to open by {who}"),
    told=fixed("*{ticket} put back to open* by {who}: {words}"),
    answer=fixed("{ticket} is open, put back to open by {who}."),
)


async def start(desk: Desk, said: Said) -> Reply:
    return await _go(desk, said, START)


async def unstart(desk: Desk, said: Said) -> Reply:
    return await _go(desk, said, UNSTART)


async def _go(desk: Desk, said: Said, way: Way) -> Reply:
    """Words beside it, which `status CH-1 in progress since noon` may have, go on record and into the thread."""
    ticket, change = said.the_ticket, phrase(way.change, who=by(desk))
    told = phrase(way.told, ticket=ticket.name, who=by(desk), words=escape(said.text)) if said.text else ""
    await change_status(desk, ticket, way.status, reason=said.text or None, said=change, told=told)
    if told:
        return text_reply(str(told), seen_in=ticket)
    return text_reply(say(way.answer, ticket=ticket.name, who=by(desk)), shown_by=ticket)


VERB = Verb(
    name="start",
    takes=(Slot.TICKET,),
    summary=fixed("say that you work on it"),
    example="start CH-1",
    another="wip CH-1",
    action="status",
    act=start,
    also=("working", "wip", "in progress"),
    german=("beginnen",),
    inverse="unstart",
    changes=("status",),
)
BACK = Verb(
    name="unstart",
    takes=(Slot.TICKET,),
    summary=fixed("say that nobody works on it any more"),
    example="unstart CH-1",
    another="please unstart CH-1",
    action="status",
    act=unstart,
    german=("unterbrechen",),
    inverse="start",
    changes=("status",),
)
