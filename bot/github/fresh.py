"""An issue, a pull request, its checks or previews as GitHub has them now; asked for once in a minute."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.events import GitHubIssue, GitHubPull, GitHubRepository
from bot.github.client import GitHubClient
from bot.github.deployments import Deployment, deployments
from bot.github.failures import CallFailed
from bot.github.parse import parse_pull
from bot.github.payload import dig, items, number, text
from bot.github.runs import checks

FRESH = timedelta(seconds=60)
MOST_KEPT = 1000  # objects of one process
LONGEST_WAIT = 5.0  # seconds for one of them: a request goes on without it


@dataclass(frozen=True, kw_only=True)
class PullNow:
    """`is_mergeable` is None while GitHub is still finding out; `reviewers` are logins and slugs of teams."""

    pull: GitHubPull
    added: int
    removed: int
    files: int
    is_mergeable: bool | None
    reviewers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChecksNow:
    """Of one commit: name -> conclusion, or how far it is."""

    found: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class PreviewsNow:
    """Of one commit: the newest deployment to each environment."""

    found: Sequence[Deployment]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What GitHub said when; `found` is None where it could not be reached at `tried_at`, or does not have it."""

    found: "Found | None"
    as_of: datetime | None
    tried_at: datetime


Found = GitHubIssue | PullNow | ChecksNow | PreviewsNow


@dataclass
class Fresh:
    """What was looked at of late. One for a process."""

    clock: Callable[[], datetime]
    _seen: dict[tuple[int, str, int], Seen] = field(default_factory=dict)

    async def issue(self, client: GitHubClient, repository: GitHubRepository, issue_number: int) -> Seen:
        """The issue; what is older than a minute is asked for again."""
        about = (repository.github_id, "issue", issue_number)
        return await self._look(about, lambda: client.issue(repository, issue_number))

    async def pull(self, client: GitHubClient, repository: GitHubRepository, pull_number: int) -> Seen:
        """The pull request, likewise."""

        async def ask() -> PullNow:
            return pull_now(await client.within(repository, "GET", f"pulls/{pull_number}"))

        return await self._look((repository.github_id, "pull", pull_number), ask)

    async def checks(self, client: GitHubClient, repository: GitHubRepository, sha: str) -> Seen:
        """What the checks of a commit say, likewise."""

        async def ask() -> ChecksNow:
            found = await checks(client, repository, sha)
            return ChecksNow(found={one.name: one.conclusion or one.status for one in found})

        return await self._look((repository.github_id, sha, 0), ask)

    async def previews(self, client: GitHubClient, repository: GitHubRepository, sha: str) -> Seen:
        """Where a commit is deployed, likewise."""

        async def ask() -> PreviewsNow:
            return PreviewsNow(found=await deployments(client, repository, sha))

        return await self._look((repository.github_id, f"previews of {sha}", 0), ask)

    async def _look(self, about: tuple[int, str, int], ask: Callable[[], Awaitable[Found]]) -> Seen:
        now, known = self.clock(), self._seen.get(about)
        if known and now - known.tried_at < FRESH:
            return known
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                seen = Seen(found=await ask(), as_of=now, tried_at=now)
        except (CallFailed, TimeoutError) as failure:
            is_gone = isinstance(failure, CallFailed) and failure.is_final  # then what was known is no help either
            before = known if known and not is_gone else Seen(found=None, as_of=None, tried_at=now)
            seen = Seen(found=before.found, as_of=before.as_of, tried_at=now)
        if len(self._seen) >= MOST_KEPT:
            self._seen.clear()
        self._seen[about] = seen
        return seen


def pull_now(found: Any) -> PullNow:
    """A pull request as the REST API shows one by itself."""
    mergeable = dig(found, "mergeable")
    asked = [*items(found, "requested_reviewers"), *items(found, "requested_teams")]
    names = (text(one, "login") or text(one, "slug") for one in asked)
    return PullNow(
        pull=parse_pull({"pull_request": found}, "pull_request"),
        added=number(found, "additions") or 0,
        removed=number(found, "deletions") or 0,
        files=number(found, "changed_files") or 0,
        is_mergeable=mergeable if isinstance(mergeable, bool) else None,
        reviewers=tuple(name for name in names if name),
    )
