"""What a thread is about, as far as everybody may know of it who reads what is said there."""

from dataclasses import dataclass

from agent.desk import Desk
from agent.github.which import may_know
from storage import issues, pulls, repositories, thread_links, tickets
from storage.issues import Issue
from storage.pulls import Pull
from storage.repositories import Repository
from storage.thread_links import ThreadLink
from storage.tickets import Ticket


@dataclass(frozen=True, kw_only=True)
class About:
    """Its ticket, the issue that this tracks or that was opened for the thread, and the active pull request; the latter
    two with their repositories.

    `phase`: where the work stands; empty where something that may have moved it is not for everybody.
    """

    ticket: Ticket | None = None
    issue: tuple[Issue, Repository] | None = None
    pull: tuple[Pull, Repository] | None = None
    phase: str = ""


async def about_thread(desk: Desk, channel_id: str, thread_ts: str) -> About:
    """All that a thread is linked to; of one whose ticket is not for everybody there, nothing.

    A guest reads of their own tickets alone.
    """
    link = await thread_links.of_thread(desk.tx, desk.workspace_id, channel_id, thread_ts)
    if link is None:
        return About()
    ticket = await tickets.get(desk.tx, link.ticket_id) if link.ticket_id is not None else None
    if not (await desk.sees(ticket) if ticket else not desk.asker.is_outsider):
        return About()
    issue = await _issue_of(desk, link)
    pull = await pulls.get(desk.tx, link.pull_id) if link.pull_id is not None else None
    in_issue = await _shown(desk, issue.repository_id, channel_id) if issue else None
    in_pull = await _shown(desk, pull.repository_id, channel_id) if pull else None
    return About(
        ticket=ticket,
        issue=(issue, in_issue) if issue and in_issue else None,
        pull=(pull, in_pull) if pull and in_pull else None,
        phase=link.phase if pull is None or in_pull else "",
    )


async def _issue_of(desk: Desk, link: ThreadLink) -> Issue | None:
    """The one that its ticket tracks, else the one that was opened for the thread."""
    tracked = await issues.of_ticket(desk.tx, link.ticket_id) if link.ticket_id is not None else None
    return tracked or (await issues.get(desk.tx, link.issue_id) if link.issue_id is not None else None)


async def _shown(desk: Desk, repository_id: int, channel_id: str) -> Repository | None:
    row = await repositories.get(desk.tx, repository_id)
    return row if await may_know(desk, row, channel_id, is_alone=not desk.is_read_along) else None
