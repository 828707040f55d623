"""What we did on GitHub ourselves is known here at once: its events come back as our own echo, and are not heard."""

from typing import Literal

from agent.desk import Desk
from agent.github.issues import hear_issue, kept_title
from agent.github.pulls import hear_pull
from agent.github.repositories import as_told
from agent.github.writing import Written
from agent.turns.moving import move
from bot.events import GitHubIssue, GitHubPull, IssueEvent, PullEvent
from bot.reviews import Reviewing
from storage import issues, thread_links
from storage.issues import Issue
from storage.repositories import Repository
from storage.tickets import Ticket


async def keep_opened(desk: Desk, row: Repository, issue: GitHubIssue, ticket: Ticket | None = None) -> Issue:
    """Know an issue that we opened; from now on the ticket that it was opened for tracks it, unless that has one.

    Where there is no ticket the thread itself is about it.
    """
    known = await issues.by_number(desk.tx, row.id, issue.number)
    if known is None:
        known = Issue(
            workspace_id=desk.workspace_id,
            repository_id=row.id,
            number=issue.number,
            github_id=issue.github_id,
            title=kept_title(issue.title),
            body=issue.body,
            state=issue.state,
            author=issue.author,
            url=issue.url,
            updated_at=issue.updated_at,
        )
        desk.tx.add(known)
    if ticket and known.ticket_id is None and await issues.of_ticket(desk.tx, ticket.id) is None:
        known.ticket_id = ticket.id
        desk.audit("track", "ticket", ticket.id, before={}, after={"issue": issue.url})
    await desk.tx.flush()
    if ticket is None:
        await _follow_in_thread(desk, known)
    return known


async def _follow_in_thread(desk: Desk, issue: Issue) -> None:
    place = desk.place
    if place is None or not place.thread_ts:
        return
    link = await thread_links.of_thread(desk.tx, desk.workspace_id, place.channel_id, place.thread_ts)
    if link and link.ticket_id is None:
        before = {"issue_id": link.issue_id}
        await thread_links.about_issue(desk.tx, link, issue.id)
        desk.audit("track", "thread", link.id, before=before, after={"issue_id": issue.id, "issue": issue.url})
        await move(desk, [link], "tracked")


async def keep(
    desk: Desk, row: Repository, written: Written, *, action: Literal["closed", "review_requested"], login: str
) -> None:
    """Let what follows from a write follow: the ticket of a closed issue, the reviews of a pull request.

    Args:
        login: who asked for it, and is named as who did it.
    """
    where = as_told(row)
    match written.seen:
        case GitHubIssue() as issue:
            await hear_issue(desk, IssueEvent(action=action, repository=where, issue=issue, sender=login))
        case GitHubPull() as pull:
            asked = written.after.get("reviewers")
            reviewing = Reviewing(asked=asked if isinstance(asked, tuple) else None)
            told = PullEvent(action=action, repository=where, pull=pull, sender=login, reviewing=reviewing)
            await hear_pull(desk, told)
        case None:
            return
