"""`unsnooze CH-1`: what was put off is back at once."""

from agent import notify
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.snooze import end
from agent.transition import by
from bot.errors import UserError


async def unsnooze(desk: Desk, said: Said) -> Reply:
    ticket = said.the_ticket
    if ticket.snoozed_until is None:
        raise UserError(f"{ticket.name} is not snoozed.")
    desk.audit(
        "unsnooze",
        "ticket",
        ticket.id,
        before={"snoozed_until": ticket.snoozed_until.isoformat()},
        after={"snoozed_until": None},
    )
    await end(desk, ticket)
    await notify.show_card(desk, ticket, change=f"no longer snoozed, by {by(desk)}")
    return text_reply(f"{notify.headline(ticket)} is no longer snoozed.", shown_by=ticket)


VERB = Verb(
    name="unsnooze",
    takes=(Slot.TICKET,),
    summary="end a snooze before its time",
    example="unsnooze CH-1",
    action="status",
    act=unsnooze,
    another="please unsnooze CH-1",
    inverse="snooze",
)
