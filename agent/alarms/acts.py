"""A reminder that was asked for is cancelled, done, put off, declined, stopped or changed; its sender is blocked."""

from collections.abc import Awaitable, Callable

from agent.alarms.keep import AGAIN, ALARM, BLOCKED, BLOCKS, HELD, begin, end, plan, whose
from agent.alarms.tell import tell_asker
from agent.alarms.timing import shown, timing_of, whole
from agent.calendar.spoken.spoken import Unclear
from agent.calendar.whose import calendar_of_person
from agent.desk import Desk
from agent.language import of_channel
from agent.people.whom import person_named
from agent.reply import Reply
from bot.errors import UserError
from bot.messages import Button, Message, escape
from prompts.words import fixed, phrase, say, speaking, spoken
from storage import alarms, calendars, people, reminders, settings_kv
from storage.alarms import OVER, RUNG, Alarm

Act = Callable[[Desk, Alarm, str], Awaitable[str]]
NOT_CANCEL = fixed("Who asked for it may cancel it. What is for you alone you may decline.")
NOT_STOP = fixed("Who asked for it may stop it. What is for you alone you may decline.")
NOT_CHANGE = fixed("Who asked for it may change it. What is for you alone you may decline.")
_SPOKEN = {
    "abbrechen": "cancel",
    "erledigt": "done",
    "später": "later",
    "ablehnen": "decline",
    "beenden": "stop",
    "ändern": "change",
    "blockieren": "block",
    "freigeben": "unblock",
}


async def act(desk: Desk, line: str) -> Reply:
    """Do what `cancel 3`, `later 3 1h` or `block @bob` says."""
    word, _, rest = line.partition(" ")
    word = _SPOKEN.get(word.casefold(), word.casefold())
    if word in {"block", "unblock"}:
        return Reply(message=Message(text=await _block(desk, rest.strip(), is_blocked=word == "block")), settles=True)
    number, _, words = rest.strip().partition(" ")
    alarm = await whose(desk, int(number))
    before = _recorded(alarm)
    with speaking(await _language(desk, alarm)):
        text = await ACTS[word](desk, alarm, words.strip())
    desk.audit(f"reminder {word}", ALARM, alarm.id, before=before, after=_recorded(alarm))
    return Reply(message=Message(text=text), settles=True, about=str(alarm.id))


async def _language(desk: Desk, alarm: Alarm) -> str:
    """Of the channel where all read what takes the place of the reminder, else of who asked."""
    place = desk.place
    is_settled_there = desk.surface == "button" and place is not None and place.channel_id == alarm.channel_id
    return await of_channel(desk, alarm.channel_id) if alarm.channel_id and is_settled_there else spoken()


def _recorded(alarm: Alarm) -> dict[str, object]:
    return {"state": alarm.state, "at": alarm.next_at.isoformat() if alarm.next_at else None, "rule": alarm.rule}


def _named(alarm: Alarm) -> str:
    return f"“{escape(alarm.text[:100])}”" if alarm.text else say("The reminder")


def _check_live(alarm: Alarm) -> None:
    if alarm.state == OVER:
        over = fixed("Reminder {number} is over: {reason}. `remind` asks for a new one.")
        raise UserError(say(over, number=alarm.id, reason=say(alarm.reason)))


def _check_mine(desk: Desk, alarm: Alarm, *, refusal: str) -> None:
    """Let who asked for it, or an admin, do that.

    Raises:
        UserError: it is neither; `refusal` is the fixed text that says so.
    """
    if desk.asker.person_id != alarm.asker_id and not desk.asker.is_admin:
        raise UserError(say(refusal))


async def _cancel(desk: Desk, alarm: Alarm, _: str) -> str:
    _check_live(alarm)
    if desk.asker.person_id == alarm.person_id != alarm.asker_id:
        return await _decline(desk, alarm, "")
    _check_mine(desk, alarm, refusal=NOT_CANCEL)
    await end(desk, alarm, fixed("it was cancelled"))
    return say("Cancelled: {what} comes no more.", what=_named(alarm))


async def _done(desk: Desk, alarm: Alarm, _: str) -> str:
    """A series goes on; what was put off does not come again."""
    by = f"@{escape(desk.asker.name)}"
    if alarm.rule and alarm.state != OVER:
        await reminders.cancel_alarm(desk.tx, alarm.id, steps=(AGAIN, HELD))
        return say("Done by {who}: {what}. The series goes on.", who=by, what=_named(alarm))
    if alarm.state != OVER:
        await end(desk, alarm, fixed("it is done"))
    return say("Done by {who}: {what}.", who=by, what=_named(alarm))


async def _later(desk: Desk, alarm: Alarm, words: str) -> str:
    _check_live(alarm)
    if alarm.person_id not in {None, desk.asker.person_id}:
        raise UserError(say("Only whom a reminder is for may put it off."))
    calendar = await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id)
    try:
        timing = timing_of(desk, whole(words), calendar)
    except Unclear as question:
        how = fixed("{question} Write it as in `reminders later {number} tomorrow at 14:30`.")
        raise UserError(say(how, question=question, number=alarm.id)) from question
    if timing.series:
        raise UserError(say("Put off once, a reminder comes once: write it as in `1h` or `tomorrow`."))
    await reminders.cancel_alarm(desk.tx, alarm.id, steps=(AGAIN, HELD) if alarm.rule else ())
    await plan(desk, alarm, timing.at, step=AGAIN)
    return say("Put off: {what} comes again on {when}.", what=_named(alarm), when=shown(desk, timing, calendar))


async def _decline(desk: Desk, alarm: Alarm, _: str) -> str:
    _check_live(alarm)
    if desk.asker.person_id != alarm.person_id:
        raise UserError(say("Only whom a reminder is for may decline it."))
    await end(desk, alarm, fixed("it was declined"))
    if alarm.asker_id != alarm.person_id:
        await tell_asker(desk, alarm, phrase("@{name} declined it", name=escape(desk.asker.name)), name="declined")
    return say("Declined: {what} comes no more.", what=_named(alarm))


async def _stop(desk: Desk, alarm: Alarm, _: str) -> str:
    _check_live(alarm)
    if desk.asker.person_id != alarm.person_id:
        _check_mine(desk, alarm, refusal=NOT_STOP)
    await end(desk, alarm, fixed("the series was stopped"))
    return say("Stopped: {what} comes no more.", what=_named(alarm))


async def _change(desk: Desk, alarm: Alarm, words: str) -> str:
    """Another time, by the calendar of who asked for it."""
    _check_live(alarm)
    _check_mine(desk, alarm, refusal=NOT_CHANGE)
    if alarm.state == RUNG and alarm.person_id != alarm.asker_id:  # or one request would ring again and again
        raise UserError(say("It has come. `remind` asks for a new one."))
    calendar = await calendar_of_person(desk.tx, desk.settings, alarm.asker_id)
    try:
        timing = timing_of(desk, whole(words), calendar)
    except Unclear as question:
        start = f"change {alarm.id}"
        choices = [(label, words.replace(question.replaces or words, clear, 1)) for label, clear in question.choices]
        buttons = tuple(Button(label=label, action="reminders", value=f"{start} {clear}") for label, clear in choices)
        raise UserError(str(question), buttons=buttons) from question
    await begin(desk, alarm, timing)
    changed = fixed("Changed: {what} comes {when}.") if timing.series else fixed("Changed: {what} comes on {when}.")
    return say(changed, what=_named(alarm), when=shown(desk, timing, calendar))


async def _block(desk: Desk, whom: str, *, is_blocked: bool) -> str:
    """Take no reminders of somebody, and end those that are still to come; or take them again."""
    other = await person_named(desk, whom)
    me = await people.get(desk.tx, desk.asker.person_id)
    if other.id == me.id:
        raise UserError(say("Your own reminders you can only cancel."))
    scope, key, name = calendars.of_person(me.id), f"{BLOCKS}{other.id}", f"@{escape(other.name)}"
    was_blocked = await settings_kv.get(desk.tx, scope, key) is not None
    if was_blocked == is_blocked:
        no, yes = fixed("You take no reminders of {name} already."), fixed("You do take reminders of {name} already.")
        raise UserError(say(no if is_blocked else yes, name=name))
    if is_blocked:
        await settings_kv.put(desk.tx, scope, key, "on", workspace_id=desk.workspace_id, set_by=desk.who)
        for alarm in await alarms.between_two(desk.tx, asker_id=other.id, person_id=me.id):
            await end(desk, alarm, BLOCKED)
    else:
        await settings_kv.drop(desk.tx, scope, key)
    names = ("block", "unblock")
    desk.audit(
        f"reminder {names[not is_blocked]}", "person", me.id, before={}, after={"of": other.id, "blocked": is_blocked}
    )
    if is_blocked:
        return say("You get no more reminders of {name}. `reminders unblock {name}` takes that back.", name=name)
    return say("{name} may have you reminded again.", name=name)


ACTS: dict[str, Act] = {
    "cancel": _cancel,
    "done": _done,
    "later": _later,
    "decline": _decline,
    "stop": _stop,
    "change": _change,
}
