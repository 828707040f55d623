"""Reads an emoji on a message: only those that may be meant for the agent are looked at."""

from typing import Any

from bot.reactions import MEANINGS, SlackReaction

KINDS = {"reaction_added", "reaction_removed"}


def reaction_of(event: dict[str, Any], bot_user_id: str) -> SlackReaction | None:
    """The emoji, in whichever skin tone; None: it says nothing, is our own, or praises what somebody else wrote."""
    item = event.get("item") or {}
    means = MEANINGS.get(str(event.get("reaction")).partition("::")[0])
    is_gone = event.get("type") == "reaction_removed"
    if event.get("type") not in KINDS or item.get("type") != "message" or means is None:
        return None
    user_id = str(event.get("user") or "")
    is_to_others = means != "stop" and event.get("item_user") not in {None, bot_user_id}
    if user_id in {"", bot_user_id} or is_to_others or (means == "stop" and is_gone):
        return None
    return SlackReaction(
        channel_id=str(item.get("channel")), user_id=user_id, ts=str(item.get("ts")), means=means, is_gone=is_gone
    )
