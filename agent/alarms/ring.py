"""A reminder that somebody asked for comes: to them alone, to another person, or to a channel or thread."""

from datetime import datetime

from agent.alarms.keep import (
    ALARM,
    ASKER_GONE,
    ASKER_LEFT,
    BLOCKED,
    GONE,
    HELD,
    RINGS,
    end,
    following,
    is_blocked,
    plan,
)
from agent.alarms.tell import tell_asker, tell_when_it_suits
from agent.calendar.opening import Calendar, day_of
from agent.calendar.whose import calendar_of, calendar_of_person, calendar_of_team
from agent.channels.settings import home_team
from agent.desk import Desk
from agent.language import of_channel, of_person
from agent.notices import notify
from agent.notices.origin import why_button
from bot.messages import Button, Message, escape, link, mention, moment
from prompts.words import Phrase, fixed, phrase, say, speaking
from storage import absences, alarms, outbox, people, tickets
from storage.alarms import OVER, RUNG, Alarm
from storage.calendars import WORKSPACE
from storage.people import Person
from storage.reminders import Reminder
from storage.tickets import Ticket

MOST_MISSED = 50  # counted, of a series
ONCE_MORE = fixed("(Late: this was due {due}. It came 1 more time since.) ")
MORE_OFTEN = fixed("(Late: this was due {due}. It came {count} more times since.) ")


async def ring(desk: Desk, reminder: Reminder, *, late: Phrase | str) -> str:
    """Say it, and plan the next time of a series; why it was not said, if so."""
    alarm = await alarms.get(desk.tx, reminder.alarm_id or 0)
    if alarm is None or alarm.state == OVER:
        return "it was taken back"
    asker = await people.get(desk.tx, alarm.asker_id)
    person = await people.get(desk.tx, alarm.person_id) if alarm.person_id else None
    if why_not := await _why_over(desk, alarm, asker, person):
        return why_not
    missed = await _go_on(desk, alarm, reminder) if reminder.step == RINGS else 0
    if reminder.step != RINGS and not alarm.rule:
        alarm.next_at, alarm.state = None, RUNG
    if reminder.step == HELD and await _is_done_since(desk, alarm, reminder.created_at):
        return "the ticket was done while it was held back"
    if alarm.is_workdays and reminder.step == RINGS and (off := await _is_off(desk, alarm, reminder.due_at)):
        return off
    if late and missed:
        late = phrase(ONCE_MORE if missed == 1 else MORE_OFTEN, due=moment(reminder.due_at), count=missed)
    with speaking(await _language(desk, alarm)):
        plain = await _message(desk, alarm, asker, person, late=late)
        message = plain.model_copy(update={"buttons": (*plain.buttons, why_button(reminder))})
    return await _say(desk, alarm, message, person, key=f"{ALARM}:{alarm.id}:{reminder.due_at.isoformat()}")


async def _why_over(desk: Desk, alarm: Alarm, asker: Person, person: Person | None) -> str:
    """Why it comes no more: somebody left, or wants none of it; who asked hears of it."""
    if not asker.is_active and (person is None or person.id != asker.id):
        await end(desk, alarm, ASKER_GONE)
        return ASKER_GONE
    members = desk.insiders.get(alarm.channel_id or "")  # of a channel that is private, as far as they are known
    if members and asker.slack_id not in members:
        await end(desk, alarm, ASKER_LEFT)
        await tell_asker(desk, alarm, phrase("you left {channel}", channel=f"<#{alarm.channel_id}>"), name="left")
        return ASKER_LEFT
    if person is None:
        return ""
    if not person.is_active:
        await end(desk, alarm, GONE)
        if person.id != asker.id:
            why = phrase("@{name} is deactivated in Slack", name=escape(person.name))
            await tell_asker(desk, alarm, why, name="gone")
        return GONE
    if await is_blocked(desk, asker_id=asker.id, person_id=person.id):
        await end(desk, alarm, BLOCKED)
        return BLOCKED
    return ""


async def _go_on(desk: Desk, alarm: Alarm, reminder: Reminder) -> int:
    """Plan the next time of a series; how many times it was due since and did not come."""
    calendar = await _calendar(desk, alarm)
    came, missed = reminder.due_at, 0
    if alarm.times_left is not None:
        alarm.times_left -= 1
    upcoming = following(alarm, calendar, after=came)
    while upcoming and upcoming <= desk.now and missed < MOST_MISSED:
        missed += 1
        if alarm.times_left is not None:
            alarm.times_left -= 1
        upcoming = following(alarm, calendar, after=upcoming)
    if upcoming and upcoming <= desk.now:
        upcoming = following(alarm, calendar, after=desk.now)
    alarm.next_at, alarm.state = None, RUNG
    if upcoming:
        await plan(desk, alarm, upcoming)
    return missed


async def _calendar(desk: Desk, alarm: Alarm) -> Calendar:
    """Whose working days count: of whom it is for, or of the team whose channel it is for."""
    if alarm.person_id:
        return await calendar_of_person(desk.tx, desk.settings, alarm.person_id)
    if team := await home_team(desk, alarm.channel_id or ""):
        return await calendar_of_team(desk.tx, desk.settings, team.id)
    return await calendar_of(desk.tx, desk.settings, [WORKSPACE])


async def _is_off(desk: Desk, alarm: Alarm, due_at: datetime) -> str:
    """Why those whom it is for do not work on that day, if so."""
    if alarm.person_id and await absences.at(desk.tx, [alarm.person_id], now=desk.now):
        return "they are away"
    calendar = await _calendar(desk, alarm)
    is_open = bool(day_of(calendar, due_at.astimezone(calendar.zone).date()).openings)
    return "" if is_open else "it is a day off"


async def _is_done_since(desk: Desk, alarm: Alarm, since: datetime) -> bool:
    """Whether the ticket that it is about was done after a moment."""
    ticket = await tickets.get(desk.tx, alarm.ticket_id) if alarm.ticket_id else None
    return ticket is not None and ticket.resolved_at is not None and ticket.resolved_at >= since


async def _language(desk: Desk, alarm: Alarm) -> str:
    """Of those who will read it."""
    if alarm.channel_id:
        return await of_channel(desk, alarm.channel_id)
    return await of_person(desk, alarm.person_id)


async def _message(desk: Desk, alarm: Alarm, asker: Person, person: Person | None, *, late: Phrase | str) -> Message:
    if person is None:
        opens = fixed("Reminder, asked for by {who}: {what}")
    elif person.id != asker.id:
        opens = fixed("{who} asked me to remind you: {what}")
    else:
        opens = fixed("Reminder: {what}")
    called = f"{mention(person.slack_id)} " if person and alarm.thread_ts else ""
    said = say(opens, who=f"@{escape(asker.name)}", what=await _what(desk, alarm, person))
    return Message(text=f"{late}{called}{said}", buttons=_buttons(alarm, asker, person))


async def _what(desk: Desk, alarm: Alarm, person: Person | None) -> str:
    """The words, and what they are about, as far as whoever reads it may see that."""
    said = [escape(alarm.text)] if alarm.text else []
    ticket = await tickets.get(desk.tx, alarm.ticket_id) if alarm.ticket_id else None
    if ticket and not _is_hidden(desk, ticket, alarm, person):
        said.append(notify.headline(ticket))
        where = ticket.permalink or alarm.link
    else:
        where = None if ticket else alarm.link
    if where:
        said.append(link(where, say("the message")))
    return " · ".join(said) or say("what you asked for")


def _is_hidden(desk: Desk, ticket: Ticket, alarm: Alarm, person: Person | None) -> bool:
    """Whether those who will read it may not know of the ticket: all of a channel, or one person."""
    if alarm.channel_id:
        return ticket.is_private and ticket.channel_id != alarm.channel_id
    return person is None or not desk.may_see(person.slack_id, ticket)


def _buttons(alarm: Alarm, asker: Person, person: Person | None) -> tuple[Button, ...]:
    number = alarm.id
    buttons = [
        Button(label=say("Done"), action="reminders", value=f"done {number}"),
        Button(label=say("1 h"), action="reminders", value=f"later {number} 1h"),
        Button(label=say("Tomorrow"), action="reminders", value=f"later {number} tomorrow"),
    ]
    if person and person.id != asker.id:
        buttons.append(Button(label=say("Decline"), action="reminders", value=f"decline {number}"))
        block = f"block {mention(asker.slack_id)}"
        label = say("Block @{name}", name=asker.name)[:75]
        buttons.append(Button(label=label, action="reminders", value=block, style="danger"))
    elif alarm.rule:
        buttons.append(Button(label=say("Stop series"), action="reminders", value=f"stop {number}"))
    return tuple(buttons)


async def _say(desk: Desk, alarm: Alarm, message: Message, person: Person | None, *, key: str) -> str:
    """Into its thread or channel, else to the person; one of another person waits until it suits them."""
    if alarm.channel_id:
        where = alarm.thread_ts or "top"
        row = notify.outgoing(
            desk,
            key=key,
            kind="post",
            lane=f"thread:{alarm.channel_id}:{where}" if alarm.thread_ts else f"{ALARM}:{alarm.channel_id}",
            channel_id=alarm.channel_id,
            payload=message.model_dump_json(),
        )
        row.thread_ts = alarm.thread_ts
        row.user_id = person.slack_id if person else None  # where the thread is gone they hear it directly
        await outbox.add(desk.tx, row)
        return ""
    assert person is not None  # what is for no channel is for somebody
    return await tell_when_it_suits(desk, alarm, person, message, key=key)
