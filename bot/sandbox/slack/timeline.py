"""What can happen to messages, whoever does it: said, edited, deleted, reacted to; the app hears of each."""

from dataclasses import replace
from typing import Any

from bot.sandbox.slack import events
from bot.sandbox.slack.message import Message, Payload
from bot.sandbox.slack.seed import User
from bot.sandbox.slack.world import Channel, World


def compose(world: World, channel: Channel, author: User, text: str, **parts: Any) -> Message:
    """A message that nobody sees yet."""
    bot_id = f"B{author.id[1:]}" if author.is_bot else None  # of ours that is BOT_ID
    return Message(world.next_ts(), channel.id, author.id, author.name, text, bot_id=bot_id, **parts)


def post(world: World, channel: Channel, message: Message, *, silent: bool = False) -> Message:
    """Show a message to the channel; `silent` keeps it from the app (a stream that has just begun)."""
    channel.messages[message.ts] = message
    channel.is_open = True
    if message.thread_ts and message.is_reply:
        channel.threads.setdefault(message.thread_ts, []).append(message.ts)
        if message.bot_id:
            channel.statuses.pop(message.thread_ts, None)
    elif message.bot_id and channel.kind == "im":
        channel.statuses.clear()
    if not silent:
        events.posted(world, channel, message)
    world.changed()
    return message


def post_ephemeral(world: World, user: User, message: Message) -> Message:
    """Show a message to one person only; no event tells of it."""
    whispered = replace(message, ephemeral=True)
    world.ephemerals.setdefault(user.id, []).append(whispered)
    world.changed()
    return whispered


def edit(world: World, channel: Channel, message: Message, *, quiet: bool = False, **parts: Any) -> Message:
    """Change a message; `quiet` leaves no "(edited)" mark, like a link preview."""
    mark: dict[str, Any] = {} if quiet else {"edited_ts": world.next_ts()}
    after = replace(message, **mark, **parts)
    channel.messages[message.ts] = after
    events.edited(world, channel, message, after)
    world.changed()
    return after


def delete(world: World, channel: Channel, message: Message) -> None:
    """Take a message away; the root of a thread with replies leaves a tombstone, which the app hears of as an edit."""
    if channel.threads.get(message.ts):
        tombstone = Message(
            message.ts,
            channel.id,
            "USLACKBOT",
            "slackbot",
            "This message was deleted.",
            thread_ts=message.ts,
            subtype="tombstone",
        )
        channel.messages[message.ts] = tombstone
        events.edited(world, channel, message, tombstone)
    else:
        del channel.messages[message.ts]
        if message.is_reply:
            channel.threads[message.thread_ts or ""].remove(message.ts)
        events.deleted(world, channel, message)
    world.changed()


def react(world: World, channel: Channel, message: Message, user: User, emoji: str) -> bool:
    """Add a reaction; False when this person already has it there."""
    users = message.reactions.get(emoji, ())
    if user.id in users:
        return False
    channel.messages[message.ts] = replace(message, reactions={**message.reactions, emoji: (*users, user.id)})
    events.reacted(world, channel, message, user, emoji, added=True)
    world.changed()
    return True


def unreact(world: World, channel: Channel, message: Message, user: User, emoji: str) -> bool:
    """Take a reaction back; False when it is not there."""
    users = message.reactions.get(emoji, ())
    if user.id not in users:
        return False
    left = {**message.reactions, emoji: tuple(other for other in users if other != user.id)}
    channel.messages[message.ts] = replace(message, reactions={name: who for name, who in left.items() if who})
    events.reacted(world, channel, message, user, emoji, added=False)
    world.changed()
    return True


def announce(world: World, channel: Channel, user: User, subtype: str, text: str) -> None:
    """A line such as "bob has joined the channel"."""
    post(world, channel, compose(world, channel, user, text, subtype=subtype))


def with_ids(world: World, blocks: list[Payload]) -> list[Payload]:
    """Blocks with the block and action ids that Slack makes up where the app gave none."""
    return [_with_id(world, block) for block in blocks]


def _with_id(world: World, block: Payload) -> Payload:
    parts = {**block, "block_id": block.get("block_id") or world.next_id("b")}
    for key in ("accessory", "element"):
        if isinstance(parts.get(key), dict):
            parts[key] = _with_action(world, parts[key])
    if parts.get("type") in ("actions", "context_actions"):
        parts["elements"] = [_with_action(world, element) for element in parts["elements"]]
    return parts


def _with_action(world: World, element: Payload) -> Payload:
    if element.get("type") == "image":
        return element
    return {**element, "action_id": element.get("action_id") or world.next_id("a")}
