"""What a command names: a ticket (by number, by a link to its message, or as `this`), people, a team."""

import re
from collections.abc import Sequence

from agent.commands.reading import THIS
from agent.desk import Desk
from agent.people.whom import person_named
from agent.tickets import merging
from bot.errors import Stray, UserError
from bot.messages import escape, plain
from prompts.words import fixed, say
from storage import comments, people, thread_links, tickets
from storage.people import Person, Team
from storage.tickets import Ticket

_NAME = re.compile(r"CH-(\d+)(?:@\d+)?")
MESSAGE = re.compile(r"/archives/(\w+)/p(\d{10})(\d{6})(?:\?(?:[^|>]*&(?:amp;)?)?thread_ts=(\d+\.\d+))?")
NOT_SEEN = fixed("There is no CH-{number} that you can see. `list` shows what there is.")
READ_ALONG = fixed(
    "There is no CH-{number} that may be shown where others read along. If it is private, ask me directly."
)


async def ticket_named(desk: Desk, name: str, thread_ticket: Ticket | None) -> Ticket:
    """The ticket, if the asker may see it.

    Raises:
        Stray: there is none; one that they may not see answers in the same words.
    """
    if name == THIS and thread_ticket:
        return thread_ticket
    found = _NAME.fullmatch(name)
    ticket = await tickets.by_number(desk.tx, desk.workspace_id, int(found[1])) if found else await _linked(desk, name)
    # A private ticket answers like one that does not exist: even its number is none of their business.
    if ticket is None or not await desk.sees(ticket):
        if found is None:
            raise Stray(say("Behind that link is no ticket that you can see. `list` shows what there is."))
        missing = READ_ALONG if desk.is_read_along else NOT_SEEN
        raise Stray(say(missing, number=found[1]))
    return ticket


async def thread_ticket(desk: Desk) -> Ticket | None:
    """The ticket that the thread is about, if it is about one; of a duplicate the one that it is a duplicate of."""
    own = await linked_ticket(desk)
    return await merging.meant(desk, own) if own else None


async def linked_ticket(desk: Desk) -> Ticket | None:
    """The ticket in whose thread something was said."""
    place = desk.place
    if place is None or place.thread_ts in {None, place.message_ts}:
        return None  # it opens a thread of its own
    ticket_id = await thread_links.ticket_of(desk.tx, desk.workspace_id, place.channel_id, place.thread_ts)
    return await tickets.get(desk.tx, ticket_id) if ticket_id else None


async def _linked(desk: Desk, link: str) -> Ticket | None:
    """The ticket that a message reported, remarked on, or stands in the thread of."""
    if (found := MESSAGE.search(link)) is None:
        return None
    channel_id, ts = found[1], f"{found[2]}.{found[3]}"
    if ticket := await tickets.by_message(desk.tx, channel_id, ts):
        return ticket
    comment = await comments.by_message(desk.tx, channel_id, ts)
    ticket_id = await thread_links.ticket_of(desk.tx, desk.workspace_id, channel_id, found[4] or ts)
    ticket_id = comment.ticket_id if comment else ticket_id
    return await tickets.get(desk.tx, ticket_id) if ticket_id else None


async def people_named(desk: Desk, names: Sequence[str]) -> tuple[Person, ...]:
    """Each person once, however often and in which way they are named."""
    found = {person.id: person for person in [await person_named(desk, name) for name in names]}
    return tuple(found.values())


async def team_named(desk: Desk, name: str) -> Team:
    """A team by name, in quotes or without.

    Raises:
        UserError: there is none; names those there are.
    """
    name = name.strip('"“”`')
    if team := await people.team_named(desk.tx, name) or await people.team_named(desk.tx, plain(name)):
        return team
    name = plain(name)
    known = ", ".join(team.name for team in await people.teams(desk.tx))
    missing = say("There is no team “{team}”.", team=escape(name))
    raise UserError(f"{missing} {say('Teams: {known}.', known=escape(known)) if known else say('No team yet.')}")
