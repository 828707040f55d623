"""The workspace as one person sees it: channels, direct messages, what only they see, and the form before them."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.message import Message, Payload
from bot.sandbox.slack.seed import User
from bot.sandbox.slack.world import Channel, World
from bot.shortcuts import SHORTCUTS

SHOWN = 300  # newest messages of a conversation; a demo seldom has more


@dataclass(frozen=True)
class Command:
    """A suggestion for the composer: what to type, and what it does."""

    usage: str
    hint: str


def snapshot(slack: SlackSandbox, user: User, commands: tuple[Command, ...]) -> dict[str, Any]:
    """Everything the page draws for this person, and nothing that they may not see."""
    world = slack.world
    visible = [channel for channel in world.channels.values() if _may_see(channel, user)]
    dm = world.dm_with(user)
    return {
        "workspace": {"id": user.team_id, "name": world.seed.name},
        "me": user.id,
        "bot": world.bot.id,
        "people": [_person(world, other) for other in world.users.values()],
        "channels": [_channel(world, channel, user) for channel in visible],
        "dm": {"id": dm.id, "name": world.bot.name, "joined": True, "messages": _messages(world, dm, user)},
        "statuses": {channel.id: _statuses(world, channel) for channel in (*visible, dm)},
        "modal": slack.modal(user.id),
        "home": slack.home(user.id),
        "shortcuts": [{"id": id_, "kind": kind, "name": name} for id_, (kind, name, _) in SHORTCUTS.items()],
        "commands": [{"usage": command.usage, "hint": command.hint} for command in commands],
    }


def _may_see(channel: Channel, user: User) -> bool:
    is_outsider = user.is_restricted or user.is_stranger
    return channel.kind != "im" and (user.id in channel.members or (channel.kind == "channel" and not is_outsider))


def _person(world: World, user: User) -> Payload:
    dm = world.channels.get(world.dm_ids.get(user.id, ""))
    from_bot = (message.ts for message in reversed(dm.messages.values()) if message.bot_id) if dm else iter(())
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "is_bot": user.is_bot,
        "is_restricted": user.is_restricted,
        "is_stranger": user.is_stranger,
        "deleted": user.deleted,
        # Lets the switcher show who has just got a direct message.
        "dm_latest": next(from_bot, None),
    }


def _channel(world: World, channel: Channel, user: User) -> Payload:
    return {
        "id": channel.id,
        "name": channel.name,
        "private": channel.kind == "group",
        "archived": channel.is_archived,
        "joined": user.id in channel.members,
        "members": len(channel.members),
        "has_bot": world.bot.id in channel.members,
        "messages": _messages(world, channel, user),
    }


def _messages(world: World, channel: Channel, user: User) -> list[Payload]:
    newest = list(channel.messages.values())[-SHOWN:]
    whispered = [message for message in world.ephemerals.get(user.id, []) if message.channel == channel.id]
    return [_message(message) for message in sorted([*newest, *whispered], key=lambda message: float(message.ts))]


def _message(message: Message) -> Payload:
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "user_name": message.user_name,
        "bot_id": message.bot_id,
        "text": message.text,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "thread_ts": message.thread_ts,
        "edited_ts": message.edited_ts,
        "reactions": message.reactions,
        "ephemeral": message.ephemeral,
        "files": message.files,
        "subtype": message.subtype,
    }


def _statuses(world: World, channel: Channel) -> dict[str, str]:
    return {thread_ts: text for thread_ts, (text, until) in channel.statuses.items() if text and until > world.now()}
