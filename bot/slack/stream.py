"""An answer that is checked already is written into its message piece by piece, and ends as a normal message.

Whatever becomes of the stream, the message that it began becomes the whole answer: there is never a second one.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.messages import Message
from bot.pieces import pieces
from bot.slack.client import CallFailed, answer
from bot.slack.lookup import Call, channel_of, proof_in, since_first_sent
from storage.sending import Sent

PIECE = 400  # characters
MOST_PIECES = 25  # of one answer; the pieces of a longer one are longer
APART = 0.4  # seconds between two pieces
LONGEST = 240.0  # seconds; Slack closes a stream by itself after some five minutes
_TOKEN = re.compile(r"<([^<>]*)>")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Tempo:
    """How time passes: `wait` lets so many seconds go by, `now` is a clock in seconds."""

    wait: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], float] = time.monotonic


REAL = Tempo()


async def stream(
    client: AsyncWebClient, call: Call, message: Message, content: dict[str, Any], *, tempo: Tempo = REAL
) -> Sent | None:
    """Write it piece by piece; None: Slack takes no stream there or now, so that it is to be posted whole.

    Args:
        content: the whole message, as it is in the end.

    Raises:
        CallFailed: nobody knows whether it began, or it could not be brought to its end.
    """
    first, *rest = _pieces(message)
    began = tempo.now()
    try:
        data = await answer(
            client.chat_startStream(
                channel=call.row.channel_id,
                thread_ts=call.thread_ts or "",
                recipient_team_id=call.row.workspace_id,
                recipient_user_id=call.row.user_id,
                markdown_text=first,
            )
        )
    except CallFailed as failure:
        if failure.is_uncertain:
            raise
        log.info("not streamed", why=failure.code)
        return None
    place = Sent(str(data["channel"]), str(data["ts"]))
    try:
        for piece in rest:
            await tempo.wait(APART)
            if tempo.now() - began > LONGEST:
                break
            await answer(client.chat_appendStream(channel=place.channel_id, ts=place.ts or "", markdown_text=piece))
    except CallFailed as failure:
        log.info("stream ended early", why=failure.code)
    await _finish(client, call, place, content)
    return place


async def _finish(client: AsyncWebClient, call: Call, place: Sent, content: dict[str, Any]) -> None:
    """Make the normal message of it.

    Raises:
        CallFailed: it is to be looked for, and then brought to its end.
    """
    try:
        await answer(client.chat_stopStream(channel=place.channel_id, ts=place.ts or ""))
    except CallFailed as failure:
        log.info("stream was closed already", why=failure.code)
    try:
        await answer(client.chat_update(channel=place.channel_id, ts=place.ts or "", **content, **call.proof))
    except CallFailed as failure:
        raise CallFailed(failure.code, is_uncertain=True) from failure  # so that it is looked for, not begun again


async def find_stream(client: AsyncWebClient, call: Call, content: dict[str, Any]) -> Sent | None:
    """The message that it began, brought to its end; None: it never began.

    One that was not brought to its end says not yet whose it is: of our own messages in a thread only such do not.

    Raises:
        CallFailed: Slack does not answer.
    """
    me = str((await answer(client.auth_test())).get("bot_id"))
    channel_id = await channel_of(client, call.row)
    async for message in since_first_sent(client, call, channel_id):
        place, told = Sent(channel_id, str(message["ts"])), proof_in(message)
        if told.get("key") == call.row.key:
            return place
        if message.get("bot_id") == me and not told and not message.get("files"):
            await _finish(client, call, place, content)
            return place
    return None


def _pieces(message: Message) -> list[str]:
    """The words alone, cut between lines, for a while: nothing in them takes effect."""
    text = _TOKEN.sub(_label, "\n".join(filter(None, [message.title, message.text, message.body])))
    return [f"{piece}\n" for piece in pieces(text, max(PIECE, -(-len(text) // MOST_PIECES) * 2))]


def _label(token: re.Match[str]) -> str:
    """What is read of one of Slack's marks; a mention calls nobody before the message is whole."""
    target, _, label = token[1].partition("|")
    return label or ("…" if target.startswith(("@", "#", "!")) else target)
