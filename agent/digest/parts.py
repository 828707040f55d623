"""How a page about a day is laid out: which part a ticket belongs to, its line, and how long a part may be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.calendar.opening import Calendar, between
from agent.digest.plan import last_working_day
from agent.more import more_lines
from agent.nudges.plan import EVERY, ON, SILENCE, habit_of, silent_since
from agent.status_words import words
from bot.messages import cut, escape, linked, moment
from prompts.words import say
from storage.digests import Matter

LINES = 10
TITLE = 60
NUDGED = (ON, EVERY)  # settings of a team that say what is stale
CHUNK = 1900  # characters: a note holds 2,000


@dataclass(frozen=True, kw_only=True)
class View:
    """What decides which part a ticket belongs to."""

    person_id: int
    calendar: Calendar
    now: datetime

    def is_overdue(self, one: Matter) -> bool:
        return one.due_at is not None and one.due_at <= self.now

    def is_due_today(self, one: Matter) -> bool:
        zone = self.calendar.zone
        return one.due_at is not None and one.due_at.astimezone(zone).date() == self.now.astimezone(zone).date()

    def is_awaited(self, one: Matter) -> bool:
        return one.ticket.waiting_on == self.person_id

    def is_stale(self, one: Matter) -> bool:
        habit = habit_of(one.said)
        if one.ticket.waiting_since or one.ticket.priority not in SILENCE or not habit.is_on:
            return False
        return between(self.calendar, silent_since(one.ticket), self.now) >= habit.silence(one.ticket.priority)

    def is_new(self, one: Matter) -> bool:
        return one.assigned_at is not None and one.assigned_at >= last_working_day(self.calendar, self.now)

    def is_reported_lately(self, one: Matter) -> bool:
        return one.ticket.created_at >= last_working_day(self.calendar, self.now)

    def is_nobodys(self, one: Matter) -> bool:
        return not one.names

    def waits(self, one: Matter) -> bool:
        return one.ticket.waiting_since is not None


Part = tuple[str, Callable[[View, Matter], bool]]


def sort_into(table: Sequence[Part], found: Sequence[Matter], view: View) -> list[tuple[str, list[Matter]]]:
    """Each ticket in the first part that it belongs to."""
    left, parts = list(found), []
    for name, belongs in table:
        parts.append((name, [one for one in left if belongs(view, one)]))
        left = [one for one in left if not belongs(view, one)]
    return parts


def line(one: Matter) -> str:
    """Its number, title, priority and deadline."""
    ticket = one.ticket
    name, title = linked(ticket.name, ticket.permalink), cut(ticket.title, TITLE)
    facts = words(ticket.priority) if ticket.priority else say("no priority yet")
    if one.due_at:
        facts = say("{priority}, due {at}", priority=facts, at=moment(one.due_at))
    is_elsewhere = not ticket.permalink and ticket.channel_id.startswith(("C", "G"))
    where = say(" in {channel}", channel=f"<#{ticket.channel_id}>") if is_elsewhere else ""
    return f"• *{name}* {escape(title)} ({facts}){where}"


def counted(heading: str) -> str:
    """ "Due today (2)" as it stands in a sentence; the name begins with no noun, which German would not let shrink."""
    name, _, count = heading.rstrip(")").rpartition(" (")
    return f"{count} {name[:1].lower()}{name[1:]}"


def notes_of(name: str, lines: Sequence[str]) -> list[str]:
    """A part under its name: ten lines, and how many more there are."""
    return chunks([f"*{name}*", *lines[:LINES], *more_lines(len(lines), LINES)])


def chunks(lines: Sequence[str]) -> list[str]:
    """The lines in as few notes as hold them."""
    notes = [""]
    for line in lines:
        if notes[-1] and len(notes[-1]) + len(line) >= CHUNK:
            notes.append("")
        notes[-1] = f"{notes[-1]}\n{line}".strip()
    return notes
