"""The tickets behind what a text names on GitHub: `#12`, `acme/shop#12`, or a link to an issue or a pull request."""

import re
from itertools import islice

from agent.commands.reading import TICKET_IN_TEXT
from agent.desk import Desk
from agent.github.which import HERE, Asked, repository_for, visible
from bot.errors import UserError
from storage import issues, pulls, thread_links, tickets
from storage.repositories import Repository
from storage.tickets import Ticket

SAID = re.compile(
    r"(?<![\w/.-])(?:https://[\w.-]{1,100}/)?(?:(?P<name>[\w.-]{1,39}/[\w.-]{1,100})(?:#|/issues/|/pull/)|#|gh-)"
    r"(?P<number>\d{1,9})(?!\w)",
    re.ASCII | re.IGNORECASE,
)
LONGEST, MOST = 2_000, 5  # characters that are looked at, and references


async def ticket_meant(desk: Desk, text: str) -> str:
    """The name of the ticket that a text names, itself or on GitHub; empty where it names none that is known."""
    if found := TICKET_IN_TEXT.search(text):
        return f"CH-{int(found[1])}"
    return next((one.name for one in await tickets_referred(desk, text)), "")


async def tickets_referred(desk: Desk, text: str) -> list[Ticket]:
    """In the order in which they are named, as far as all may know of them who read the answer."""
    found: dict[int, Ticket] = {}
    for said in islice(SAID.finditer(text[:LONGEST]), MOST):
        row = await _repository(desk, said["name"] or HERE, Asked(texts=[text], number=int(said["number"])))
        ticket_id = await _ticket_of(desk, row, int(said["number"])) if row else None
        ticket = await tickets.get(desk.tx, ticket_id) if ticket_id else None
        if ticket and await desk.sees(ticket):
            found[ticket.id] = ticket
    return [*found.values()]


async def _repository(desk: Desk, said: str, asked: Asked) -> Repository | None:
    try:
        return (await repository_for(desk, said, ticket_id=None, asked=asked)).row
    except UserError:  # without credentials too, what webhooks told is known
        known = await visible(desk)
        named = [row for row in known if said in {HERE, row.full_name}]
        return named[0] if len(named) == 1 else None


async def _ticket_of(desk: Desk, row: Repository, number: int) -> int | None:
    """Of the issue, else of a thread that is about the pull request."""
    issue = await issues.by_number(desk.tx, row.id, number)
    if issue:
        return issue.ticket_id
    pull = await pulls.by_number(desk.tx, row.id, number)
    links = await thread_links.of_pull(desk.tx, pull.id) if pull else []
    return next((link.ticket_id for link in links if link.ticket_id), None)
