"""One row of the outbox as one call to Slack, and how to find out whether an uncertain one had its effect."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.home import Home
from bot.messages import Message
from bot.redact import OWN
from bot.slack.blocks import render
from bot.slack.client import RATE_LIMITED, CallFailed, answer, failures, patience
from bot.slack.home import render_home
from bot.slack.lookup import Call, channel_of, proof_in, since_first_sent
from bot.slack.stream import find_stream, stream
from bot.slack.upload import find_upload, upload
from storage.outbox import DELETE, EPHEMERAL, POST, PUBLISH, REFRESH, STREAM, UPLOAD, Outgoing
from storage.sending import Sent

_NUMBER = re.compile(r"\d+")
UNCERTAIN = "uncertain: it may have been sent"
REFUSED_BLOCKS = "invalid_blocks"


async def deliver(client: AsyncWebClient, call: Call) -> Sent:
    """Make the call. What holds a table or a chart that Slack does not take is said in text at once.

    Raises:
        CallFailed: with what the failure means.
    """
    if call.row.kind in {"react", "unreact", DELETE}:
        return await _touch(client, call.row, call.anchor)
    if call.row.kind in {PUBLISH, REFRESH}:
        view = render_home(Home.model_validate_json(OWN.hide(call.row.payload)))
        await answer(client.views_publish(user_id=call.row.channel_id, view=view))
        return Sent(call.row.channel_id, None)
    if call.row.kind == UPLOAD:
        return await upload(client, call)
    message = _message(call.row)
    if call.row.kind == STREAM and (streamed := await stream(client, call, message, render(message))):
        return streamed
    try:
        return await _say(client, call, render(message))
    except CallFailed as failure:
        if failure.code != REFUSED_BLOCKS or not (message.table or message.chart):
            raise
    return await _say(client, call, render(message, is_plain=True))


async def _say(client: AsyncWebClient, call: Call, content: dict[str, Any]) -> Sent:
    row, anchor = call.row, call.anchor
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
    return await _post(client, call, content)


async def find(client: AsyncWebClient, call: Call) -> Sent | None:
    """The message an uncertain post became; None when it never arrived, or when it does no harm to repeat the call.

    Raises:
        CallFailed: Slack does not answer; or nobody can say, and it may not be repeated, of an ephemeral not again.
    """
    row = call.row
    if look := LOOKS.get(row.kind):
        try:
            return await look(client, call)
        except CallFailed as failure:
            if failure.is_final:
                raise CallFailed(f"{UNCERTAIN}, and cannot be looked up ({failure})", is_final=True) from failure
            failure.is_uncertain = True  # as it was before
            raise
    if row.kind in EPHEMERAL and row.attempts > 2:
        raise CallFailed(UNCERTAIN, is_final=True)
    return None


async def _look_up(client: AsyncWebClient, call: Call) -> Sent | None:
    """Search its channel or thread, since the first attempt, for the key in the message's metadata."""
    row, channel_id = call.row, await channel_of(client, call.row)
    async for message in since_first_sent(client, call, channel_id):
        told = proof_in(message)
        if not _is_it(call, told):
            continue
        if told["key"] != row.key:  # it may name the ticket by another number
            await answer(
                client.chat_update(channel=channel_id, ts=message["ts"], **render(_message(row)), **call.proof)
            )
        return Sent(channel_id, str(message["ts"]))
    return None


async def _look_for_stream(client: AsyncWebClient, call: Call) -> Sent | None:
    return await find_stream(client, call, render(_message(call.row)))


LOOKS: dict[str, Callable[[AsyncWebClient, Call], Awaitable[Sent | None]]] = {
    POST: _look_up,
    STREAM: _look_for_stream,
    UPLOAD: find_upload,
}


def _is_it(call: Call, told: dict[str, Any]) -> bool:
    """Whether a message is this one. After a restore the numbers of tickets and jobs, and with them the keys, may be
    given to others: then the event counts, and what sort of word on it this is."""
    key, cause = str(told.get("key", "")), told.get("cause")
    if cause is None or not call.is_of_another_time:
        return key == call.row.key
    return cause == call.cause and _NUMBER.sub("", key) == _NUMBER.sub("", call.row.key)


def _message(row: Outgoing) -> Message:
    return Message.model_validate_json(OWN.hide(row.payload))


async def _post(client: AsyncWebClient, call: Call, content: dict[str, Any]) -> Sent:
    row = call.row
    data = await answer(
        client.chat_postMessage(
            channel=row.channel_id,  # for a person's id Slack opens the direct message by itself
            thread_ts=call.thread_ts,
            unfurl_links=False,
            unfurl_media=False,
            **call.proof,
            **content,
        )
    )
    return Sent(str(data["channel"]), str(data["ts"]))


async def _touch(client: AsyncWebClient, row: Outgoing, anchor: Sent | None) -> Sent:
    """Change a message that is there by more than its words: set an emoji on it, take that off, or take it away."""
    place = anchor or Sent(row.channel_id, row.target_ts)
    if row.kind == DELETE:
        await answer(client.chat_delete(channel=place.channel_id, ts=place.ts or ""))
        return place
    verb = client.reactions_add if row.kind == "react" else client.reactions_remove
    await answer(verb(channel=place.channel_id, timestamp=place.ts or "", name=row.payload))
    return place


async def say_at_once(client: AsyncWebClient, content: dict[str, Any], *, user_id: str, reply_url: str | None) -> None:
    """Say something to one person past the outbox, once and at any pace: that the outbox is not to be had, and no more.

    Raises:
        CallFailed: it may not have reached them.
    """
    if reply_url is None:
        await answer(client.chat_postMessage(channel=user_id, **content))
        return
    webhook = AsyncWebhookClient(reply_url, session=client.session, retry_handlers=[])
    with failures():
        await webhook.send_dict({"response_type": "ephemeral", "replace_original": False, **content})


def _answer(row: Outgoing) -> dict[str, Any]:
    """How it is shown: to the one who waits for it, in the thread where they asked; what everybody sees stays so."""
    where = {"response_type": "ephemeral", "thread_ts": row.thread_ts} if row.user_id else {}
    shown = {name: value for name, value in where.items() if value}
    return shown | {"replace_original": row.kind == "replace", "unfurl_links": False, "unfurl_media": False}


async def _respond(client: AsyncWebClient, row: Outgoing, content: dict[str, Any]) -> Sent:
    """Answer by response_url: it reaches the person even where the bot is no member, for half an hour."""
    webhook = AsyncWebhookClient(row.reply_url or "", session=client.session, retry_handlers=[])
    with failures():
        response = await webhook.send_dict(_answer(row) | content)
    if response.status_code == 429:
        raise CallFailed(RATE_LIMITED, retry_after=patience(response.headers))
    if response.status_code == 400 and REFUSED_BLOCKS in response.body:
        raise CallFailed(REFUSED_BLOCKS, is_final=True)
    if response.status_code != 200:
        raise CallFailed(f"response_url {response.status_code}", is_final=response.status_code < 500, is_uncertain=True)
    return Sent(row.channel_id, None)
