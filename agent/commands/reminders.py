"""`reminders`: what is planned for you and your tickets, when, and why; what you asked for can be cancelled."""

from agent.alarms.acts import act
from agent.alarms.keep import AGAIN as PUT_OFF
from agent.alarms.keep import ALARM, HELD
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.digest.plan import DAILY
from agent.more import more_lines
from agent.notices import notify
from agent.notices.holding import FLUSH
from agent.notices.standing import off_for_all
from agent.nudges.plan import AGAIN, MANAGERS
from agent.people.leaving import BEGINS
from agent.review_requests.plan import ASKED, CHANGES
from bot.messages import escape, moment
from prompts.words import fixed, say
from storage import agenda, alarms, people, tickets
from storage.alarms import Alarm
from storage.reminders import Reminder

SHOWN, LONGEST = 20, 200
ALONE = fixed("what it says is told to you alone, in a direct message")  # nobody knows where it was said
OUT_OF_TURN = {
    PUT_OFF: fixed("reminder {number}, put off"),
    HELD: fixed("reminder {number}, held back until it suits you"),
}
STEPS = {
    "warn": fixed("you hear that the deadline is near"),
    "breach": fixed("the deadline passes, and you hear so"),
    "managers": fixed("managers hear that it passed"),
    "channel": fixed("the team's channel hears that it passed"),
    "admins": fixed("admins hear that it passed"),
    "wake": fixed("it is back"),
    "expires": fixed("what you asked for expires"),
    AGAIN: fixed("nobody does anything with it, and whose turn it is hears so"),
    MANAGERS: fixed("nobody does anything with it, and managers hear so"),
    FLUSH: fixed("you hear what was held back for you"),
    DAILY: fixed("your daily digest"),
    ASKED: fixed("a pull request waits for your review, and you hear so"),
    CHANGES: fixed("changes were asked of your pull request, and you hear so"),
    BEGINS: fixed("your absence begins"),
}


async def list_reminders(desk: Desk, said: Said) -> Reply:
    """The next ones of the asker, each with its reason; or what is done with one of those that they asked for."""
    if said.text:
        return await act(desk, said.text)
    asked = [(one.next_at, await _asked(desk, one)) for one in await alarms.coming(desk.tx, desk.asker.person_id)]
    coming = await agenda.coming(desk.tx, desk.asker.person_id)
    planned = [(one.due_at, await (_put_off if one.kind == ALARM else _line)(desk, one)) for one in coming]
    lines = [line for _, line in sorted((at, line) for at, line in (*asked, *planned) if at and line)]
    if not lines:
        return text_reply(say("Nothing is planned for you."), is_private=True)
    head = [f"*{say('What is planned for you')}*", *filter(None, [off_for_all(desk.settings)])]
    shown = [*head, *lines[:SHOWN], *more_lines(len(lines), SHOWN)]
    return text_reply("\n".join(shown), is_private=True)


async def _asked(desk: Desk, alarm: Alarm) -> str:
    """What somebody asked for, with the number that it is cancelled by."""
    assert alarm.next_at is not None  # or it is not to come
    whom = await _whom(desk, alarm)
    again = f", {escape(alarm.words)}" if alarm.rule else ""
    name = say("reminder {number}", number=alarm.id)
    return f"• {moment(alarm.next_at)} {name}{whom}{again}: {await _what(desk, alarm)}"


async def _put_off(desk: Desk, reminder: Reminder) -> str:
    """One time of a series that was put off or held back and comes beside the others; what comes once is listed as it
    is.
    """
    alarm = await alarms.get(desk.tx, reminder.alarm_id or 0)
    if alarm is None or not alarm.rule or reminder.step not in OUT_OF_TURN:
        return ""
    name = say(OUT_OF_TURN[reminder.step], number=alarm.id)
    return f"• {moment(reminder.due_at)} {name}: {await _what(desk, alarm)}"


async def _what(desk: Desk, alarm: Alarm) -> str:
    about = await tickets.get(desk.tx, alarm.ticket_id) if alarm.ticket_id else None
    is_hidden = desk.is_read_along and not desk.is_here(alarm.channel_id or "")
    what = [say(ALONE) if is_hidden else escape(alarm.text[:LONGEST])] if alarm.text else []
    what += [notify.headline(about)] if about and await desk.sees(about) else []
    return " · ".join(what) or say("a message")


async def _whom(desk: Desk, alarm: Alarm) -> str:
    if alarm.person_id is None:
        return say(" for {whom}", whom=f"<#{alarm.channel_id}>")
    if alarm.person_id == alarm.asker_id:
        return ""
    is_mine = alarm.asker_id == desk.asker.person_id
    other = await people.get(desk.tx, alarm.person_id if is_mine else alarm.asker_id)
    name = f"@{escape(other.name)}"
    return say(" for {whom}", whom=name) if is_mine else say(" asked for by {who}", who=name)


async def _line(desk: Desk, reminder: Reminder) -> str:
    """Nothing of a ticket that the asker may no longer see."""
    what = say(STEPS[reminder.step])
    if reminder.step == DAILY:
        return f"• {moment(reminder.due_at)} {what}"
    if reminder.ticket_id:
        ticket = await tickets.get(desk.tx, reminder.ticket_id)
        if not await desk.sees(ticket):
            return ""
        what = f"{notify.headline(ticket)}: {what}"
    return f"• {moment(reminder.due_at)} {what} ({escape(say(reminder.reason))})"


VERB = Verb(
    name="reminders",
    takes=(Slot.REMINDERS,),
    summary=fixed(
        "list what is planned for you and your tickets, and why; cancel, change or decline what was asked for"
    ),
    example="reminders",
    action="profile",
    who=fixed("everyone for themselves"),
    act=list_reminders,
    another="reminders cancel 3",
    german=("erinnerungen",),
    inverse="remind",
)
