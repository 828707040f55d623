"""A workspace that outlives its process: channels, threads and direct messages come back from a file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from bot.sandbox.slack.world import Channel, World

CHANNELS = TypeAdapter(dict[str, Channel])


@asynccontextmanager
async def kept(world: World, path: Path) -> AsyncIterator[None]:
    """Bring back what was said, and keep it up to date on disk at every change, so that nothing hangs on a clean end.

    Private answers, open forms and the Home tab are not kept, as they are gone from Slack after a reload too.
    """
    _restore(world, path)
    writing = asyncio.create_task(_write_at_changes(world, path))
    try:
        yield
    finally:
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing
        _write(world, path)


def _restore(world: World, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    world.number_from(int(world.now() * 1000))  # the bot takes an id that it has seen before for a repetition
    if path.exists():
        world.channels = CHANNELS.validate_json(path.read_bytes())
        conversations = world.channels.values()
        world.channel_ids = {channel.name: channel.id for channel in conversations if channel.kind != "im"}
        world.dm_ids = {world.user_ids[channel.name]: channel.id for channel in conversations if channel.kind == "im"}


async def _write_at_changes(world: World, path: Path) -> None:
    while True:
        change = world.pulse
        _write(world, path)
        await change.wait()


def _write(world: World, path: Path) -> None:
    lasting = {id_: replace(channel, statuses={}, last_post_at=0.0) for id_, channel in world.channels.items()}
    fresh = path.with_suffix(".new")
    fresh.write_bytes(CHANNELS.dump_json(lasting))
    fresh.replace(path)
