"""What a login may do in a repository, as GitHub says; the answer counts for five minutes."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from bot.access import PERMISSIONS
from bot.events import GitHubRepository
from bot.github.client import GitHubClient
from bot.github.failures import CallFailed
from bot.github.payload import dig, text

REMEMBERED = timedelta(minutes=5)
MOST = 10_000  # answers that a process remembers
NAMES = {"pull": "read", "triage": "triage", "push": "write", "maintain": "maintain", "admin": "admin"}


async def permission(
    github: GitHubClient,
    repository: GitHubRepository,
    login: str,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """One of PERMISSIONS; `none` for who is not there, and for a login that nobody has.

    Raises:
        CallFailed: GitHub does not say.
    """
    key, now = (repository.github_id, login.lower()), clock()
    known = github.rights.get(key)
    if known and now - known[0] < REMEMBERED.total_seconds():
        return known[1]
    told = await _asked(github, repository, login)
    if len(github.rights) >= MOST:
        github.rights.clear()
    github.rights[key] = (now, told)
    return told


async def _asked(github: GitHubClient, repository: GitHubRepository, login: str) -> str:
    try:
        found = await github.within(repository, "GET", f"collaborators/{quote(login, safe='')}/permission")
    except CallFailed as failed:
        if failed.code.startswith("http_404"):
            return PERMISSIONS[0]
        raise
    return _highest(found)


def _highest(found: Any) -> str:
    """A role may have a name of its own: what it allows counts, and the older words where that is not told."""
    allowed = [name for right, name in NAMES.items() if dig(found, "user", "permissions", right) is True]
    told = text(found, "role_name"), text(found, "permission")
    return max((name for name in (*allowed, *told) if name in PERMISSIONS), key=PERMISSIONS.index, default="none")
