"""A question that may have been a report becomes a ticket in its thread: its words stand in the form, to be changed."""

import re

from agent.commands.feedback import turn_read
from agent.desk import Desk
from agent.forms.kind import Given
from bot.errors import UserError
from bot.forms import Field
from bot.messages import escape
from prompts.words import say
from storage import thread_links, tickets

LONGEST = 3000
_TURN = re.compile(r"T-(\d{1,9})")


async def fields(desk: Desk, value: str) -> tuple[Field, ...]:
    """What is wrong, with what was asked.

    Raises:
        UserError: its thread has a ticket by now. Stray: it is of no answer that they could read.
    """
    found = _TURN.fullmatch(value)
    asked = await _asked(desk, int(found[1])) if found else ""
    return (Field(name="text", kind="text", label=say("What is wrong?"), initial=asked, longest=LONGEST),)


async def _asked(desk: Desk, number: int) -> str:
    turn = await turn_read(desk, number)
    where = (turn.workspace_id, turn.channel_id, turn.thread_ts or "")
    if ticket_id := await thread_links.ticket_of(desk.tx, *where):
        ticket = await tickets.get(desk.tx, ticket_id)
        raise UserError(say("This thread is about {ticket} by now.", ticket=ticket.name))
    return (await desk.read_out(turn.text))[:LONGEST]


def lines(value: str, given: Given, changed: Given) -> list[str]:
    return [f"report {escape(given['text'])}"]
