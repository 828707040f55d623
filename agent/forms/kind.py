"""What a form is to a command: the questions it asks of a ticket, and how the answers become the command's words."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from agent.cards.card import MARKS
from agent.desk import Desk
from agent.status_words import words
from bot.forms import Field
from bot.messages import Option
from storage import tickets
from storage.tickets import LOUDEST_FIRST, Ticket

Given = Mapping[str, str]  # field -> what was filled in
MOST = 100  # options that Slack shows


async def _nothing_wrong(desk: Desk, ticket: Ticket, given: Given) -> dict[str, str]:
    return {}


@dataclass(frozen=True, kw_only=True)
class FormKind:
    """One row of the table. `title`, a fixed text like `submit`, has the slot {ticket} for its number.

    `fields` asks, with what is so today, and takes what the button chose beforehand. `line` makes of the answers, and
    of what stood there at first, what follows the ticket in the command. `check` names what is wrong by field, besides
    what the command's grammar refuses, which is shown at `blamed`.
    """

    verb: str
    title: str
    submit: str
    fields: Callable[[Desk, Ticket, str], Awaitable[tuple[Field, ...]]]
    line: Callable[[Given, Given], str]
    blamed: str
    check: Callable[[Desk, Ticket, Given], Awaitable[dict[str, str]]] = _nothing_wrong
    shows_ticket: bool = False  # and is opened only for who is known to see it


async def _fine(desk: Desk, value: str, given: Given) -> dict[str, str]:
    return {}


@dataclass(frozen=True, kw_only=True)
class OpenKind:
    """A row of a form that is about no ticket. `name` is that of its action; `verb` the command it leads to.

    `fields` asks for what `value`, that of its button, names (a team), with what is so today, or refuses; `lines` are
    the commands that the answers make, and among them those that are not what stood there at first. `check` names what
    is wrong by field, besides what the grammar refuses.
    """

    name: str
    verb: str
    title: str
    submit: str
    fields: Callable[[Desk, str], Awaitable[tuple[Field, ...]]]
    lines: Callable[[str, Given, Given], list[str]]
    blamed: str
    check: Callable[[Desk, str, Given], Awaitable[dict[str, str]]] = _fine
    is_of_settings: bool = False  # what stands in it is set, and others may set it too


async def open_tickets(desk: Desk, *, besides: Ticket | None) -> list[Ticket]:
    """Open tickets that the asker sees, the loudest first, to choose one from."""
    is_insider = desk.actor is not None and not desk.asker.is_outsider
    return [
        one
        for one in await tickets.open_ones(desk.tx, desk.workspace_id, most=2 * MOST)
        if (besides is None or one.id != besides.id) and ((is_insider and not one.is_private) or await desk.sees(one))
    ]


def priorities() -> tuple[Option, ...]:
    """The priorities to choose from, the loudest first."""
    return tuple(Option(label=f"{MARKS[name]} {words(name).capitalize()}", value=name) for name in LOUDEST_FIRST)
