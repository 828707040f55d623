"""One row of the outbox as one call to Slack, and how to find out whether an uncertain one had its effect."""

from datetime import timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.messages import Message
from bot.slack.blocks import render
from bot.slack.client import CallFailed, answer, failures, seconds
from storage.outbox import EPHEMERAL, Outgoing, Sent

EVENT_TYPE = "chargehand_effect"
CLOCKS_APART = timedelta(seconds=30)  # ours may be ahead of Slack's
LOOKED_THROUGH = 200  # messages since the first attempt


async def deliver(client: AsyncWebClient, row: Outgoing, anchor: Sent | None) -> Sent:
    """Make the call.

    Raises:
        CallFailed: with what the failure means.
    """
    if row.kind in {"react", "unreact"}:
        return await _react(client, row, anchor)
    content = render(Message.model_validate_json(row.payload))
    if row.kind in {"respond", "replace"}:
        return await _respond(client, row, content)
    if row.kind == "whisper":
        data = await answer(
            client.chat_postEphemeral(
                channel=row.channel_id, user=row.user_id or "", thread_ts=row.thread_ts, **content
            )
        )
        return Sent(row.channel_id, data.get("message_ts"))
    if row.kind == "edit":
        place = anchor or Sent(row.channel_id, row.target_ts)
        await answer(client.chat_update(channel=place.channel_id, ts=place.ts or "", **content))
        return place
    return await _post(client, row, anchor, content)


async def find(client: AsyncWebClient, row: Outgoing, anchor: Sent | None) -> Sent | None:
    """The message an uncertain post became; None when it never arrived, or nobody can say and it may be repeated.

    Raises:
        CallFailed: Slack does not answer; or nobody can say, and it was repeated already.
    """
    if row.kind not in {"post", *EPHEMERAL}:
        return None
    if row.kind == "post":
        try:
            return await _look_up(client, row, anchor)
        except CallFailed as failure:
            if not failure.code.startswith("missing_scope"):
                raise
    if row.attempts > 2:
        raise CallFailed("nobody knows whether it arrived", is_final=True)
    return None


async def _look_up(client: AsyncWebClient, row: Outgoing, anchor: Sent | None) -> Sent | None:
    """Search its channel or thread, since the first attempt, for the key in the message's metadata."""
    assert row.first_sent_at is not None  # what is uncertain was tried
    channel_id = await _channel(client, row)
    oldest = f"{(row.first_sent_at - CLOCKS_APART).timestamp():.6f}"
    root = _thread(row, anchor)
    window: dict[str, Any] = {"channel": channel_id, "oldest": oldest, "limit": LOOKED_THROUGH}
    window["include_all_metadata"] = True
    cursor = None
    while True:
        call = (
            client.conversations_replies(ts=root, cursor=cursor, **window)
            if root
            else client.conversations_history(cursor=cursor, **window)
        )
        data = await answer(call)
        for message in data.get("messages", []):
            if message.get("metadata", {}).get("event_payload", {}).get("key") == row.key:
                return Sent(channel_id, str(message["ts"]))
        cursor = data.get("response_metadata", {}).get("next_cursor")
        if not cursor:
            return None


async def _post(client: AsyncWebClient, row: Outgoing, anchor: Sent | None, content: dict[str, Any]) -> Sent:
    metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": row.key}}
    data = await answer(
        client.chat_postMessage(
            channel=row.channel_id,  # for a person's id Slack opens the direct message by itself
            thread_ts=_thread(row, anchor),
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
            **content,
        )
    )
    return Sent(str(data["channel"]), str(data["ts"]))


async def _channel(client: AsyncWebClient, row: Outgoing) -> str:
    """The channel to look in; for a person's id the direct message with them."""
    if not row.channel_id.startswith(("U", "W")):
        return row.channel_id
    data = await answer(client.conversations_open(users=row.channel_id))
    return str(data["channel"]["id"])


def _thread(row: Outgoing, anchor: Sent | None) -> str | None:
    return row.thread_ts or (anchor.ts if anchor else None)


async def _react(client: AsyncWebClient, row: Outgoing, anchor: Sent | None) -> Sent:
    place = anchor or Sent(row.channel_id, row.target_ts)
    verb = client.reactions_add if row.kind == "react" else client.reactions_remove
    await answer(verb(channel=place.channel_id, timestamp=place.ts or "", name=row.payload))
    return place


async def _respond(client: AsyncWebClient, row: Outgoing, content: dict[str, Any]) -> Sent:
    """Answer by response_url: it reaches the person even where the bot is no member, for half an hour."""
    webhook = AsyncWebhookClient(row.reply_url or "", session=client.session, retry_handlers=[])
    with failures():
        response = await webhook.send(response_type="ephemeral", replace_original=row.kind == "replace", **content)
    if response.status_code == 429:
        raise CallFailed("ratelimited", retry_after=seconds(response.headers.get("Retry-After")))
    if response.status_code != 200:
        raise CallFailed(f"response_url {response.status_code}", is_final=response.status_code < 500, is_uncertain=True)
    return Sent(row.channel_id, None)
