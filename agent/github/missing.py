"""Which of GitHub's deliveries are not here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.github.repositories import as_told
from bot.github.client import GitHubClient
from bot.github.failures import noting
from bot.github.mailbox import Missing, attempts, mailboxes
from storage import inbox
from storage.database import Database
from storage.repositories import Repository

REMEMBERED = timedelta(days=3)  # how long GitHub keeps deliveries


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What GitHub told of its deliveries.

    `missing` are not here, oldest first. `unlisted`: whose deliveries GitHub does not list for us (empty: the App's),
    with its answer: what they told of can be seen in the state of things alone. `is_deaf`: nobody's were listed.
    """

    missing: list[Missing]
    unlisted: dict[str, str]
    is_deaf: bool


async def missing(
    github: GitHubClient,
    db: Database,
    known: Sequence[Repository],
    *,
    since: datetime,
    now: datetime,
    is_for_all: bool = True,
) -> Listing:
    """Those since a moment (three days at most).

    Args:
        is_for_all: what repositories sent that are not in `known` counts, too.

    Raises:
        CallFailed: GitHub gives no answer, or not now.
    """
    since = max(since, now - REMEMBERED)
    unlisted: dict[str, str] = {}
    boxes = await mailboxes(github, [as_told(one) for one in known], unlisted=unlisted)
    sent: list[Missing] = []
    for box in boxes:
        with noting(unlisted, box.of):
            sent += await attempts(github, box, since=since)
    async with db.read() as tx:
        held = await inbox.held(tx, "github", [f"github:{one.guid}" for one in sent])
    ids = {None, *(one.github_id for one in known)}  # a repository's own hook need not name it
    lacking = [one for one in sent if f"github:{one.guid}" not in held and (is_for_all or one.repo_id in ids)]
    asked = {box.of for box in boxes} if github.is_app else {one.full_name for one in known}
    return Listing(missing=lacking, unlisted=unlisted, is_deaf=bool(unlisted) and asked <= unlisted.keys())
