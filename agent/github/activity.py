"""What a person does on GitHub with a linked issue or pull request is done with its ticket: it is not stale."""

from collections.abc import Iterable

from agent.desk import Desk
from agent.github.pull_threads import tickets_of
from agent.narration.happening import is_app
from agent.narration.threads import is_own
from agent.tickets.activity import touched
from bot.events import CommentEvent
from storage import issues, pulls, thread_links, tickets
from storage.pulls import Pull
from storage.repositories import Repository
from storage.tickets import OPEN


async def worked_on(desk: Desk, pull: Pull, who: str | None) -> None:
    """A pull request was opened, pushed to, reviewed, merged or talked of by this login; an App is nobody."""
    if _is_persons(desk, who):
        linked = [row.ticket_id for row in await thread_links.of_pull(desk.tx, pull.id) if row.ticket_id]
        await _touch(desk, [*linked, *await tickets_of(desk, pull)])


async def commented(desk: Desk, row: Repository, event: CommentEvent) -> None:
    """Somebody commented, and not the bot in their name."""
    if event.action != "created" or not _is_persons(desk, event.sender) or await is_own(desk, event):
        return
    if event.is_on_pull:
        if pull := await pulls.by_number(desk.tx, row.id, event.issue.number):
            await worked_on(desk, pull, event.sender)
    elif (issue := await issues.by_number(desk.tx, row.id, event.issue.number)) and issue.ticket_id:
        await _touch(desk, [issue.ticket_id])


def _is_persons(desk: Desk, who: str | None) -> bool:
    """Whether a person did it, and lately: what was missed for long is no news."""
    return bool(who) and not is_app(who) and not desk.is_silent


async def _touch(desk: Desk, ticket_ids: Iterable[int]) -> None:
    for ticket_id in dict.fromkeys(ticket_ids):
        ticket = await tickets.get(desk.tx, ticket_id)
        if ticket.status in OPEN:
            await touched(desk, ticket)
