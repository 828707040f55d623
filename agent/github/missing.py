"""Which of GitHub's deliveries are not here."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from agent.github.repositories import as_told
from bot.github.client import GitHubClient
from bot.github.mailbox import Missing, attempts, mailboxes
from storage import inbox
from storage.database import Database
from storage.repositories import Repository

REMEMBERED = timedelta(days=3)  # how long GitHub keeps deliveries


async def missing(
    github: GitHubClient,
    db: Database,
    known: Sequence[Repository],
    *,
    since: datetime,
    now: datetime,
    is_for_all: bool = True,
) -> list[Missing]:
    """Those since a moment (three days at most), oldest first.

    Args:
        is_for_all: what repositories sent that are not in `known` counts, too.

    Raises:
        CallFailed: GitHub gives no answer.
    """
    since = max(since, now - REMEMBERED)
    there = [await github.repository_by_id(as_told(one)) for one in known] if not github.is_app else []
    sent = [one for box in await mailboxes(github, there) for one in await attempts(github, box, since=since)]
    async with db.read() as tx:
        held = await inbox.held(tx, "github", [f"github:{one.guid}" for one in sent])
    ids = {None, *(one.github_id for one in known)}  # a repository's own hook need not name it
    return [one for one in sent if f"github:{one.guid}" not in held and (is_for_all or one.repo_id in ids)]
