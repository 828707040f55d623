"""A pull request that names a ticket, or closes its issue, is what the ticket's threads are about from then on."""

import re
from collections.abc import Iterator

from agent.desk import Desk
from agent.github.which import may_know
from agent.turns.moving import move
from agent.turns.phase import Event
from bot.events import PullEvent
from storage import issues, repositories, thread_links, tickets
from storage.pulls import Pull
from storage.review_requests import CHANGES_REQUESTED

NAMED = re.compile(r"(?<![\w-])ch-(\d{1,9})(?!\d)", re.IGNORECASE)
MOST_NAMED = 20  # tickets in one title
BY_ACTION: dict[str, Event] = {
    "opened": "pull opened",
    "reopened": "pull opened",
    "ready_for_review": "pull opened",
    "review_requested": "review asked",
}


async def follow_in_threads(desk: Desk, pull: Pull, event: PullEvent, *, before: str | None) -> None:
    """Link it, when it is opened or renamed, to the threads of its tickets and of the issues that it closes, and move
    those that are about it.

    A thread whose readers may not all know of it hears nothing of it, not even by its phase.

    Args:
        before: its state until now; None: it was not known.
    """
    repository = await repositories.get(desk.tx, pull.repository_id)
    closed = await issues.numbered(desk.tx, pull.repository_id, pull.closes) if pull.closes else {}
    named = await thread_links.of_tickets(desk.tx, await _tickets_named(desk, pull))
    for row in [*named, *(await thread_links.of_issues(desk.tx, [one.id for one in closed.values()]))]:
        # The newest pull request counts: news of an older one does not take the thread back.
        is_newer = pull.state == "open" and (row.pull_id is None or row.pull_id < pull.id)
        if is_newer and await may_know(desk, repository, row.channel_id):
            await thread_links.about_pull(desk.tx, row, pull.id)
    linked = await thread_links.of_pull(desk.tx, pull.id)
    rows = [row for row in linked if await may_know(desk, repository, row.channel_id)]
    for happened in what_happened(event, state=pull.state, before=before) if rows else ():
        await move(desk, rows, happened)


async def tickets_of(desk: Desk, pull: Pull) -> list[int]:
    """The tickets that its title or branch names, and those of the issues that it closes."""
    closed = await issues.numbered(desk.tx, pull.repository_id, pull.closes) if pull.closes else {}
    tracked = [issue.ticket_id for issue in closed.values() if issue.ticket_id is not None]
    return [*await _tickets_named(desk, pull), *tracked]


async def _tickets_named(desk: Desk, pull: Pull) -> list[int]:
    """The tickets that its title or branch names."""
    numbers = {int(found) for found in NAMED.findall(f"{pull.title} {pull.head_ref}")}
    named = [await tickets.by_number(desk.tx, desk.workspace_id, number) for number in sorted(numbers)[:MOST_NAMED]]
    return [ticket.id for ticket in named if ticket]


def what_happened(event: PullEvent, *, state: str, before: str | None) -> Iterator[Event]:
    """What news of a pull request says of the work, in order; news may have been missed, so states count first."""
    if state == "open" and before != "open":
        yield "pull opened"
    elif state == "merged" and before != "merged":
        yield "pull merged"
    elif state == "closed" and before == "open":
        yield "pull closed"
    elif event.action in BY_ACTION:
        yield BY_ACTION[event.action]
    if state == "open" and before != "open" and event.reviewing.asked:
        yield "review asked"
    if event.reviewing.verdict == CHANGES_REQUESTED:
        yield "changes asked"
