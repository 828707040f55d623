"""`snooze CH-1 tomorrow`: its assignees are left in peace until then; its deadlines stay."""

import re
from datetime import datetime, timedelta

from agent import notify
from agent.calendar.opening import Calendar, next_open
from agent.calendar.when import When, read_when
from agent.calendar.whose import calendar_of_person
from agent.change import changing
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.snooze import ACTIVITY, LONGEST_REASON
from agent.transition import by
from bot.errors import UserError
from bot.messages import moment
from storage.tickets import OPEN, Ticket

FARTHEST = timedelta(days=90)
_EXACTLY = re.compile(r"exactly\b[,\s]*", re.IGNORECASE)
UNTIL_ACTIVITY = re.compile(r"(?:until\s+)?activity\b[,\s]*", re.IGNORECASE)


async def snooze(desk: Desk, said: Said) -> Reply:
    """Put it off to the asked moment, or to the next one in the asker's hours, and say so."""
    ticket = said.the_ticket
    if ticket.status not in OPEN:
        raise UserError(f"{ticket.name} is {ticket.status}: nothing more comes of it.")
    if found := UNTIL_ACTIVITY.match(said.text):
        until = desk.now + FARTHEST
        await put_off(desk, ticket, until, kind=ACTIVITY, why=said.text[found.end() :])
        how = f"until somebody does something with it, at most until {moment(until)}."
    else:
        how = await _until(desk, ticket, said.text)
    return text_reply(f"{notify.headline(ticket)} is snoozed {how} Its deadlines stay.")


async def _until(desk: Desk, ticket: Ticket, words: str) -> str:
    """Put it off to the moment that the words begin with; until when, and why not the one that was asked for."""
    calendar = await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id)
    when = read_when(words, calendar, now=desk.now, farthest=FARTHEST)
    exactly = _EXACTLY.match(when.rest)
    until = when.at if exactly else next_open(calendar, when.at)
    await put_off(desk, ticket, until, kind=None, why=when.rest[exactly.end() :] if exactly else when.rest)
    return f"until {moment(until)}.{_moved(calendar, when, until)}"


async def put_off(desk: Desk, ticket: Ticket, until: datetime, *, kind: str | None, why: str) -> None:
    """Flag the ticket, and plan the one message that ends it."""
    reason = (await desk.read_out(why))[:LONGEST_REASON]
    said = f"snoozed by {by(desk)}"
    async with changing(desk, ticket, "snooze", said=said, needs="status", note={"reason": reason}):
        ticket.snoozed_until, ticket.snooze_kind = until, kind


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
