"""Somebody's day on one page: what is overdue, due, waiting, going stale, new, and what was held back for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.calendar.opening import Calendar, between
from agent.desk import Desk
from agent.digest.plan import last_working_day
from agent.nudges.plan import EVERY, ON, SILENCE, Habit, habit_of, silent_since
from bot.messages import Button, Message, escape, link, moment
from storage import calendars, digests, notices, settings_kv
from storage.digests import Matter
from storage.notices import Notice
from storage.people import Person
from storage.tickets import OPEN

LINES, BUTTONS = 10, 5
TITLE = 60
CHUNK = 1900  # characters: a note holds 2,000
ONLY = "They were held back until now."


@dataclass(frozen=True, kw_only=True)
class Digest:
    """The message, and what was held back and is told by it, or is no news any more."""

    message: Message | None  # None: there is nothing to say
    told: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _View:
    """What decides which part a ticket belongs to."""

    person_id: int
    calendar: Calendar
    now: datetime
    habits: Mapping[int, Habit]

    def is_overdue(self, one: Matter) -> bool:
        return one.due_at is not None and one.due_at <= self.now

    def is_due_today(self, one: Matter) -> bool:
        zone = self.calendar.zone
        return one.due_at is not None and one.due_at.astimezone(zone).date() == self.now.astimezone(zone).date()

    def is_awaited(self, one: Matter) -> bool:
        return one.ticket.waiting_on == self.person_id

    def is_stale(self, one: Matter) -> bool:
        habit = self.habits.get(one.ticket.team_id or 0, Habit())
        if one.ticket.waiting_since or one.ticket.priority not in SILENCE or not habit.is_on:
            return False
        return between(self.calendar, silent_since(one.ticket), self.now) >= habit.silence(one.ticket.priority)

    def is_new(self, one: Matter) -> bool:
        return one.assigned_at is not None and one.assigned_at >= last_working_day(self.calendar, self.now)


PARTS: tuple[tuple[str, Callable[[_View, Matter], bool]], ...] = (
    ("Overdue", _View.is_overdue),
    ("Due today", _View.is_due_today),
    ("Waiting on you", _View.is_awaited),
    ("Going stale", _View.is_stale),
    ("New", _View.is_new),
)


async def build(desk: Desk, person: Person, calendar: Calendar) -> Digest:
    """The digest as of now, in three reads; each ticket stands in the first part that it belongs to."""
    found = [one for one in await digests.matters(desk.tx, person.id) if _is_shown(desk, person, one)]
    view = _View(person_id=person.id, calendar=calendar, now=desk.now, habits=await _habits(desk, found))
    parts = _sorted(found, view)
    held = await read_held(desk, person)
    shown = [one for _, matters in parts for one in matters[:LINES]]
    sections = [(f"{name} ({len(matters)})", [_line(one) for one in matters]) for name, matters in parts if matters]
    if held.lines:
        sections.append((f"Held back for you ({len(held.lines)})", held.lines))
    if not sections:
        return Digest(message=None, dropped=held.dropped)
    message = Message(
        text=f"Your day: {', '.join(_counted(name) for name, _ in sections)}.",
        title="*Your day*",
        notes=tuple(note for name, lines in sections for note in _notes(name, lines)),
        buttons=tuple(button for one in shown[:BUTTONS] for button in _buttons(one)),
    )
    return Digest(message=message, told=held.told, dropped=held.dropped)


@dataclass(frozen=True, kw_only=True)
class Held:
    """What was held back for somebody: as lines, and the rows that these tell of, or that are no news any more."""

    lines: list[str]
    told: tuple[int, ...]
    dropped: tuple[int, ...]


async def read_held(desk: Desk, person: Person, *, until: datetime | None = None) -> Held:
    """What waits for somebody; what is about a ticket that is done, or that they may no longer see, is dropped.

    Args:
        until: only what is to go out by then, and nothing that waits for the digest.
    """
    found = await notices.held(desk.tx, person.id)
    due = [(one, about) for one, about in found if until is None or (one.release_at and one.release_at <= until)]
    news: list[Notice] = []
    for notice, ticket in due:
        if ticket is None or (ticket.status in OPEN and desk.may_see(person.slack_id, ticket)):
            news.append(notice)
    told = tuple(notice.id for notice in news)
    dropped = tuple(notice.id for notice, _ in due if notice.id not in told)
    return Held(lines=[f"• {notice.text}" for notice in news], told=told, dropped=dropped)


async def settle_held(desk: Desk, *, told: Sequence[int], dropped: Sequence[int], by: str) -> None:
    """They wait no more."""
    await notices.end(desk.tx, told, state="told", reason=by)
    await notices.end(desk.tx, dropped, state="dropped", reason="the ticket is done, or not theirs to see any more")


def held_message(lines: list[str]) -> Message:
    """What was held back, alone."""
    return Message(text=f"{_counted(f'Held back for you ({len(lines)})')}. {ONLY}", notes=tuple(_chunks(lines)))


def _is_shown(desk: Desk, person: Person, one: Matter) -> bool:
    """Neither what is snoozed nor what they may not see."""
    is_snoozed = one.ticket.snoozed_until is not None and one.ticket.snoozed_until > desk.now
    return not is_snoozed and desk.may_see(person.slack_id, one.ticket)


def _sorted(found: Sequence[Matter], view: _View) -> list[tuple[str, list[Matter]]]:
    left, parts = list(found), []
    for name, belongs in PARTS:
        parts.append((name, [one for one in left if belongs(view, one)]))
        left = [one for one in left if not belongs(view, one)]
    return parts


async def _habits(desk: Desk, found: Sequence[Matter]) -> dict[int, Habit]:
    """Team id -> how it wants to be nudged, in one read."""
    teams = {one.ticket.team_id for one in found if one.ticket.team_id}
    scopes = {calendars.of_team(team_id): team_id for team_id in sorted(teams)}
    said: dict[int, dict[str, str]] = {team_id: {} for team_id in teams}
    for (scope, key), value in (await settings_kv.of_scopes(desk.tx, list(scopes), (ON, EVERY))).items():
        said[scopes[scope]][key] = value
    return {team_id: habit_of(values) for team_id, values in said.items()}


def _line(one: Matter) -> str:
    ticket = one.ticket
    title = ticket.title if len(ticket.title) <= TITLE else f"{ticket.title[: TITLE - 1]}…"
    name = link(ticket.permalink, ticket.name) if ticket.permalink else ticket.name
    where = "" if ticket.permalink or not ticket.channel_id.startswith(("C", "G")) else f" in <#{ticket.channel_id}>"
    due = f", due {moment(one.due_at)}" if one.due_at else ""
    return f"• *{name}* {escape(title)} ({ticket.priority or 'no priority yet'}{due}){where}"


def _buttons(one: Matter) -> tuple[Button, Button]:
    name, version = one.ticket.name, one.ticket.named_version
    return (
        Button(label=f"Snooze {name}", action="snooze", value=f"{name} tomorrow"),
        Button(label=f"Resolve {name}…", action="form:resolve", value=version),
    )


def _counted(heading: str) -> str:
    """ "Due today (2)" as it stands in a sentence."""
    name, _, count = heading.rstrip(")").rpartition(" (")
    return f"{count} {name[:1].lower()}{name[1:]}"


def _notes(name: str, lines: list[str]) -> list[str]:
    more = [f"… and {len(lines) - LINES} more"] if len(lines) > LINES else []
    return _chunks([f"*{name}*", *lines[:LINES], *more])


def _chunks(lines: Sequence[str]) -> list[str]:
    """The lines in as few notes as hold them."""
    notes = [""]
    for line in lines:
        if notes[-1] and len(notes[-1]) + len(line) >= CHUNK:
            notes.append("")
        notes[-1] = f"{notes[-1]}\n{line}".strip()
    return notes
