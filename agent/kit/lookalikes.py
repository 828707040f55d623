"""Before something is created code looks for what is open and like it; who asks chooses, unless they said not to.

A ticket waits for that choice. An issue on GitHub waits for approval, and its proposal says what it looks like.
"""

from collections.abc import Mapping
from typing import Any

from agent.desk import Desk
from agent.reports.similar import significant, similar_to
from agent.triage.title import title_of
from agent.turns.control import is_go_ahead, split_go_ahead
from agent.turns.grounds import Words
from bot.messages import Button, Message, cut, escape, linked
from prompts.words import fixed, say
from storage import listing
from storage.listing import Filter
from storage.tickets import OPEN, Ticket

CREATES = {"report_ticket", "create_issue"}
LOOKED_AT = 10  # tickets for each of so many words
LONGEST_VALUE = 1900  # a button's value holds 2,000 characters
LABEL = 60


async def lookalikes(desk: Desk, tool: str, arguments: Mapping[str, Any], words: Words) -> list[Ticket]:
    """Open tickets that look like what a tool would create, best first; none where no question is wanted."""
    if tool not in CREATES or any(split_go_ahead(one)[1] or is_go_ahead(one) for one in words.texts):
        return []
    title = str(arguments.get("title") or title_of(str(arguments["text"])))
    found: dict[int, Ticket] = {}
    for word in sorted(significant(title), key=len, reverse=True)[:LOOKED_AT]:
        filters = (Filter(kind="words", value=word, said=word), Filter(kind="status", value=OPEN, said=""))
        for row in await listing.page(desk.tx, desk.viewer, filters, order="age", first=0, most=LOOKED_AT):
            found[row.ticket.id] = row.ticket
    return [found[id_] for id_ in similar_to(title, {id_: ticket.title for id_, ticket in found.items()})]


def question(alike: list[Ticket], text: str) -> Message:
    """What the asker is asked, with a button for each choice; what they said is kept in both."""
    first, kept = alike[0], escape(text)
    buttons = (
        Button(label=say("Add it to {ticket}", ticket=first.name), action="comment", value=f"{first.name} {kept}"),
        Button(label=say("Create anyway"), action="report", value=kept),
    )
    asks = fixed("{tickets} looks like this and is open. Shall it be added there?")
    return Message(text=say(asks, tickets=_named(alike)), buttons=buttons if len(kept) <= LONGEST_VALUE else ())


def note(alike: list[Ticket]) -> str:
    """A line for a proposal; empty where nothing looks like it."""
    return say("It looks like {tickets}, still open.", tickets=_named(alike)) if alike else ""


def _named(alike: list[Ticket]) -> str:
    return "; ".join(linked(cut(f"{one.name} {one.title}", LABEL), one.permalink) for one in alike)
