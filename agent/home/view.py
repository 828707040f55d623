"""For whom a Home tab is built: who they are, and how a ticket stands on it in one line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.cards.card import MARKS
from agent.desk import Desk
from agent.status_words import words
from bot.messages import cut, escape, linked, moment
from prompts.words import fixed, say
from storage.overview import About
from storage.people import Person
from storage.tickets import Ticket

TITLE = 80


@dataclass(frozen=True, kw_only=True)
class View:
    """What every part of the page is made from. `said` is (scope, key) -> value of what is set."""

    desk: Desk
    person: Person
    about: About
    said: Mapping[tuple[str, str], str]

    @property
    def now(self) -> datetime:
        return self.desk.now

    def sees(self, ticket: Ticket) -> bool:
        return self.desk.may_see(self.person.slack_id, ticket)

    @property
    def channels(self) -> list[str]:
        """The private channels that they are a member of."""
        return self.desk.channels_of(self.person.slack_id)


def ticket_line(view: View, ticket: Ticket, due_at: datetime | None, *, flags: tuple[str, ...] = ()) -> str:
    """Number, title, priority, status, deadline and what else is to be said of it."""
    name, title = linked(ticket.name, ticket.permalink), cut(ticket.title, TITLE)
    late = fixed("was due {when}") if due_at and due_at <= view.now else fixed("due {when}")
    facts = (
        words(ticket.priority).capitalize() if ticket.priority else "",
        words(ticket.status) if ticket.status == "in_progress" else "",
        say(late, when=moment(due_at)) if due_at else "",
        *flags,
    )
    told = " · ".join(fact for fact in facts if fact)
    return f"{MARKS.get(ticket.priority or '', ':white_circle:')} *{name}* {escape(title)}\n{told}"
