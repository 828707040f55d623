"""`set CH-1 title New words`: a person words or judges a ticket better; what was read into it before can come back."""

from collections.abc import Mapping
from typing import Any

from agent.commands.fields import kept
from agent.commands.priority import require_reason, told
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.language import of_ticket
from agent.notices import notify
from agent.status_words import words
from agent.tickets.change import changing
from agent.tickets.transition import by, require_open
from bot.messages import cut, escape
from prompts.words import fixed, say, speaking
from storage import tickets
from storage.tickets import Ticket

NAMED = {
    "title": fixed("title"),
    "description": fixed("description"),
    "component": fixed("component"),
    "tags": fixed("tags"),
    "category": fixed("category"),
    "severity": fixed("severity"),
    "effort": fixed("effort"),
    "priority": fixed("priority"),
}
WORDED = {"title", "description"}  # what whoever reported it may set too
FREE = {*WORDED, "component"}
SHOWN = 80  # characters of a new value in the answer


async def set_fields(desk: Desk, said: Said) -> Reply:
    """All fields that are named change together, as one change."""
    ticket, wanted = said.the_ticket, kept(await _spoken(desk, said.values))
    reason = str(wanted.pop("reason", ""))
    new = {name: value for name, value in wanted.items() if value != getattr(ticket, name)}
    if not new:
        return text_reply(say("{ticket} says so already.", ticket=ticket.name), is_private=True)
    judged = new.keys() - WORDED
    if judged:
        doing = say("set the {fields} of {ticket}", fields=_listed(judged), ticket=ticket.name)
        await desk.check("triage", ticket, doing=doing)
    if "priority" in new:
        require_reason(require_open(ticket), new["priority"], reason)
    await _write(desk, ticket, new, reason=reason, needs="triage" if judged else "describe")
    shown = "; ".join(f"{say(NAMED[name])} → {_shown(name, value)}" for name, value in new.items())
    return text_reply(f"{ticket.name}: {shown}.", shown_by=ticket)


async def _write(desk: Desk, ticket: Ticket, new: Mapping[str, Any], *, reason: str, needs: str) -> None:
    with speaking(await of_ticket(desk, ticket)):
        change = say("{fields} changed by {who}", fields=_listed(new), who=by(desk))
    why = told(desk, ticket, new["priority"], reason) if reason else ""
    note = {"reason": reason} if reason else {}
    async with changing(desk, ticket, "set", said=change, needs=needs, told=why, note=note):
        for name, value in new.items():
            setattr(ticket, name, value)
    if "priority" in new:
        had = await tickets.assignees(desk.tx, ticket.id)
        await notify.tell_managers(desk, ticket, assigned=had, is_told=True)


async def _spoken(desk: Desk, values: Mapping[str, str]) -> dict[str, str]:
    """As it is kept: descriptions as Slack marks them up, all else as a person reads it. A form marks nothing up."""
    if desk.is_typed:
        return {name: text if name == "description" else await desk.read_out(text) for name, text in values.items()}
    return {name: escape(text) if name == "description" else text for name, text in values.items()}


def _shown(name: str, value: Any) -> str:
    is_spoken = name in FREE and value  # people's own words are never translated
    text = ", ".join(value) if isinstance(value, list) else value if is_spoken else words(value)
    return escape(cut(text, SHOWN)) or say("none")


def _listed(names: Mapping[str, Any] | set[str]) -> str:
    *first, last = [say(NAMED[name]) for name in sorted(names)]
    return say("{names} and {last}", names=", ".join(first), last=last) if first else last


VERB = Verb(
    name="set",
    takes=(Slot.TICKET, Slot.FIELDS),
    summary=fixed("set title, description, component, tags, category, severity, effort or priority"),
    example="set CH-1 title Checkout is slow since the deploy",
    another="tag CH-1 checkout, latency",
    action="describe",
    act=set_fields,
    also=("edit", "rename", "tag"),
    german=("setze", "ändern", "umbenennen"),
    inverse="undo",
    changes=("title", "description", "component", "tags", "category", "severity", "effort", "priority"),
)
