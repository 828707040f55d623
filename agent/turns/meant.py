"""What `this` means in one of several lines that rules have read in a message: what was reported first."""

import re

from agent.desk import Desk
from storage import tickets
from storage.tickets import Ticket

_THIS = re.compile(r"(?<=\babout )this\b")


async def meant(desk: Desk, line: str, *, own_id: int | None) -> tuple[str, Ticket | None]:
    """The line, and the ticket that it is about where it names none.

    Args:
        own_id: the ticket of the thread; it is read anew, since what failed before took it back.
    """
    own, place = await tickets.get(desk.tx, own_id) if own_id else None, desk.place
    if own is None and place and place.message_ts:
        own = await tickets.by_message(desk.tx, place.channel_id, place.message_ts)  # of a line before this one
        line = _THIS.sub(own.name, line, count=1) if own else line
    return line, own
