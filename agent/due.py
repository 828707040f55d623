"""What happens when something is due: the one who must act hears of it, once, unless it no longer applies."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from agent.alarms.keep import ALARM
from agent.alarms.ring import ring
from agent.desk import Desk
from agent.digest import channel as channel_digest
from agent.digest.flush import flush
from agent.digest.plan import DIGEST
from agent.digest.send import send
from agent.notices.holding import HELD
from agent.nudges.plan import STALE
from agent.nudges.send import nudge
from agent.people.leaving import DEPARTURE, depart
from agent.proposals.proposal import EXPIRES, expire
from agent.review_requests.plan import REVIEW
from agent.review_requests.send import remind_of_review
from agent.sla.clocks import SNOOZE
from agent.sla.ladder import climb
from agent.sla.times import DEEDS
from agent.summary.plan import SUMMARY
from agent.summary.send import summarise
from agent.tickets.snooze import wake
from agent.tickets.taken_back import fade
from bot.messages import moment
from prompts.words import Phrase, phrase
from storage import reminders, tickets
from storage.reminders import LIVE, UNDO, Reminder
from storage.tickets import Ticket

LATE = timedelta(minutes=5)


class Act(Protocol):
    """What is due about a ticket; returns why nothing came of it, if so."""

    def __call__(self, desk: Desk, reminder: Reminder, ticket: Ticket, *, late: Phrase | str) -> Awaitable[str]: ...


ABOUT_TICKETS: dict[str, Act] = {SNOOZE: wake, UNDO: fade, STALE: nudge, **dict.fromkeys(DEEDS, climb)}
# What stops for everybody with CHARGEHAND_REMINDERS; of these some change a ticket or a record all the same.
REMINDING = {STALE, REVIEW, DIGEST, SUMMARY, channel_digest.CHANNEL_DIGEST}
WITH_DEEDS = {SNOOZE, *DEEDS}
SWITCHED_OFF = "missed: reminders were off for everybody"


class OwnAct(Protocol):
    """What is due and says itself whom or what it is about; returns why nothing came of it, if so."""

    def __call__(self, desk: Desk, reminder: Reminder, *, late: Phrase | str) -> Awaitable[str]: ...


BY_KIND: dict[str, OwnAct] = {
    EXPIRES: expire,
    ALARM: ring,
    SUMMARY: summarise,
    channel_digest.CHANNEL_DIGEST: channel_digest.send,
    REVIEW: remind_of_review,
    HELD: flush,
    DIGEST: send,
    DEPARTURE: depart,
}


async def act_on(desk: Desk, reminder: Reminder, *, fire_at: datetime) -> None:
    """Act on a reminder that was due at this time; one that was moved, cancelled or sent since is left alone."""
    if reminder.state not in LIVE or reminder.due_at != fire_at:
        return
    if reminder.kind == ALARM and not desk.settings.reminders:
        reminder.state = "planned"  # somebody asked for it: it comes late, when reminders are on again
        return
    is_late = desk.now - fire_at > LATE
    late = phrase("(Late: this was due {due}.) ", due=moment(fire_at)) if is_late else ""
    if why_not := await _act(desk, reminder, late=late):
        reminder.state, reminder.reason = "dropped", why_not
    else:
        await reminders.send(desk.tx, reminder, now=desk.now, is_late=is_late)


async def _act(desk: Desk, reminder: Reminder, *, late: Phrase | str) -> str:
    """Do what is due; why nobody was told, if so."""
    if desk.settings.reminders or reminder.kind not in REMINDING | WITH_DEEDS:
        return await _do(desk, reminder, late=late)
    if reminder.kind in REMINDING:
        return SWITCHED_OFF
    return await _do(replace(desk, is_silent=True), reminder, late=late) or SWITCHED_OFF


async def _do(desk: Desk, reminder: Reminder, *, late: Phrase | str) -> str:
    """Do what is due; why not, if it no longer applies."""
    if reminder.kind in BY_KIND:
        return await BY_KIND[reminder.kind](desk, reminder, late=late)
    assert reminder.ticket_id is not None  # what is left is about a ticket
    ticket = await tickets.get(desk.tx, reminder.ticket_id)
    return await ABOUT_TICKETS[reminder.kind](desk, reminder, ticket, late=late)
