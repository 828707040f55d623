"""The fields that a proposal shows, before and after, and which of them are others by now."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent.desk import Desk
from agent.more import more_lines
from agent.tickets.change import MOMENTS
from bot.messages import escape, linked, moment
from prompts.words import fixed, say
from storage import people, tickets

if TYPE_CHECKING:
    from agent.kit.deed import Deed

SHOWN_FIELDS = 6
SHOWN_VALUE = 200  # characters
PEOPLE = {"assignees"}  # fields that hold the ids of people
NONE_YET = "–"
CHANGE = fixed("{field}: {before} → {after}")
CUT = fixed("{text}… ({count} more characters)")

Values = Mapping[str, Any]


def changing(before: Values, after: Values) -> list[str]:
    """The names of the fields that become something else."""
    return [name for name in after if name in before and _plain(before[name]) != _plain(after[name])]


def moved(shown: Values, now: Values) -> list[str]:
    """The names of those fields that were shown and are something else by now."""
    return [name for name in shown if _plain(shown[name]) != _plain(now.get(name))]


def _plain(value: Any) -> Any:
    """As it comes back from the database."""
    return json.loads(json.dumps(value, default=str))


async def changes(desk: Desk, before: Values, after: Values) -> list[str]:
    """A line for each field that becomes something else, as far as people can read it: "state: open → closed"."""
    names = changing(before, after)
    known = await _known(desk, names)
    lines = [
        say(
            CHANGE,
            field=name.replace("_", " "),
            before=_shown(name, before[name], known),
            after=_shown(name, after[name], known),
        )
        for name in names[:SHOWN_FIELDS]
    ]
    return [*lines, *more_lines(len(names), SHOWN_FIELDS)]


def is_cut(before: Values, after: Values) -> bool:
    """Whether those lines do not hold all of it."""
    names = changing(before, after)
    texts = (_text(each[name]) for name in names if name not in {*PEOPLE, *MOMENTS} for each in (before, after))
    return len(names) > SHOWN_FIELDS or any(len(text) > SHOWN_VALUE for text in texts)


async def whole(desk: Desk, before: Values, after: Values) -> list[str]:
    """Each field that becomes something else, with all of it."""
    names = changing(before, after)
    known = await _known(desk, names)
    return [
        f"*{escape(name.replace('_', ' '))}*\n"
        f"{_in_full(name, before[name], known) or NONE_YET}\n→\n{_in_full(name, after[name], known) or NONE_YET}"
        for name in names
    ]


async def _known(desk: Desk, names: Sequence[str]) -> dict[int, str]:
    """People by their ids, where one of these fields holds some."""
    return {one.id: one.name for one in await people.everyone(desk.tx)} if PEOPLE.intersection(names) else {}


async def change_of(desk: Desk, would: "Deed") -> list[str]:
    """What would be done, said once: the ticket and its fields before and after, with what else there is to know; else
    the words of the command, or what would be written on GitHub."""
    told = [f"• {line}" for line in await changes(desk, would.before, would.after)]
    if not told or would.ticket_id is None or would.object_kind != "ticket":
        return [*(f"> {line}" for line in would.words.splitlines() if line.strip()), *told]
    ticket = await tickets.get(desk.tx, would.ticket_id)
    head = f"> *{linked(ticket.name, ticket.permalink)}* {escape(ticket.title)}"
    return [head, *told, *([f"> {would.caution}"] if would.caution else [])]


def _shown(name: str, value: Any, known: Mapping[int, str]) -> str:
    text = _text(value)
    if name in PEOPLE or name in MOMENTS or len(text) <= SHOWN_VALUE:
        return _in_full(name, value, known) or NONE_YET
    return say(CUT, text=escape(text[:SHOWN_VALUE]), count=len(text) - SHOWN_VALUE)


def _in_full(name: str, value: Any, known: Mapping[int, str]) -> str:
    if name in MOMENTS and value:
        return moment(datetime.fromisoformat(str(value)))
    if name in PEOPLE and isinstance(value, list | tuple):
        value = [f"@{known.get(one, one)}" for one in value]
    return escape(_text(value))


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
