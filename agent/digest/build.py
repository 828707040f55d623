"""Somebody's day on one page: what is overdue, due, waiting, to review, stale, new, and what was held back for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from agent.calendar.opening import DAY, Calendar
from agent.desk import Desk
from agent.digest.parts import LINES, NUDGED, TITLE, Part, View, chunks, counted, line, notes_of, sort_into
from agent.notices.attention import BREACH, DEADLINE, GIVEN, NUDGE, REVIEW
from agent.proposals.asking import how_to_decide
from agent.proposals.pending import asks, to_decide
from agent.review_requests.words import in_digest
from bot.messages import Button, Message, cut, escape, link, linked, moment
from prompts.words import Phrase, fixed, say
from storage import alarms, digests, notices, review_requests
from storage.alarms import Alarm
from storage.digests import Matter
from storage.notices import Notice
from storage.overview import Asked
from storage.people import Person
from storage.tickets import OPEN, Ticket

BUTTONS, MOST_HELD = 5, 40  # what is held back beyond them comes with the next one
BEFORE_REVIEWS = 3  # of the parts below
FOR_WHO_HAS_IT = {GIVEN.name, DEADLINE.name}
REMINDERS = {sort.name for sort in (DEADLINE, BREACH, NUDGE, REVIEW)}
NO_NEWS = "the ticket is done, with somebody else, not theirs to see any more, or overdue in the digest"
ONLY = fixed("They were held back until now.")


@dataclass(frozen=True, kw_only=True)
class Digest:
    """The message, and what was held back and is told by it, or is no news any more."""

    message: Message | None  # None: there is nothing to say
    told: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()


PARTS: tuple[Part, ...] = (
    (fixed("Overdue"), View.is_overdue),
    (fixed("Due today"), View.is_due_today),
    (fixed("Waiting on you"), View.is_awaited),
    (fixed("Going stale"), View.is_stale),
    (fixed("New"), View.is_new),
)


async def build(desk: Desk, person: Person, calendar: Calendar, *, late: Phrase | str = "") -> Digest:
    """The digest as of now, in five reads; each ticket stands in the first part that it belongs to."""
    matters = await digests.matters(desk.tx, person.id, keys=NUDGED)
    found = [one for one in matters if _is_shown(desk, person, one)]
    view = View(person_id=person.id, calendar=calendar, now=desk.now)
    parts = sort_into(PARTS, found, view)
    held = await read_held(desk, person)
    shown = [one for _, matters in parts for one in matters[:LINES]]
    sections = [(f"{say(name)} ({len(matters)})", [line(one) for one in matters]) for name, matters in parts]
    sections[BEFORE_REVIEWS:BEFORE_REVIEWS] = await _asked_of(desk, person)
    asked = await _asked_for(desk, person, calendar)
    sections.append((say("Reminders today ({count})", count=len(asked)), asked))
    sections = [(name, lines) for name, lines in sections if lines]
    waited = held.lines[:MOST_HELD]
    if not sections and not waited:
        return Digest(message=None, dropped=held.dropped)
    notes = [note for name, lines in sections for note in notes_of(name, lines)]
    if waited:  # each is told here or nowhere
        name = say("Held back for you ({count})", count=len(waited))
        sections.append((name, waited))
        notes += chunks([f"*{name}*", *waited])
    message = Message(
        text=f"{late}{say('Your day: {counts}.', counts=', '.join(counted(name) for name, _ in sections))}",
        title=f"{late}*{say('Your day')}*",
        notes=tuple(notes),
        buttons=tuple(button for one in shown[:BUTTONS] for button in _buttons(one)),
    )
    return Digest(message=message, told=held.told[:MOST_HELD], dropped=held.dropped)


async def _asked_of(desk: Desk, person: Person) -> list[tuple[str, list[str]]]:
    """Pull requests that wait for their review, and what waits for their decision."""
    reviews = [in_digest(one) for one in await review_requests.awaited(desk.tx, person.id)]
    decisions = [_to_decide(one) for one in await to_decide(desk, person)]
    to_review, to_approve = fixed("To review ({count})"), fixed("To decide ({count})")
    return [(say(to_review, count=len(reviews)), reviews), (say(to_approve, count=len(decisions)), decisions)]


async def _asked_for(desk: Desk, person: Person, calendar: Calendar) -> list[str]:
    """What comes to them today because somebody asked for it."""
    tomorrow = datetime.combine(desk.now.astimezone(calendar.zone).date() + DAY, time(), calendar.zone)
    found = await alarms.due_for(desk.tx, person.id, after=desk.now, until=tomorrow)
    return [f"• {moment(at)} {_reminded_of(desk, person, one, ticket)}" for at, one, ticket in found]


def _reminded_of(desk: Desk, person: Person, alarm: Alarm, ticket: Ticket | None) -> str:
    """The words of a reminder and what it is about, with a link to that."""
    said = [escape(cut(alarm.text, TITLE))] if alarm.text else []
    if ticket and desk.may_see(person.slack_id, ticket):
        said.append(f"*{linked(ticket.name, ticket.permalink)}* {escape(cut(ticket.title, TITLE))}")
    elif alarm.link and not ticket:
        said.append(link(alarm.link, say("the message")))
    return " · ".join(said) or say("a message")


def _to_decide(one: Asked) -> str:
    """Who asks for what, how to answer, and the ticket that it is about."""
    about = f" · *{linked(one.ticket.name, one.ticket.permalink)}*" if one.ticket else ""
    return f"• {asks(one)}{how_to_decide(one.proposal)}{about}"


@dataclass(frozen=True, kw_only=True)
class Held:
    """What was held back for somebody: as lines, and the rows that these tell of, or that are no news any more."""

    lines: list[str]
    told: tuple[int, ...]
    dropped: tuple[int, ...]


async def read_held(desk: Desk, person: Person, *, until: datetime | None = None) -> Held:
    """What waits for somebody; what is about a ticket that is done, that others have by now, or that they may no longer
    see, is dropped.

    Args:
        until: only what is to go out by then, and nothing that waits for the digest.
    """
    found = await notices.held(desk.tx, person.id)
    due = [row for row in found if until is None or (row[0].release_at and row[0].release_at <= until)]
    news: list[Notice] = []
    for notice, ticket, is_theirs in due:
        is_news = is_theirs or notice.sort not in FOR_WHO_HAS_IT
        is_news = is_news and (desk.settings.reminders or notice.sort not in REMINDERS)
        is_news = is_news and not (ticket and _is_overdue(ticket, notice, now=desk.now))
        if ticket is None or (is_news and _is_going_on(ticket, notice) and desk.may_see(person.slack_id, ticket)):
            news.append(notice)
    told = tuple(notice.id for notice in news)
    dropped = tuple(notice.id for notice, *_ in due if notice.id not in told)
    return Held(lines=[f"• {notice.text}" for notice in news], told=told, dropped=dropped)


def _is_overdue(ticket: Ticket, notice: Notice, *, now: datetime) -> bool:
    """Whether it told of a deadline with the digest, which by now shows the ticket as overdue."""
    is_of_deadline = notice.sort == DEADLINE.name and notice.release_at is None
    return is_of_deadline and ticket.due_at is not None and ticket.due_at <= now


def _is_going_on(ticket: Ticket, notice: Notice) -> bool:
    """Whether it is still to be done, or the notice is the one that tells of its end."""
    return ticket.status in OPEN or (ticket.resolved_at is not None and ticket.resolved_at <= notice.at)


async def settle_held(desk: Desk, *, told: Sequence[int], dropped: Sequence[int], by: str) -> None:
    """They wait no more."""
    await notices.end(desk.tx, told, state="told", reason=by)
    await notices.end(desk.tx, dropped, state="dropped", reason=NO_NEWS)


def held_message(lines: list[str], *, late: Phrase | str = "") -> Message:
    """What was held back, alone."""
    name = say("Held back for you ({count})", count=len(lines))
    return Message(text=f"{late}{counted(name)}. {say(ONLY)}", notes=tuple(chunks(lines)))


def _is_shown(desk: Desk, person: Person, one: Matter) -> bool:
    """Neither what is snoozed nor what they may not see."""
    is_snoozed = one.ticket.snoozed_until is not None and one.ticket.snoozed_until > desk.now
    return not is_snoozed and desk.may_see(person.slack_id, one.ticket)


def _buttons(one: Matter) -> tuple[Button, Button]:
    name, version = one.ticket.name, one.ticket.named_version
    return (
        Button(label=say("Snooze {ticket}", ticket=name), action="snooze", value=f"{name} tomorrow"),
        Button(label=say("Resolve {ticket}…", ticket=name), action="form:resolve", value=version),
    )
