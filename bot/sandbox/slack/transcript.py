"""The workspace as text: who said what where, with threads, buttons, reactions and what only one person sees."""

import re
from collections.abc import Iterator

from bot.sandbox.slack.message import Message
from bot.sandbox.slack.world import Channel, World

TOKEN = re.compile(r"<([@#!])?([^<>|]+)(?:\|([^<>]*))?>")


def transcript(world: World) -> str:
    """Every conversation in which something was said, oldest message first."""
    spoken = [channel for channel in world.channels.values() if channel.messages]
    conversations = ["\n".join([_title(channel), *_lines(world, channel)]) for channel in spoken]
    private = ["\n".join(_whispers(world, user_id)) for user_id, whispers in world.ephemerals.items() if whispers]
    return "\n\n".join(conversations + private)


def _title(channel: Channel) -> str:
    return f"@{channel.name}, direct messages" if channel.kind == "im" else f"#{channel.name}"


def _lines(world: World, channel: Channel) -> Iterator[str]:
    for message in channel.messages.values():
        if message.is_reply:
            continue
        yield from _said(world, message, "  ")
        for ts in channel.threads.get(message.ts, []):
            yield from _said(world, channel.messages[ts], "    > ")


def _whispers(world: World, user_id: str) -> Iterator[str]:
    yield f"only {world.users[user_id].name} sees"
    for message in world.ephemerals[user_id]:
        yield from _said(world, message, "  ")


def _said(world: World, message: Message, lead: str) -> Iterator[str]:
    first, *rest = readable(world, message.plain).splitlines() or [""]
    yield f"{lead}{message.user_name}: {first}" + (" (edited)" if message.edited_ts and not message.bot_id else "")
    indent = " " * (len(lead) + 2)
    yield from (indent + line for line in rest)
    marks = [f"[{label}]" for label in message.buttons]
    marks += [f"[{action}: {' | '.join(labels)}]" for action, labels in message.menus.items()]
    if marks:
        yield indent + " ".join(marks)
    if message.files:
        yield indent + " ".join(f"({file['name']})" for file in message.files)
    if message.reactions:
        yield indent + " ".join(f":{emoji}:" for emoji in message.reactions)


def readable(world: World, text: str) -> str:
    """Text with Slack's tokens replaced by what is shown for them."""
    shown = TOKEN.sub(lambda found: _shown(world, found), text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(world: World, found: re.Match[str]) -> str:
    kind, target, label = found.groups()
    if kind == "@":
        user = world.users.get(target)
        return f"@{user.name if user else label or target}"
    if kind == "#":
        channel = world.channels.get(target)
        return f"#{channel.name if channel else label or target}"
    if kind == "!":
        return label or f"@{target}"
    return str(label or target)
