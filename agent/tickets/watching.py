"""Who watches a ticket, or a duplicate of it, hears of each change of its status, but for their own."""

from agent.desk import Desk
from agent.language import of_person
from agent.notices import notify
from agent.notices.attention import NEWS
from prompts.words import Phrase, say, speaking
from storage import duplicates, watches
from storage.database import Tx
from storage.people import Person
from storage.tickets import Ticket

WATCHED = "watched"  # by this what it told is told apart from other messages of one piece of work


async def followers(tx: Tx, ticket: Ticket) -> list[Person]:
    """Who watches it, or what is a duplicate of it, directly or by way of others."""
    found = {person.id: person for person in await watches.watchers(tx, ticket.id)}
    for duplicate in await duplicates.of(tx, ticket.id):
        found |= {person.id: person for person in await followers(tx, duplicate)}
    return list(found.values())


async def tell_watchers(desk: Desk, ticket: Ticket, change: Phrase | str) -> None:
    """One direct message for one change.

    Args:
        change: in words, "resolved by @x".
    """
    for person in await followers(desk.tx, ticket):
        if desk.may_see(person.slack_id, ticket):
            key = notify.direct_key(WATCHED, desk.key, ticket, person.id)
            with speaking(await of_person(desk, person.id)):
                text = say("{ticket}, which you watch, was {change}.", ticket=notify.headline(ticket), change=change)
                await notify.tell(desk, ticket, person, text, key=key, sort=NEWS)
