"""A repository has the name that GitHub gives it today: an event may be older, or signed by one of its own hooks."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from agent.github.repositories import as_told
from agent.github.silence import OLD, is_old
from bot.errors import Ignored
from bot.events import GitHubRepository, InstallationEvent
from bot.github.client import GitHubClient
from bot.github.failures import CallFailed
from bot.github.parse import Event
from bot.hooks import PingEvent
from storage import repositories
from storage.database import Database
from storage.inbox import Delivery
from storage.repositories import Repository


async def as_named_today(
    event: Event, delivery: Delivery, *, db: Database, github: GitHubClient, now: datetime
) -> Event:
    """The event with the present name of each repository that it tells of.

    Where a name is another than the one known, GitHub is asked. Without access to it the name is believed, unless the
    event is old or was signed with a hook's own secret: that proves the id alone.

    Raises:
        CallFailed: GitHub gives no answer, or not now.
        Ignored: a hook's own secret names a repository by the id of another.
    """
    is_scoped = bool(delivery.secret_id)
    is_vague = is_scoped or is_old(event, now) or now - delivery.received_at > OLD

    async def today(told: GitHubRepository) -> GitHubRepository:
        async with db.read() as tx:
            known = await repositories.by_github_id(tx, told.github_id)
        if known is None:
            return await _of_new(github, told) if is_scoped else told
        return told if known.full_name == told.full_name else await _of_known(github, told, known, is_vague=is_vague)

    return await _with_repositories(event, today)


async def _of_known(
    github: GitHubClient, told: GitHubRepository, known: Repository, *, is_vague: bool
) -> GitHubRepository:
    there = replace(as_told(known), installation_id=told.installation_id or known.installation_id)
    name = await _asked(github, there) or (known.full_name if is_vague else told.full_name)
    return replace(told, full_name=name)


async def _of_new(github: GitHubClient, told: GitHubRepository) -> GitHubRepository:
    name = await _asked(github, told)
    if name and name.lower() != told.full_name.lower():
        raise Ignored("its repository has another name")
    return told


async def _asked(github: GitHubClient, repository: GitHubRepository) -> str | None:
    """Its name today; None when there is nobody to ask as, or GitHub does not show it to us."""
    try:
        return (await github.repository_by_id(repository)).full_name
    except CallFailed as failed:
        if not failed.is_final:
            raise
        return None


async def _with_repositories(event: Event, change: Callable[[GitHubRepository], Awaitable[GitHubRepository]]) -> Event:
    if isinstance(event, PingEvent):
        return event
    if isinstance(event, InstallationEvent):
        added, removed = [await change(one) for one in event.added], [await change(one) for one in event.removed]
        return replace(event, added=tuple(added), removed=tuple(removed))
    return replace(event, repository=await change(event.repository))
