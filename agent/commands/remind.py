"""`remind me to call Bob tomorrow at 9`: it comes then, to you, another person or a channel, once or repeatedly."""

import re
from dataclasses import dataclass

from agent.alarms.keep import Timing, begin, check_limits, is_blocked
from agent.alarms.timing import not_understood, shown, timing_of
from agent.alarms.wish import HERE, Wish, read_wish
from agent.calendar.opening import Calendar
from agent.calendar.spoken.read import Found
from agent.calendar.spoken.spoken import Unclear
from agent.calendar.whose import calendar_of_person
from agent.commands.named import MESSAGE, thread_ticket, ticket_named
from agent.commands.reading import THIS
from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.notices.standing import off_for_all
from agent.people.whom import person_named
from bot.access import Target, check
from bot.errors import Undecided, UserError
from bot.events import Place
from bot.messages import Button, Message, escape
from prompts.words import fixed, say
from storage.alarms import Alarm
from storage.people import Person
from storage.tickets import Ticket

LONGEST_VALUE = 1500  # characters of a button without its time
_LINK = re.compile(r"<?(https?://[^\s|<>]+)(?:\|[^<>]*)?>?")
QUICK = ((fixed("In 1h"), "in 1h"), (fixed("Tomorrow"), "tomorrow"), (fixed("Monday"), "monday"))


@dataclass(frozen=True, kw_only=True)
class _Target:
    """Whom it is for, and where it is said; a person without a place hears it directly. The asker has no name."""

    name: str = ""
    person: Person | None = None
    channel_id: str | None = None
    thread_ts: str | None = None


@dataclass(frozen=True, kw_only=True)
class _About:
    ticket: Ticket | None = None
    link: str | None = None


async def remind(desk: Desk, said: Said) -> Reply:
    """Keep it, and say how the time was understood."""
    wish = read_wish(said.text)
    text = await desk.read_out(wish.text) if desk.is_typed else wish.text
    if wish.when is None:
        choices = [(say(label), when) for label, when in QUICK]
        raise Undecided(not_understood(wish.text), slot="time", choices=choices, buttons=_quick(desk, wish, text))
    target, about = await _target(desk, wish), await _about(desk, wish)
    await _check_seen(desk, target, about)
    if not text and not about.ticket and not about.link:
        raise UserError(say("Of what? For example `remind me to call Bob tomorrow at 9`."))
    person_id = target.person.id if target.person else None
    if person_id != desk.asker.person_id:
        doing, instead = say("remind {whom}", whom=target.name), say("`remind me …` is for everyone.")
        check(desk.asker, "remind", Target(), doing=doing, instead=instead)
    await check_limits(desk, person_id=person_id, channel_id=target.channel_id, text=text)
    calendar = await calendar_of_person(desk.tx, desk.settings, desk.asker.person_id)
    timing = _timing(desk, wish, wish.when, calendar, text)
    alarm = Alarm(
        workspace_id=desk.workspace_id,
        asker_id=desk.asker.person_id,
        person_id=person_id,
        channel_id=target.channel_id,
        thread_ts=target.thread_ts,
        text=text,
        link=about.link,
        ticket_id=about.ticket.id if about.ticket else None,
        zone="",
        first="",
        created_at=desk.now,
    )
    await begin(desk, alarm, timing)
    after = {"for": person_id or target.channel_id, "at": timing.at.isoformat(), "rule": alarm.rule}
    desk.audit("remind", "alarm", alarm.id, before={}, after=after)
    answer = say(_promise(target, timing), whom=target.name, when=shown(desk, timing, calendar))
    what = f": {escape(text).removesuffix('.')}" if text else ""
    answer = f"{answer}{what}. {off_for_all(desk.settings)}".rstrip()
    return Reply(message=Message(text=answer, buttons=_buttons(alarm)), is_private=True, settles=True)


def _promise(target: _Target, timing: Timing) -> str:
    """How the answer begins: a series is named by its own words, one time by its date."""
    is_series = timing.series is not None
    if target.name:
        return fixed("I remind {whom} {when}") if is_series else fixed("I remind {whom} on {when}")
    if target.thread_ts:
        return fixed("I remind you here {when}") if is_series else fixed("I remind you here on {when}")
    return fixed("I remind you {when}") if is_series else fixed("I remind you on {when}")


def _buttons(alarm: Alarm) -> tuple[Button, ...]:
    return (
        Button(label=say("Change…"), action="form:reminders", value=f"change {alarm.id}"),
        Button(label=say("Cancel"), action="reminders", value=f"cancel {alarm.id}"),
    )


def _quick(desk: Desk, wish: Wish, text: str) -> tuple[Button, ...]:
    """The same reminder with a time that one press gives it."""
    what = _again(desk, wish, text)
    if len(what) > LONGEST_VALUE:
        return ()
    return tuple(Button(label=say(label), action="remind", value=f"{what} {when}") for label, when in QUICK)


def _again(desk: Desk, wish: Wish, text: str) -> str:
    """The wish without its time, for a button that is pressed in another message."""
    return wish.again(text, where=desk.place.permalink if desk.place else None)


def _timing(desk: Desk, wish: Wish, found: Found, calendar: Calendar, text: str) -> Timing:
    """When it comes; what may be two is asked with a button for each."""
    try:
        return timing_of(desk, found, calendar)
    except Unclear as question:
        choices = question.instead_of(found.words)
        what = _again(desk, wish, text)
        buttons = tuple(Button(label=label, action="remind", value=f"{what} {when}") for label, when in choices)
        raise Undecided(str(question), slot="time", choices=choices, buttons=buttons) from question


async def _target(desk: Desk, wish: Wish) -> _Target:
    if wish.person:
        person = await person_named(desk, wish.person)
        if person.id != desk.asker.person_id:
            return await _other(desk, person)
    room = wish.room or (desk.place.channel_id if wish.who == HERE and desk.place and not desk.place.is_dm else "")
    if room:
        return _room(desk, room, is_here=wish.who == HERE)
    me = await person_named(desk, desk.asker.slack_id)
    place = desk.place
    if wish.about == THIS and place and not place.is_dm and place.has_bot and (thread_ts := _thread(place, wish)):
        return _Target(person=me, channel_id=place.channel_id, thread_ts=thread_ts)
    return _Target(person=me)


def _thread(place: Place, wish: Wish) -> str | None:
    """The thread that `this` is said in; a button says it again from the message above the thread, or from none."""
    found = MESSAGE.search(wish.where)
    if found and found[1] == place.channel_id:
        return found[4] or f"{found[2]}.{found[3]}"
    return place.thread_ts


async def _other(desk: Desk, person: Person) -> _Target:
    """Another person, who may want none from the asker."""
    name = f"@{escape(person.name)}"
    if not person.is_active:
        raise UserError(say("{name} is deactivated in Slack.", name=name))
    if await is_blocked(desk, asker_id=desk.asker.person_id, person_id=person.id):
        raise UserError(say("{name} takes no reminders of yours.", name=name))
    return _Target(name=name, person=person)


def _room(desk: Desk, channel_id: str, *, is_here: bool) -> _Target:
    """A channel that both are in; `here` in a thread is that thread."""
    members = desk.insiders.get(channel_id, frozenset())
    if not members:
        absent = fixed("I am not a member of {channel}: `/invite @chargehand` there.")
        raise UserError(say(absent, channel=f"<#{channel_id}>"))
    if desk.asker.slack_id not in members:
        outside = fixed("You are not a member of {channel}, so no reminder of yours goes there.")
        raise UserError(say(outside, channel=f"<#{channel_id}>"))
    place = desk.place
    is_reply = is_here and place is not None and place.thread_ts not in {None, place.message_ts}
    thread_ts = place.thread_ts if place and is_reply else None
    return _Target(name=f"<#{channel_id}>", channel_id=channel_id, thread_ts=thread_ts)


async def _about(desk: Desk, wish: Wish) -> _About:
    """The ticket or message that it is about; else where it was asked for, if that was in a thread."""
    place = desk.place
    if not wish.about:
        is_of_form = desk.surface == "form"
        is_reply = place is not None and place.thread_ts not in {None, place.message_ts}
        return _About(link=place.permalink if place and (is_reply or is_of_form) else None)
    if wish.about == THIS:
        return _About(
            ticket=await thread_ticket(desk), link=wish.where.strip("<>") or (place.permalink if place else None)
        )
    link = found[1] if (found := _LINK.search(wish.about)) else None
    try:
        return _About(ticket=await ticket_named(desk, wish.about, None), link=link)
    except UserError:
        if link is None:
            raise
        return _About(link=link)


async def _check_seen(desk: Desk, target: _Target, about: _About) -> None:
    """Nobody reads of a private ticket by a reminder."""
    ticket = about.ticket
    if ticket is None or not ticket.is_private:
        return
    is_seen = desk.may_see(target.person.slack_id, ticket) if target.person else target.channel_id == ticket.channel_id
    is_own_place = target.channel_id in {None, ticket.channel_id}
    if (not is_seen or not is_own_place) and not target.name:
        raise UserError(say("{ticket} is private, and not all who read here may see it.", ticket=ticket.name))
    if not is_seen or not is_own_place:
        raise UserError(say("{ticket} is private, and {whom} may not see it.", ticket=ticket.name, whom=target.name))


VERB = Verb(
    name="remind",
    takes=(Slot.REMIND,),
    summary=fixed("be reminded, or remind another person or a channel, once or again and again; in German too"),
    example="remind me to call Bob tomorrow at 9",
    another="remind @bob about CH-1 every monday at 10",
    action="profile",
    who=fixed("everyone for themselves; another person or a channel: responders"),
    act=remind,
    also=("remember", "nag"),
    german=("erinnere", "erinner"),
    inverse="reminders",
)
