"""Reads what is said in a channel without a mention of the bot; whether it is kept depends on channel and thread."""

from typing import Any

from bot.replies import SlackReply, with_files
from bot.slack.parse import SPOKEN, Incoming
from bot.slack.shared import files_of
from storage import inbox
from storage.columns import storable

KIND = "reply"


def reply_of(body: dict[str, Any], incoming: Incoming, *, bot_user_id: str) -> Incoming | None:
    """The same event as a person's words to the others of a channel; None where it is something else.

    Args:
        incoming: as the event was read, for what it is the key of.
    """
    event = body.get("event") or {}
    if incoming.event is not None or event.get("type") != "message":
        return None
    is_said = event.get("subtype") in SPOKEN and not event.get("hidden")
    is_person = event.get("user") not in {None, "", bot_user_id} and not event.get("bot_id")
    if not (is_said and is_person) or event.get("channel_type") == "im":
        return None
    channel_id, ts = str(event.get("channel")), str(event.get("ts"))
    root = str(event.get("thread_ts") or ts)
    text = with_files(storable(str(event.get("text") or "")).strip(), files_of(event))
    if not text:
        return None
    return Incoming(
        workspace_id=incoming.workspace_id,
        enterprise_id=incoming.enterprise_id,
        kind=KIND,
        dedupe_key=incoming.dedupe_key,
        # What begins a thread is not said to the bot, and replies under it are not either.
        claim=inbox.message_claim(channel_id, ts) if root != ts else f"aloud:{channel_id}:{ts}",
        order=f"thread:{channel_id}:{root}",
        event=SlackReply(channel_id=channel_id, user_id=str(event["user"]), ts=ts, thread_ts=root, text=text),
    )
