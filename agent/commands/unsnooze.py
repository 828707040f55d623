"""`unsnooze CH-1`: what was put off is back at once."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.notices import notify
from agent.tickets.change import changing
from agent.tickets.transition import by
from bot.errors import UserError
from prompts.words import fixed, phrase, say


async def unsnooze(desk: Desk, said: Said) -> Reply:
    ticket = said.the_ticket
    if ticket.snoozed_until is None:
        raise UserError(say("{ticket} is not snoozed.", ticket=ticket.name))
    change = phrase("no longer snoozed, by {who}", who=by(desk))
    async with changing(desk, ticket, "unsnooze", said=change, needs="status"):
        ticket.snoozed_until = ticket.snooze_kind = None
    return text_reply(say("{ticket} is no longer snoozed.", ticket=notify.headline(ticket)), shown_by=ticket)


VERB = Verb(
    name="unsnooze",
    takes=(Slot.TICKET,),
    summary=fixed("end a snooze before its time"),
    example="unsnooze CH-1",
    action="status",
    act=unsnooze,
    german=("wecken",),
    another="please unsnooze CH-1",
    inverse="snooze",
    changes=("snoozed_until",),
)
