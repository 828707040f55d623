"""Where a commit is deployed, previews too: what GitHub says of each environment."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.events import GitHubRepository
from bot.github.client import GitHubClient
from bot.github.payload import address, moment, need_number, text

MOST_DEPLOYMENTS = 100  # of one commit are looked at, the newest first
MOST_ENVIRONMENTS = 10
UNKNOWN = "pending"  # of one that has no status yet


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """The newest deployment of a commit to one environment; `url` is where it runs, empty as long as nobody says so."""

    environment: str
    state: str
    url: str
    at: datetime | None


async def deployments(github: GitHubClient, repository: GitHubRepository, sha: str) -> list[Deployment]:
    """The newest of each environment, the newest first."""
    found = await github.pages(repository, "deployments", {"sha": sha}, most=MOST_DEPLOYMENTS)
    newest: dict[str, Any] = {}
    for one in sorted(found, key=lambda one: need_number(one, "id"), reverse=True):
        newest.setdefault(text(one, "environment") or "", one)
    asked = (_deployment(github, repository, one) for one in list(newest.values())[:MOST_ENVIRONMENTS])
    return list(await asyncio.gather(*asked))


async def _deployment(github: GitHubClient, repository: GitHubRepository, found: Any) -> Deployment:
    path = f"deployments/{need_number(found, 'id')}/statuses"
    told = await github.pages(repository, path, {}, most=1)  # the newest is the first
    status = told[0] if told else {}
    return Deployment(
        environment=text(found, "environment") or "",
        state=text(status, "state") or UNKNOWN,
        url=address(status, "environment_url"),
        at=moment(status, "created_at") or moment(found, "created_at"),
    )
