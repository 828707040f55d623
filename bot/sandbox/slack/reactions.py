"""Web API: emoji on messages."""

import re

from bot.sandbox.slack import timeline
from bot.sandbox.slack.arguments import Arguments
from bot.sandbox.slack.lookup import joined_channel, message_at
from bot.sandbox.slack.message import Message, Payload, as_payload
from bot.sandbox.slack.refusals import ApiError
from bot.sandbox.slack.seed import HOME_TEAM
from bot.sandbox.slack.world import Channel, World

# Some of those that every workspace has, by Slack's categories; and one that Acme made.
STANDARD = {
    "smileys & people": ["eyes", "face_with_thermometer", "+1", "wave"],
    "travel & places": ["airplane", "palm_tree", "checkered_flag"],
    "symbols": ["large_blue_circle", "large_green_circle", "lock", "no_entry", "hammer_and_wrench", "white_check_mark"],
}
OWN = {"shipit": "https://emoji.acme.example/shipit.png"}


def _target(world: World, args: Arguments) -> tuple[Channel, Message]:
    channel = joined_channel(world, args)
    if channel.is_archived:
        raise ApiError("is_archived")
    ts = args.text("timestamp")
    if not ts:
        raise ApiError("no_item_specified")
    if not re.fullmatch(r"\d+\.\d+", ts):
        raise ApiError("bad_timestamp")
    return channel, message_at(channel, ts)


def _name(args: Arguments) -> str:
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", args.required("name")):
        raise ApiError("invalid_name")
    return args.text("name")


def add(world: World, args: Arguments) -> Payload:
    """reactions.add"""
    name, (channel, message) = _name(args), _target(world, args)
    if not timeline.react(world, channel, message, world.bot, name):
        raise ApiError("already_reacted")
    return {}


def remove(world: World, args: Arguments) -> Payload:
    """reactions.remove"""
    name, (channel, message) = _name(args), _target(world, args)
    if not timeline.unreact(world, channel, message, world.bot, name):
        raise ApiError("no_reaction")
    return {}


def get(world: World, args: Arguments) -> Payload:
    """reactions.get"""
    channel, message = _target(world, args)
    return {"type": "message", "channel": channel.id, "message": as_payload(message, team_id=HOME_TEAM)}


def list_emoji(world: World, args: Arguments) -> Payload:
    """emoji.list: those of the workspace, and Slack's own where they are asked for."""
    groups = [{"name": name, "emoji_names": names} for name, names in STANDARD.items()]
    return {"emoji": OWN} | ({"categories": groups} if args.flag("include_categories") else {})
