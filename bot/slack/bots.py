"""Reads what another bot or app says to ours; whether it is heard, the channel says."""

from typing import Any

from bot.slack.parse import Incoming, spoken_message
from storage import inbox


def bot_of(body: dict[str, Any]) -> str:
    """The id (`B…`) of the bot that has said it; empty where a person has."""
    return str((body.get("event") or {}).get("bot_id") or "")


def bot_said(body: dict[str, Any], incoming: Incoming, *, bot_user_id: str) -> Incoming | None:
    """The same event as the message of a bot that mentions ours; None where it is something else.

    A post that names no user, as of an old webhook, is nobody's: it is heard in no channel.
    """
    event = body.get("event") or {}
    if incoming.event is not None or event.get("type") != "message" or not bot_of(body):
        return None
    message = spoken_message(event, bot_user_id, by_bot=True)
    if message is None or message.is_dm:
        return None
    return Incoming(
        workspace_id=incoming.workspace_id,
        enterprise_id=incoming.enterprise_id,
        kind="message",
        dedupe_key=incoming.dedupe_key,
        claim=inbox.message_claim(message.channel_id, message.ts),
        order=f"thread:{message.channel_id}:{message.thread_ts or message.ts}",
        event=message,
    )
