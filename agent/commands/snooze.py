"""`snooze CH-1 tomorrow`: its assignees are left in peace until then; its deadlines stay."""

from datetime import datetime, timedelta

from agent import notify
from agent.calendar.opening import Calendar, next_open
from agent.calendar.when import When, read_when
from agent.calendar.whose import calendar_of_person
from agent.change import changing
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.snooze import LONGEST_REASON
from agent.transition import by
from bot.errors import UserError
from bot.messages import moment
from storage.tickets import OPEN

FARTHEST = timedelta(days=90)


async def snooze(desk: Desk, said: Said) -> Reply:
    """Put it off to the asked moment, or to the next one in the asker's hours, and say so."""
    ticket = said.the_ticket
    if ticket.status not in OPEN:
        raise UserError(f"{ticket.name} is {ticket.status}: nothing more comes of it.")
    calendar = await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id)
    when = read_when(said.text, calendar, now=desk.now, farthest=FARTHEST)
    until = next_open(calendar, when.at)
    note = {"reason": (await desk.read_out(when.rest))[:LONGEST_REASON]}
    async with changing(desk, ticket, "snooze", said=f"snoozed by {by(desk)}", needs="status", note=note):
        ticket.snoozed_until = until
    moved = _moved(calendar, when, until)
    return text_reply(f"{notify.headline(ticket)} is snoozed until {moment(until)}.{moved} Its deadlines stay.")


def _moved(calendar: Calendar, when: When, until: datetime) -> str:
    """Why it is another moment than the one that was asked for, as a sentence that follows; empty if it is that one."""
    if when.day and until.astimezone(calendar.zone).date() != when.day:
        return f" {when.day:%a %Y-%m-%d} is no working day, so it is the next moment in your hours."
    if until != when.at:
        asked = f"{when.at.astimezone(calendar.zone):%a %H:%M}"
        return f" {asked} is outside your hours, so it is the next moment in them."
    return ""


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
    changes=("snoozed_until",),
)
