"""`snooze CH-1 tomorrow`: its assignees are left in peace until then; its deadlines stay."""

from agent import notify
from agent.calendar.when import read_when
from agent.calendar.whose import calendar_of_person
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.snooze import LONGEST_REASON, put_off
from agent.transition import by
from bot.errors import UserError
from bot.messages import moment
from storage.tickets import OPEN


async def snooze(desk: Desk, said: Said) -> Reply:
    """Put it off to the asked moment, or to the next one in the asker's hours, and say so."""
    ticket = said.the_ticket
    if ticket.status not in OPEN:
        raise UserError(f"{ticket.name} is {ticket.status}: nothing more comes of it.")
    calendar = await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id)
    when = read_when(said.text, calendar, now=desk.now)
    before = ticket.snoozed_until
    reason = (await desk.read_out(when.rest))[:LONGEST_REASON]
    await put_off(desk, ticket, when.at, reason=reason)
    desk.audit(
        "snooze",
        "ticket",
        ticket.id,
        before={"snoozed_until": before.isoformat() if before else None},
        after={"snoozed_until": when.at.isoformat(), "reason": reason},
    )
    await notify.show_card(desk, ticket, change=f"snoozed by {by(desk)}")
    moved = f" {when.moved}, so it is the next moment in your hours." if when.moved else ""
    return text_reply(f"{notify.headline(ticket)} is snoozed until {moment(when.at)}.{moved} Its deadlines stay.")


VERB = Verb(
    name="snooze",
    takes=(Slot.TICKET, Slot.WHEN),
    summary="leave its assignees in peace until then; deadlines stay, and managers still hear of a breach",
    example="snooze CH-1 tomorrow waiting for the vendor",
    action="status",
    act=snooze,
    also=("later",),
    another="later CH-1 2h",
    german=("später",),
    inverse="unsnooze",
)
