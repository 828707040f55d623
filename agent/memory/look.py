"""What a thread is about is looked at on GitHub before a request in it is worked on, if that was not done of late."""

import asyncio
from collections.abc import Awaitable
from typing import TypedDict, cast

from agent.github.repositories import as_told
from agent.kit.world import World
from agent.memory.about import about_thread
from bot.events import GitHubRepository
from bot.github.fresh import Seen
from storage.repositories import Repository
from storage.turns import Turn


class Now(TypedDict, total=False):
    """What GitHub said; what is not there was not asked for, so what events told counts."""

    issue_now: Seen
    pull_now: Seen
    checks_now: Seen
    previews_now: Seen


async def look(world: World, turn: Turn) -> Now:
    """All of it at once, each for some seconds at most: a request never waits longer for GitHub."""
    if not world.settings.acts_on_github:
        return {}
    async with world.reading() as desk:
        found = await about_thread(desk, turn.channel_id, turn.thread_ts or "")
    asked: dict[str, Awaitable[Seen]] = {}
    if found.issue and (where := _connected(found.issue[1])):
        asked["issue_now"] = world.fresh.issue(world.github, where, found.issue[0].number)
    if found.pull and (where := _connected(found.pull[1])):
        pull = found.pull[0]
        asked["pull_now"] = world.fresh.pull(world.github, where, pull.number)
        asked["checks_now"] = world.fresh.checks(world.github, where, pull.head_sha)
        asked["previews_now"] = world.fresh.previews(world.github, where, pull.head_sha)
    seen = await asyncio.gather(*asked.values())
    return cast("Now", dict(zip(asked, seen, strict=True)))


def _connected(row: Repository) -> GitHubRepository | None:
    return None if row.disconnected_at or row.is_gone else as_told(row)
