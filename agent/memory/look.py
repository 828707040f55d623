"""What a thread is about is looked at on GitHub before a request in it is worked on, if that was not done of late."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypedDict, cast

from agent.desk import Desk
from agent.github.repositories import as_told
from agent.kit.world import World
from bot.events import GitHubRepository
from bot.github.fresh import Seen
from storage import issues, pulls, repositories, thread_links, tickets
from storage.turns import Turn


class Now(TypedDict, total=False):
    """What GitHub said; what is not there was not asked for, so what events told counts."""

    issue_now: Seen
    pull_now: Seen
    checks_now: Seen


@dataclass(frozen=True, kw_only=True)
class _About:
    """The issue and the pull request of a thread, each with its repository."""

    issue: tuple[GitHubRepository, int] | None = None
    pull: tuple[GitHubRepository, int, str] | None = None


async def look(world: World, turn: Turn) -> Now:
    """All of it at once, each for some seconds at most: a request never waits longer for GitHub."""
    if not world.settings.acts_on_github:
        return {}
    async with world.reading() as desk:
        about = await _about(desk, turn)
    asked: dict[str, Awaitable[Seen]] = {}
    if about.issue:
        asked["issue_now"] = world.fresh.issue(world.github, *about.issue)
    if about.pull:
        where, number, sha = about.pull
        asked["pull_now"] = world.fresh.pull(world.github, where, number)
        asked["checks_now"] = world.fresh.checks(world.github, where, sha)
    found = await asyncio.gather(*asked.values())
    return cast("Now", dict(zip(asked, found, strict=True)))


async def _about(desk: Desk, turn: Turn) -> _About:
    """What may be looked at: of a ticket that somebody who reads the answer may not see, nothing."""
    link = await thread_links.of_thread(desk.tx, desk.workspace_id, turn.channel_id, turn.thread_ts or "")
    if link is None:
        return _About()
    issue = None
    if link.ticket_id is not None:
        if not desk.may_see(desk.asker.slack_id, await tickets.get(desk.tx, link.ticket_id)):
            return _About()
        known = await issues.of_ticket(desk.tx, link.ticket_id)
        where = await _connected(desk, known.repository_id) if known else None
        issue = (where, known.number) if known and where else None
    if link.pull_id is None:
        return _About(issue=issue)
    pull = await pulls.get(desk.tx, link.pull_id)
    where = await _connected(desk, pull.repository_id)
    return _About(issue=issue, pull=(where, pull.number, pull.head_sha) if where else None)


async def _connected(desk: Desk, repository_id: int) -> GitHubRepository | None:
    row = await repositories.get(desk.tx, repository_id)
    return None if row.disconnected_at or row.is_gone else as_told(row)
