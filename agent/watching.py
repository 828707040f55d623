"""Who watches a ticket hears of each change of its status, but for their own."""

from agent import notify
from agent.attention import NEWS
from agent.desk import Desk
from storage import watches
from storage.tickets import Ticket

WATCHED = "watched"  # by this what it told is told apart from other messages of one piece of work


async def tell_watchers(desk: Desk, ticket: Ticket, change: str) -> None:
    """One direct message for one change.

    Args:
        change: in words, "resolved by @x".
    """
    for person in await watches.watchers(desk.tx, ticket.id):
        if desk.may_see(person.slack_id, ticket):
            text = f"{notify.headline(ticket)}, which you watch, was {change}."
            key = notify.direct_key(WATCHED, desk.key, ticket, person.id)
            await notify.tell(desk, ticket, person, text, key=key, sort=NEWS)
