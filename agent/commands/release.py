"""`release CH-1 <reason>`: who has it gives it back, and the next one of the team gets it."""

from agent.assigning import assign
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.notices import notify
from agent.tickets.change import changing
from agent.tickets.transition import by, require_open, set_status
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, phrase, say
from storage import people, tickets
from storage.people import Person
from storage.tickets import Ticket


async def release(desk: Desk, said: Said) -> Reply:
    """Where others have it too it stays with them; else it is given out anew, and nobody has begun."""
    ticket = require_open(said.the_ticket)
    me = await people.get(desk.tx, desk.asker.person_id)
    if me not in await tickets.assignees(desk.tx, ticket.id):
        refusal = fixed("{ticket} is not yours, so you cannot give it back. `show {ticket}` says whose.")
        raise UserError(say(refusal, ticket=ticket.name))
    text = fixed("*{ticket} given back* by {who}: {reason}")
    told = phrase(text, ticket=ticket.name, who=by(desk), reason=escape(said.text))
    change, note = phrase("given back by {who}", who=by(desk)), {"reason": said.text}
    async with changing(desk, ticket, "release", said=change, needs="claim", told=told, note=note):
        chosen = await _pass_on(desk, ticket, me)
    has_it = await tickets.assignees(desk.tx, ticket.id)
    if chosen:
        await notify.tell_assignee(desk, ticket, chosen)
    gave_back = phrase(" @{name} gave it back: {reason}.", name=escape(desk.asker.name), reason=escape(said.text))
    await notify.tell_managers(desk, ticket, assigned=has_it, gave_back=gave_back)
    return text_reply(str(told), seen_in=ticket)


async def _pass_on(desk: Desk, ticket: Ticket, me: Person) -> Person | None:
    """Take it from the asker; the person who was chosen anew, if nobody else had it."""
    if await assign.take_from(desk, ticket, me):
        return None
    if ticket.status == "in_progress":
        set_status(ticket, "open", reason=None, now=desk.now)
    ticket.acknowledged_at = None
    choice = await assign.assign_automatically(desk, ticket)
    return choice.person


VERB = Verb(
    name="release",
    takes=(Slot.TICKET, Slot.REASON),
    summary=fixed("give back a ticket of yours, and say why"),
    example="release CH-1 I am on another incident",
    another="freigeben CH-1 bin im Urlaub",
    action="status",
    act=release,
    german=("freigeben", "zurückgeben"),
    inverse="claim",
    changes=("assignees",),
)
