"""What GitHub tells of who is asked for a review, and of what they said, is kept; what is planned follows."""

from datetime import datetime

from agent.desk import Desk
from agent.review_requests.plan import plan_reviews
from bot.events import PullEvent
from storage import review_requests
from storage.pulls import Pull
from storage.review_requests import CHANGES_REQUESTED, ReviewRequest

DISMISSED, COMMENTED = "dismissed", "commented"


async def follow(desk: Desk, pull: Pull, event: PullEvent, *, was_draft: bool = False) -> None:
    """Keep who is asked by now; nobody is reminded of what is old news when it is heard."""
    at = event.pull.updated_at or desk.now
    if (asked := event.reviewing.asked) is not None:
        is_ready = was_draft and not pull.is_draft
        await _keep_asked(desk, pull, {login.lower() for login in asked}, at=at, is_ready=is_ready)
    await keep_verdict(desk, pull, event)
    await desk.tx.flush()
    if not desk.is_silent:
        await plan_reviews(desk, pull)


async def keep_verdict(desk: Desk, pull: Pull, event: PullEvent) -> None:
    """Keep what somebody said of which commit; what was dismissed has to be said again.

    GitHub delivers out of order: what was said before the verdict that is known is old news. A remark takes nothing
    back: changes that were asked for still are.
    """
    said, at = event.reviewing, event.pull.updated_at or desk.now
    if not said.verdict or not said.reviewer:
        return
    row = await _row(desk, pull, said.reviewer.lower())
    if row.verdict_at and at < row.verdict_at:
        return
    is_remark = said.verdict == COMMENTED and row.verdict == CHANGES_REQUESTED
    row.verdict, row.verdict_at = row.verdict if is_remark else said.verdict, at
    row.verdict_sha = "" if said.verdict == DISMISSED else said.sha or pull.head_sha


async def _keep_asked(desk: Desk, pull: Pull, asked: set[str], *, at: datetime, is_ready: bool) -> None:
    """Of a draft nobody waits for anybody: who was asked before is asked from the moment it is ready."""
    for login in sorted(asked):
        row = await _row(desk, pull, login)
        if row.asked_at is None or is_ready:
            row.asked_at = at
    for row in await review_requests.of_pull(desk.tx, pull.id):
        if row.login not in asked:
            row.asked_at = None


async def _row(desk: Desk, pull: Pull, login: str) -> ReviewRequest:
    known = await review_requests.get(desk.tx, pull.id, login)
    if known is None:
        known = ReviewRequest(workspace_id=desk.workspace_id, pull_id=pull.id, login=login)
        desk.tx.add(known)
        await desk.tx.flush()
    return known
