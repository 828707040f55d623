"""`snooze CH-1 tomorrow`: its assignees are left in peace until then; its deadlines stay."""

import re
from datetime import datetime, timedelta

from agent.calendar.opening import Calendar, day_of, next_open
from agent.calendar.week import dated, weekday
from agent.calendar.when import When, read_when
from agent.calendar.whose import calendar_of_person
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.notices import notify
from agent.status_words import words
from agent.tickets.change import changing
from agent.tickets.snooze import ACTIVITY, LONGEST_REASON
from agent.tickets.transition import by
from bot.errors import UserError
from bot.messages import moment
from prompts.words import fixed, phrase, say
from storage.tickets import OPEN, Ticket

FARTHEST = timedelta(days=90)
_EXACTLY = re.compile(r"exactly\b[,\s]*", re.IGNORECASE)
UNTIL_ACTIVITY = re.compile(r"(?:until\s+)?activity\b[,\s]*", re.IGNORECASE)


async def snooze(desk: Desk, said: Said) -> Reply:
    """Put it off to the asked moment, or to the next one in the asker's hours, and say so."""
    ticket = said.the_ticket
    if ticket.status not in OPEN:
        raise UserError(
            say("{ticket} is {status}: nothing more comes of it.", ticket=ticket.name, status=words(ticket.status))
        )
    if found := UNTIL_ACTIVITY.match(said.text):
        until = desk.now + FARTHEST
        await put_off(desk, ticket, until, kind=ACTIVITY, why=said.text[found.end() :])
        how = say("until somebody does something with it, at most until {until}.", until=moment(until))
    else:
        how = await _until(desk, ticket, said.text)
    return text_reply(say("{ticket} is snoozed {how} Its deadlines stay.", ticket=notify.headline(ticket), how=how))


async def _until(desk: Desk, ticket: Ticket, asked: str) -> str:
    """Put it off to the moment that the asked words begin with; until when, and why not the one that was asked for."""
    calendar = await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id)
    when = read_when(asked, calendar, now=desk.now, farthest=FARTHEST)
    exactly = _EXACTLY.match(when.rest)
    until = when.at if exactly else next_open(calendar, when.at)
    await put_off(desk, ticket, until, kind=None, why=when.rest[exactly.end() :] if exactly else when.rest)
    return say("until {until}.", until=moment(until)) + _moved(calendar, when, until)


async def put_off(desk: Desk, ticket: Ticket, until: datetime, *, kind: str | None, why: str) -> None:
    """Flag the ticket, and plan the one message that ends it."""
    reason = (await desk.read_out(why))[:LONGEST_REASON]
    said = phrase("snoozed by {who}", who=by(desk))
    async with changing(desk, ticket, "snooze", said=said, needs="status", note={"reason": reason}):
        ticket.snoozed_until, ticket.snooze_kind = until, kind


def _moved(calendar: Calendar, when: When, until: datetime) -> str:
    """Why it is another moment than the one that was asked for, as a sentence that follows; empty if it is that one."""
    if when.day and not day_of(calendar, when.day).openings:
        return say(" {day} is no working day, so it is the next moment in your hours.", day=dated(when.day))
    if until != when.at:
        there = when.at.astimezone(calendar.zone)
        asked = f"{weekday(there)} {there:%H:%M}"
        return say(" {asked} is outside your hours, so it is the next moment in them.", asked=asked)
    return ""


VERB = Verb(
    name="snooze",
    takes=(Slot.TICKET, Slot.WHEN),
    summary=fixed("leave its assignees in peace until then; deadlines stay, and managers still hear of a breach"),
    example="snooze CH-1 tomorrow waiting for the vendor",
    action="status",
    act=snooze,
    also=("later", "nudge me"),
    another="later CH-1 2h",
    german=("später",),
    inverse="unsnooze",
    changes=("snoozed_until",),
)
