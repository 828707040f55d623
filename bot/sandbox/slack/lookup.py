"""How a Web API method finds its channel, message and person, refusing with the code that Slack gives."""

from bot.sandbox.slack.arguments import Arguments
from bot.sandbox.slack.message import Message
from bot.sandbox.slack.refusals import ApiError
from bot.sandbox.slack.seed import User
from bot.sandbox.slack.world import Channel, World

READ_SCOPES = {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}
HISTORY_SCOPES = {
    "channel": "channels:history",
    "group": "groups:history",
    "im": "im:history",
    "mpim": "mpim:history",
}


def need_scope(world: World, scope: str) -> None:
    """Refuse what the app was not granted."""
    if scope not in world.scopes:
        raise ApiError("missing_scope", needed=scope, provided=",".join(sorted(world.scopes)))


def seen_channel(world: World, args: Arguments, *, field: str = "channel") -> Channel:
    """A channel the app knows of: public, or private with the bot in it. Slack takes ids here, not names."""
    channel = world.channels.get(args.required(field))
    if channel is None or (channel.kind != "channel" and world.bot.id not in channel.members):
        raise ApiError("channel_not_found")
    return channel


def joined_channel(world: World, args: Arguments, *, field: str = "channel") -> Channel:
    """A channel the bot is a member of."""
    channel = seen_channel(world, args, field=field)
    if world.bot.id not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def writable_channel(world: World, args: Arguments, *, field: str = "channel") -> Channel:
    """A channel the bot may write in; a person's id stands for the direct messages with them."""
    person = world.users.get(args.required(field))
    if person:
        return open_dm(world, person)
    channel = world.find_channel(args.text(field)) if args.text(field).startswith("#") else None
    channel = channel or seen_channel(world, args, field=field)
    if channel.is_archived:
        raise ApiError("is_archived")
    if world.bot.id not in channel.members:
        raise ApiError("not_in_channel")
    if channel.kind == "im":
        return open_dm(world, next(world.users[member] for member in channel.members if member != world.bot.id))
    return channel


def open_dm(world: World, person: User) -> Channel:
    """The direct messages with a person who can still get some."""
    if person.is_bot:
        raise ApiError("cannot_dm_bot")
    if person.deleted:
        raise ApiError("user_disabled")
    return world.dm_with(person)


def message_at(channel: Channel, ts: str) -> Message:
    """A message that is still there."""
    message = channel.messages.get(ts)
    if message is None or message.subtype == "tombstone":
        raise ApiError("message_not_found")
    return message


def thread_root(channel: Channel, ts: str) -> str | None:
    """The root for an answer in a thread; a reply cannot have answers of its own."""
    if not ts:
        return None
    root = channel.messages.get(ts)
    if root is None:
        raise ApiError("thread_not_found")
    if root.is_reply:
        raise ApiError("cannot_reply_to_message")
    return ts


def person_of(world: World, args: Arguments, *, field: str = "user") -> User:
    """A user by id."""
    user = world.users.get(args.required(field))
    if user is None:
        raise ApiError("user_not_found")
    return user
