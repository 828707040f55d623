"""What was said where the bot is, read back from Slack."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from bot.replies import Spoken, with_files
from bot.slack.client import CallFailed, Client, answer, pages
from bot.slack.shared import files_of
from storage.columns import storable

MOST = 200  # messages of one channel or thread
PAGE = 1000  # messages of a thread that Slack gives at once
MOST_PAGES = 10  # of a thread that is read back
KINDS = "public_channel,private_channel,im"
ALL_KINDS = f"{KINDS},mpim"


async def own_channels(client: Client) -> dict[str, str]:
    """The channels and messages between few that the bot is in: id -> name, of which direct messages have none."""
    try:
        return await _own_channels(client, ALL_KINDS)
    except CallFailed as failure:
        if not failure.code.startswith("missing_scope"):
            raise
        return await _own_channels(client, KINDS)  # installed before it asked for mpim:read


async def _own_channels(client: Client, kinds: str) -> dict[str, str]:
    asked = pages(
        lambda cursor: client.users_conversations(types=kinds, exclude_archived=True, limit=200, cursor=cursor)
    )
    told = [channel async for page in asked for channel in page.get("channels", [])]
    return {str(channel["id"]): str(channel.get("name") or "") for channel in told}


async def said_since(
    client: Client, channel_id: str, *, oldest: float, thread_ts: str | None = None
) -> list[dict[str, Any]]:
    """The last messages of a channel or thread since a moment (seconds since 1970), oldest first.

    Where the bot may not read there are none.

    Raises:
        CallFailed: Slack does not answer now.
    """
    since = f"{oldest:.6f}"
    try:
        if thread_ts:
            reading = client.conversations_replies(channel=channel_id, ts=thread_ts, oldest=since, limit=MOST)
        else:
            reading = client.conversations_history(channel=channel_id, oldest=since, limit=MOST)
        data = await answer(reading)
    except CallFailed as failure:
        if failure.is_final:
            return []
        raise
    return sorted(data.get("messages", []), key=lambda message: float(message["ts"]))


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A thread up to a message, oldest first: how it began, and the newest of it. A short one is the same twice."""

    first: tuple[Spoken, ...] = ()
    newest: tuple[Spoken, ...] = ()


async def thread_until(
    client: Client, channel_id: str, thread_ts: str, *, until: str, bot_user_id: str, first: int
) -> Thread:
    """A thread up to a message, which is left out; where it cannot be read it is empty.

    Args:
        first: how many of its first messages are wanted; the newest are 200.
    """
    begun: list[Spoken] = []
    newest: deque[Spoken] = deque(maxlen=MOST)
    try:
        read = 0
        async for page in pages(
            lambda cursor: client.conversations_replies(channel=channel_id, ts=thread_ts, limit=PAGE, cursor=cursor)
        ):
            said = [one for one in page.get("messages", []) if float(one["ts"]) < float(until)]
            told = [_spoken(message, bot_user_id) for message in said]
            begun += told[: first - len(begun)]
            newest += told
            read += 1
            if read == MOST_PAGES or len(said) < len(page.get("messages", [])):
                break
    except CallFailed:
        return Thread()
    return Thread(first=tuple(begun), newest=tuple(newest))


def _spoken(message: dict[str, Any], bot_user_id: str) -> Spoken:
    is_person = bool(message.get("user")) and not message.get("bot_id")
    return Spoken(
        ts=str(message["ts"]),
        user_id=str(message["user"]) if is_person else "",
        name="" if is_person else storable(str(message.get("username") or "an app")),
        text=with_files(storable(str(message.get("text") or "")), files_of(message)),
        is_own=message.get("user") == bot_user_id,
    )


def as_event(message: dict[str, Any], channel_id: str, *, workspace_id: str) -> dict[str, Any]:
    """A message that was read, as the event by which Slack would have told of it."""
    kind = "im" if channel_id.startswith("D") else "channel"
    event = message | {"type": "message", "channel": channel_id, "channel_type": kind}
    key = f"{CAUGHT_UP}{channel_id}:{message['ts']}"
    return {"type": "event_callback", "team_id": workspace_id, "event_id": key, "event": event}


CAUGHT_UP = "catchup:"  # how the dedupe key begins of what was read back
