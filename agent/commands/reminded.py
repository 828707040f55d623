"""`why reminded`, and Why on a reminder: by which rule it came, by which clock, and in whose hours; from the record."""

from agent.alarms.keep import ALARM, is_theirs
from agent.calendar.whose import calendar_of_person
from agent.commands.reminded_page import hours_that_count, why_page
from agent.desk import Desk
from agent.digest.plan import DIGEST
from agent.notices import notify
from agent.notices.holding import HELD
from agent.nudges.plan import STALE
from agent.review_requests.plan import REVIEW
from agent.sla.clocks import SNOOZE
from agent.sla.policy import calendar_for, show_span
from agent.status_words import words
from bot.errors import Stray
from bot.messages import escape, moment
from prompts.words import fixed, say
from storage import agenda, alarms, people, sla, tickets
from storage.alarms import Alarm
from storage.reminders import Reminder, ReminderSend
from storage.sla import BUSINESS
from storage.tickets import Ticket

OWN = (ALARM, DIGEST, HELD, REVIEW, SNOOZE)  # kinds that come to one person alone
MOST = 20  # looked at: what is about a ticket that they may not see any more is passed over
STEPS = {  # of a clock: what its reminders tell
    "warn": fixed("It was the warning that the deadline comes near."),
    "breach": fixed("It said that the deadline has passed."),
    "managers": fixed("It told the managers that the deadline has passed."),
    "channel": fixed("It told the team's channel that the deadline has passed."),
    "admins": fixed("It told the admins that the deadline has passed."),
}


async def last(desk: Desk, ticket: Ticket | None) -> str:
    """The last one that came, to the asker or about a ticket."""
    if ticket is None:
        return await _last_of_all(desk) or say("No reminder has come to you yet.")
    found = await agenda.last_sent(desk.tx, person_id=desk.asker.person_id, ticket_id=ticket.id)
    if found is None or not await desk.sees(ticket):
        return say("No reminder has come of {ticket} yet.", ticket=ticket.name)
    return await _told(desk, *found, ticket)


async def _last_of_all(desk: Desk) -> str:
    """The last one that came to the asker themselves: about a ticket, their day, or what they asked for."""
    for reminder, sent in await agenda.came_to(desk.tx, desk.asker.person_id, kinds=OWN, most=MOST):
        alarm = await alarms.get(desk.tx, reminder.alarm_id) if reminder.alarm_id else None
        is_for_others = alarm is not None and alarm.person_id != desk.asker.person_id
        if not is_for_others and (said := await _said_of(desk, reminder, sent)):
            return said
    return ""


async def the(desk: Desk, number: int) -> str:
    """The one of this number, for whoever may know of it.

    Raises:
        Stray: there is none; one that is not for the asker answers in the same words.
    """
    found = await agenda.sent_as(desk.tx, number)
    if found and (said := await _said_of(desk, *found)):
        return said
    raise Stray(say("There is no such reminder that you can see. `why reminded` tells of the last one."))


async def _said_of(desk: Desk, reminder: Reminder, sent: ReminderSend) -> str:
    """Nothing where it is none of the asker's business."""
    if reminder.alarm_id:
        alarm = await alarms.get(desk.tx, reminder.alarm_id)
        if alarm is None or not is_theirs(desk, alarm):
            return ""
        return "\n".join([_came(reminder, sent, await _asked(desk, alarm)), *await _suited(desk, reminder)])
    if reminder.person_id not in {None, desk.asker.person_id}:
        return ""
    if reminder.kind == REVIEW and reminder.person_id:
        why = say("since {reason}.", reason=escape(reminder.reason))
        return "\n".join([_came(reminder, sent, why), *await _own_hours(desk), *await _suited(desk, reminder)])
    if page := await why_page(desk, reminder):
        first, *rest = page
        return "\n".join([_came(reminder, sent, first), *rest])
    about = await tickets.get(desk.tx, reminder.ticket_id) if reminder.ticket_id else None
    return await _told(desk, reminder, sent, about) if about and await desk.sees(about) else ""


def _came(reminder: Reminder, sent: ReminderSend, why: str) -> str:
    late = say(", late: it was due {at}", at=moment(reminder.due_at)) if sent.is_late else ""
    return f"{moment(sent.sent_at)}{late}: {why}"


async def _told(desk: Desk, reminder: Reminder, sent: ReminderSend, ticket: Ticket) -> str:
    rule = say("{ticket}, since {reason}.", ticket=notify.headline(ticket), reason=escape(reminder.reason))
    counted = await _clock(desk, reminder, ticket)
    return "\n".join([_came(reminder, sent, rule), *counted, *await _suited(desk, reminder)])


async def _clock(desk: Desk, reminder: Reminder, ticket: Ticket) -> list[str]:
    """Which time was counted from when, and in which hours."""
    if reminder.kind == SNOOZE:
        return await _own_hours(desk) if reminder.person_id == desk.asker.person_id else []
    if reminder.kind == STALE:
        return [hours_that_count(await calendar_for(desk.tx, desk.settings, ticket.team_id, clock=BUSINESS))]
    known = await sla.clocks(desk.tx, ticket.id)
    clock = next((one for one in known if (one.kind, one.generation) == (reminder.kind, reminder.generation)), None)
    if clock is None:
        return []
    calendar = await calendar_for(desk.tx, desk.settings, ticket.team_id, clock=clock.clock)
    is_business = clock.clock == BUSINESS
    hours = say("business time in {zone}", zone=calendar.zone.key) if is_business else say("around the clock")
    target = say("Target: {clock} within {span}", clock=words(clock.kind), span=show_span(clock.target_minutes))
    counted = f"{target}, {hours}, {say('counted from {at}', at=moment(clock.started_at))}."
    step = [say(STEPS[reminder.step])] if reminder.step in STEPS else []
    return [*step, counted, *([hours_that_count(calendar)] if is_business else [])]


async def _own_hours(desk: Desk) -> list[str]:
    return [hours_that_count(await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id))]


async def _asked(desk: Desk, alarm: Alarm) -> str:
    """Who wanted it, when, and how often it comes."""
    who = f"@{escape((await people.get(desk.tx, alarm.asker_id)).name)}"
    once = fixed("{who} asked for it {at}, by the clock of {zone}.")
    series = fixed("{who} asked for it {at}, for “{words}” by the clock of {zone}.")
    return say(
        series if alarm.rule else once, who=who, at=moment(alarm.created_at), words=escape(alarm.words), zone=alarm.zone
    )


async def _suited(desk: Desk, reminder: Reminder) -> list[str]:
    """Why the asker was told at that moment, if it was decided for them."""
    about = f"{ALARM}:{reminder.alarm_id}" if reminder.alarm_id else f"reminder:{reminder.id}"
    key = f"{about}:{reminder.due_at.isoformat()}"
    keys = (key, f"{key}:{desk.asker.person_id}", reminder.plan_key)
    reason = await agenda.why_told(desk.tx, desk.asker.person_id, keys)
    return [say("You were told then: {reason}.", reason=say(reason))] if reason else []
