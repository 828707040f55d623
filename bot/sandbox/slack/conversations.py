"""Web API: channels, their history, threads and members."""

import re

from bot.sandbox.slack import events
from bot.sandbox.slack.arguments import Arguments, page_of
from bot.sandbox.slack.lookup import (
    HISTORY_SCOPES,
    READ_SCOPES,
    joined_channel,
    need_scope,
    open_dm,
    person_of,
    seen_channel,
)
from bot.sandbox.slack.message import Message, Payload, as_payload
from bot.sandbox.slack.refusals import ApiError
from bot.sandbox.slack.seed import HOME_TEAM
from bot.sandbox.slack.world import Channel, World

TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def channel_payload(world: World, channel: Channel) -> Payload:
    """A channel the way Slack describes it."""
    if channel.kind == "im":
        person = next(member for member in channel.members if member != world.bot.id)
        return {"id": channel.id, "is_im": True, "user": person, "is_archived": False, "is_open": channel.is_open}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind != "mpim",
        "is_group": False,
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_archived": channel.is_archived,
        "is_shared": channel.is_shared,
        "is_ext_shared": channel.is_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "is_member": world.bot.id in channel.members,
        "is_general": channel.name == "general",
        "context_team_id": HOME_TEAM,
        "topic": {"value": ""},
        "purpose": {"value": ""},
    }


def info(world: World, args: Arguments) -> Payload:
    """conversations.info"""
    channel = seen_channel(world, args)
    need_scope(world, READ_SCOPES[channel.kind])
    members = {"num_members": len(channel.members)} if args.flag("include_num_members") else {}
    return {"channel": channel_payload(world, channel) | members}


def _listed(world: World, args: Arguments, *, mine: bool) -> Payload:
    types = args.text("types", "public_channel").replace(" ", "").split(",")
    if not set(types) <= set(TYPES):
        raise ApiError("invalid_types")
    kinds = {TYPES[name] for name in types}
    for kind in kinds:
        need_scope(world, READ_SCOPES[kind])
    shown = [
        channel
        for channel in world.channels.values()
        if channel.kind in kinds
        and (world.bot.id in channel.members or (channel.kind == "channel" and not mine))
        and not (channel.is_archived and args.flag("exclude_archived"))
    ]
    page, following = page_of(args, shown)
    return {"channels": [channel_payload(world, channel) for channel in page], **following}


def list_all(world: World, args: Arguments) -> Payload:
    """conversations.list"""
    return _listed(world, args, mine=False)


def list_own(world: World, args: Arguments) -> Payload:
    """users.conversations of the bot"""
    return _listed(world, args, mine=True)


def history(world: World, args: Arguments) -> Payload:
    """conversations.history: newest first, replies only where they were also sent to the channel."""
    channel = joined_channel(world, args)
    need_scope(world, HISTORY_SCOPES[channel.kind])
    newest_first = reversed(channel.messages.values())
    return _read(channel, args, [m for m in newest_first if not m.is_reply or m.broadcast])


def replies(world: World, args: Arguments) -> Payload:
    """conversations.replies: the root, then its answers, oldest first."""
    channel = joined_channel(world, args)
    need_scope(world, HISTORY_SCOPES[channel.kind])
    root = channel.messages.get(args.required("ts"))
    if root is None:
        raise ApiError("thread_not_found")
    answers = [channel.messages[ts] for ts in channel.threads.get(root.ts, [])]
    return _read(channel, args, [root, *answers])


def _read(channel: Channel, args: Arguments, messages: list[Message]) -> Payload:
    oldest, latest = args.text("oldest") or "0", args.text("latest") or "9" * 16
    for name, given in (("oldest", oldest), ("latest", latest)):
        if not re.fullmatch(r"\d+(\.\d+)?", given):
            raise ApiError(f"invalid_ts_{name}")
    inclusive = args.flag("inclusive")
    chosen = [
        message
        for message in messages
        if float(oldest) < float(message.ts) < float(latest) or (inclusive and message.ts in (oldest, latest))
    ]
    page, following = page_of(args, chosen)
    shown = [_in_thread(channel, message, args.flag("include_all_metadata")) for message in page]
    more = bool(following["response_metadata"]["next_cursor"])
    return {"messages": shown, "has_more": more, **(following if more else {})}


def _in_thread(channel: Channel, message: Message, metadata: bool) -> Payload:
    payload = as_payload(message, team_id=HOME_TEAM, metadata=metadata)
    answers = channel.threads.get(message.ts)
    if answers:
        writers = list(dict.fromkeys(channel.messages[ts].user for ts in answers))
        payload |= {"thread_ts": message.ts, "reply_count": len(answers), "reply_users": writers}
        payload["latest_reply"] = answers[-1]
    return payload


def open_conversation(world: World, args: Arguments) -> Payload:
    """conversations.open with one person"""
    if "channel" in args:
        channel = seen_channel(world, args)
    else:
        wanted = args.required("users").split(",")
        if len(wanted) > 1:
            raise ApiError("method_not_supported_for_channel_type")
        channel = open_dm(world, person_of(world, Arguments({"user": wanted[0]})))
    known = {"no_op": True, "already_open": True} if channel.messages and channel.is_open else {}
    channel.is_open = True
    full = channel_payload(world, channel) if args.flag("return_im") else {"id": channel.id}
    return {"channel": full, **known}


def members(world: World, args: Arguments) -> Payload:
    """conversations.members"""
    channel = seen_channel(world, args)
    need_scope(world, READ_SCOPES[channel.kind])
    page, following = page_of(args, sorted(channel.members))
    return {"members": page, **following}


def join(world: World, args: Arguments) -> Payload:
    """conversations.join"""
    channel = seen_channel(world, args)
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise ApiError("is_archived")
    already = world.bot.id in channel.members
    if not already:
        add_member(world, channel, world.bot.id)
    warning = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return {"channel": channel_payload(world, channel), **(warning if already else {})}


def leave(world: World, args: Arguments) -> Payload:
    """conversations.leave"""
    channel = joined_channel(world, args)
    remove_member(world, channel, world.bot.id)
    return {}


def add_member(world: World, channel: Channel, user_id: str) -> None:
    """Let somebody in; the app hears of it."""
    channel.members.add(user_id)
    kind = "G" if channel.kind == "group" else "C"
    details = {"user": user_id, "channel": channel.id, "channel_type": kind, "team": HOME_TEAM}
    events.happened(world, "member_joined_channel", details, where=channel)
    world.changed()


def remove_member(world: World, channel: Channel, user_id: str) -> None:
    """Put somebody out; the app hears of it, even when it is the app."""
    channel.members.discard(user_id)
    kind = "G" if channel.kind == "group" else "C"
    details = {"user": user_id, "channel": channel.id, "channel_type": kind, "team": HOME_TEAM}
    where = None if user_id == world.bot.id else channel
    events.happened(world, "member_left_channel", details, where=where)
    if user_id == world.bot.id:
        events.happened(world, f"{'group' if kind == 'G' else 'channel'}_left", {"channel": channel.id})
    world.changed()
