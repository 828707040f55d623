"""Tickets that became private with their channel: cards elsewhere name them no more."""

import re

from agent.cards.card import SIMILAR_DAYS
from agent.desk import Desk
from agent.language import of_ticket
from agent.notices import notify
from agent.reports.similar import similar_to
from agent.tickets.merging import HIDDEN
from prompts.words import say, speaking
from storage import channels
from storage.tickets import Ticket

MOST = 200  # tickets of the channel, the newest ones
LOOKED_AT = 500  # cards elsewhere


async def conceal(desk: Desk, channel_id: str) -> None:
    """Show those cards anew that named one of its tickets as similar, or as what theirs is a duplicate of."""
    locked = {one.id: one for one in await channels.newest(desk.tx, channel_id, most=MOST)}
    if not locked:
        return
    since = min(one.created_at for one in locked.values())
    for other in await channels.newest_elsewhere(desk.tx, channel_id, since=since, most=LOOKED_AT):
        earlier = {
            one.id: one.title
            for one in locked.values()
            if one.id < other.id and one.created_at >= other.created_at - SIMILAR_DAYS
        }
        if canonical := locked.get(other.duplicate_of or 0):
            with speaking(await of_ticket(desk, other)):
                _unname(other, canonical)
        if canonical or similar_to(other.title, earlier):
            await notify.show_card(desk, other)


def _unname(duplicate: Ticket, canonical: Ticket) -> None:
    """What `dup` wrote on its card, in whichever language; a duplicate has no other resolution than that."""
    name = re.compile(rf"\b{canonical.name}\b")
    duplicate.resolution = name.sub(say(HIDDEN), duplicate.resolution) if duplicate.resolution else None
    duplicate.last_change = name.sub(say(HIDDEN), duplicate.last_change)
