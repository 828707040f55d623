"""What Slack tells of channels and groups, and what of it is followed."""

from dataclasses import dataclass
from typing import Any

JOINED, LEFT, DELETED, USERGROUP = "joined", "left", "deleted", "subteam_members_changed"
# Event -> what became of the channel. What it is like now is asked of Slack: events come late, twice and in any order.
CHANGES = {
    f"{family}_{change}": change
    for family in ("channel", "group")
    for change in ("archive", "unarchive", "rename", DELETED, LEFT)
} | {"channel_shared": "shared", "channel_unshared": "unshared"}
MEMBERS = {"member_joined_channel": JOINED, "member_left_channel": LEFT}
# Slack announces these by a message in the channel, and by no event of their own.
CONVERSIONS = {"channel_convert_to_private": "private", "channel_convert_to_public": "public"}
FOLLOWED = frozenset({*CHANGES, *MEMBERS})


@dataclass(frozen=True, kw_only=True)
class SlackChannel:
    """Something became of a channel, or of the bot's place in it."""

    channel_id: str
    change: str


@dataclass(frozen=True, kw_only=True)
class SlackUsergroup:
    """Others are in a group of Slack's than before."""

    usergroup_id: str


def channel_of(event: dict[str, Any]) -> str:
    """The id of the channel that an event is about; empty when it names none."""
    channel = event.get("channel")
    return str(channel.get("id") or "") if isinstance(channel, dict) else str(channel or "")


def channel_event(event: dict[str, Any], bot_user_id: str) -> SlackChannel | None:
    """What an event tells of a channel; who else comes and goes is asked for where it matters."""
    kind, channel_id = str(event.get("type")), channel_of(event)
    change = CHANGES.get(kind)
    if kind == "message":
        change = CONVERSIONS.get(str(event.get("subtype")))
    if event.get("user") == bot_user_id:
        change = MEMBERS.get(kind, change)
    return SlackChannel(channel_id=channel_id, change=change) if change and channel_id else None
