"""What a form is to a command: the questions it asks of a ticket, and how the answers become the command's words."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from agent.card import MARKS
from agent.desk import Desk
from bot.forms import Field, Words
from bot.messages import Option
from storage import settings_kv
from storage.tickets import Ticket

Given = Mapping[str, str]  # field -> what was filled in
PRIORITIES = {
    "critical": Words("Critical", "Kritisch"),
    "high": Words("High", "Hoch"),
    "medium": Words("Medium", "Mittel"),
    "low": Words("Low", "Niedrig"),
}
LANGUAGE = "language"  # settings_kv key, in the scope of a person


async def _nothing_wrong(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    return {}


@dataclass(frozen=True, kw_only=True)
class FormKind:
    """One row of the table. `title` stands before the ticket's number.

    `fields` asks, with what is so today, and takes what the button chose beforehand. `line` makes of the answers, and
    of what stood there at first, what follows the ticket in the command. `check` names what is wrong by field, besides
    what the command's grammar refuses, which is shown at `blamed`.
    """

    verb: str
    title: Words
    submit: Words
    fields: Callable[[Desk, Ticket, str], Awaitable[tuple[Field, ...]]]
    line: Callable[[Given, Given], str]
    blamed: str
    check: Callable[[Desk, Ticket, Given], Awaitable[dict[str, str]]] = _nothing_wrong
    shows_ticket: bool = False  # and is opened only for who is known to see it


async def priorities(desk: Desk) -> tuple[Option, ...]:
    """The priorities to choose from, the loudest first."""
    language = await language_of(desk)
    return tuple(Option(label=f"{MARKS[name]} {word.of(language)}", value=name) for name, word in PRIORITIES.items())


async def language_of(desk: Desk) -> str:
    """The language of the person at the desk: en, or what they have set."""
    if desk.actor is None:
        return "en"
    return await settings_kv.get(desk.tx, f"person:{desk.actor.person_id}", LANGUAGE) or "en"
