"""The comments of an issue or a pull request: who wrote them, when, and in which words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.events import GitHubRepository
from bot.github.client import GitHubClient
from bot.github.payload import address, moment, text

MOST_COMMENTS = 500  # of one object are read, the oldest first


@dataclass(frozen=True, kw_only=True)
class CommentFacts:
    """A comment as it is now; `author` is a login, None of a deleted account."""

    author: str | None
    at: datetime | None
    body: str
    url: str


async def comments_of(github: GitHubClient, repository: GitHubRepository, number: int) -> list[CommentFacts]:
    """The first comments of an issue or pull request, oldest first; remarks on lines of code are none."""
    found = await github.pages(repository, f"issues/{number}/comments", {}, most=MOST_COMMENTS)
    return [_facts(one) for one in found]


async def body_of(github: GitHubClient, repository: GitHubRepository, comment_id: int) -> str:
    """The words of one comment, as they stand there."""
    return text(await github.within(repository, "GET", f"issues/comments/{comment_id}"), "body") or ""


def _facts(found: Any) -> CommentFacts:
    return CommentFacts(
        author=text(found, "user", "login"),
        at=moment(found, "created_at"),
        body=text(found, "body") or "",
        url=address(found, "html_url"),
    )
