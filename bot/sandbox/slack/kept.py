"""A workspace that outlives its process: channels, threads and direct messages come back from a file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from bot.sandbox.keeping import keeping
from bot.sandbox.slack.world import Channel, World

CHANNELS = TypeAdapter(dict[str, Channel])


@asynccontextmanager
async def kept(world: World, path: Path) -> AsyncIterator[None]:
    """Bring back what was said, and keep it.

    Private answers, open forms and the Home tab are not kept, as they are gone from Slack after a reload too.
    """
    _restore(world, path)
    async with keeping(path, lambda: _dumped(world), pulse=lambda: world.pulse):
        yield


def _restore(world: World, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    world.number_from(int(world.now() * 1000))  # the bot takes an id that it has seen before for a repetition
    if path.exists():
        world.channels = CHANNELS.validate_json(path.read_bytes())
        conversations = world.channels.values()
        world.channel_ids = {channel.name: channel.id for channel in conversations if channel.kind != "im"}
        world.dm_ids = {world.user_ids[channel.name]: channel.id for channel in conversations if channel.kind == "im"}


def _dumped(world: World) -> bytes:
    lasting = {id_: replace(channel, statuses={}, last_post_at=0.0) for id_, channel in world.channels.items()}
    return CHANNELS.dump_json(lasting)
