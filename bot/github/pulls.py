"""Pull requests with their size, reviewers and files; people are asked to review, and one is closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.events import GitHubPull, GitHubRepository
from bot.github.call import Effect
from bot.github.client import GitHubClient
from bot.github.parse import parse_pull
from bot.github.payload import dig, items, need_text, number, text
from storage.columns import storable

MOST_FILES = 300  # of a pull request are read; GitHub lists up to 3,000


@dataclass(frozen=True, kw_only=True)
class PullFacts:
    """A pull request as it is now. `is_mergeable` is None while GitHub finds out; reviewers are asked, not done."""

    pull: GitHubPull
    body: str
    additions: int
    deletions: int
    files: int
    is_mergeable: bool | None
    reviewers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PullFile:
    """A file of a pull request. `patch`: its hunks; None where GitHub leaves them out: too large, or no text."""

    path: str
    status: str
    additions: int
    deletions: int
    patch: str | None


async def read_pull(github: GitHubClient, repository: GitHubRepository, number: int) -> PullFacts:
    """A pull request."""
    return _facts(await github.within(repository, "GET", f"pulls/{number}"))


async def pull_files(github: GitHubClient, repository: GitHubRepository, number: int) -> list[PullFile]:
    """The first files of a pull request, by path.

    They hold the diff too, in pieces: as one text GitHub refuses it beyond 300 files or 20,000 lines.
    """
    found = await github.pages(repository, f"pulls/{number}/files", {}, most=MOST_FILES)
    return [_file(one) for one in found]


async def request_reviewers(
    github: GitHubClient,
    repository: GitHubRepository,
    number: int,
    logins: Sequence[str],
    *,
    effect: Effect | None = None,
) -> None:
    """Ask people to review; GitHub asks nobody if one of them may not be asked."""
    path = f"pulls/{number}/requested_reviewers"
    await github.within(repository, "POST", path, body={"reviewers": list(logins)}, effect=effect)


async def close_pull(
    github: GitHubClient, repository: GitHubRepository, number: int, *, effect: Effect | None = None
) -> None:
    """Close a pull request without merging it."""
    await github.within(repository, "PATCH", f"pulls/{number}", body={"state": "closed"}, effect=effect)


def _facts(found: Any) -> PullFacts:
    mergeable = dig(found, "mergeable")
    asked = (text(who, "login") for who in items(found, "requested_reviewers"))
    return PullFacts(
        pull=parse_pull({"pull": found}, "pull"),
        body=text(found, "body") or "",
        additions=number(found, "additions") or 0,
        deletions=number(found, "deletions") or 0,
        files=number(found, "changed_files") or 0,
        is_mergeable=mergeable if isinstance(mergeable, bool) else None,
        reviewers=tuple(login for login in asked if login),
    )


def _file(found: Any) -> PullFile:
    patch = dig(found, "patch")
    return PullFile(
        path=need_text(found, "filename"),
        status=text(found, "status") or "",
        additions=number(found, "additions") or 0,
        deletions=number(found, "deletions") or 0,
        patch=storable(patch) if isinstance(patch, str) else None,
    )
