"""One row of the outbox on its way, and what its channel or thread holds since it first was."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import answer
from storage.outbox import Outgoing
from storage.sending import Sent

EVENT_TYPE = "chargehand_effect"
CLOCKS_APART = timedelta(seconds=30)  # ours may be ahead of Slack's
LOOKED_THROUGH = 200  # messages of one page since the first attempt


@dataclass(frozen=True)
class Call:
    """A row with the place of its anchor, and the event it comes of, under a name that outlives a restore."""

    row: Outgoing
    anchor: Sent | None = None
    cause: str | None = None

    @property
    def thread_ts(self) -> str | None:
        return self.row.thread_ts or (self.anchor.ts if self.anchor else None)

    @property
    def is_of_another_time(self) -> bool:
        """It may have been said before the database was put back to where it did not know of it."""
        return self.row.first_sent_at is not None and self.row.first_sent_at < self.row.created_at

    @property
    def proof(self) -> dict[str, Any]:
        """What says in a message whose it is."""
        payload = {"key": self.row.key} | ({"cause": self.cause} if self.cause else {})
        return {"metadata": {"event_type": EVENT_TYPE, "event_payload": payload}}


def proof_in(message: dict[str, Any]) -> dict[str, Any]:
    """What a message says of whose it is; nothing where it says nothing."""
    found: dict[str, Any] = message.get("metadata", {}).get("event_payload", {})
    return found


async def channel_of(client: AsyncWebClient, row: Outgoing) -> str:
    """The channel to look in; for a person's id the direct message with them."""
    if not row.channel_id.startswith(("U", "W")):
        return row.channel_id
    data = await answer(client.conversations_open(users=row.channel_id))
    return str(data["channel"]["id"])


async def since_first_sent(client: AsyncWebClient, call: Call, channel_id: str) -> AsyncIterator[dict[str, Any]]:
    """The messages of its channel or thread since the first attempt.

    Raises:
        CallFailed: Slack does not answer.
    """
    assert call.row.first_sent_at is not None  # what is looked up was tried
    oldest = f"{(call.row.first_sent_at - CLOCKS_APART).timestamp():.6f}"
    window: dict[str, Any] = {"channel": channel_id, "oldest": oldest, "limit": LOOKED_THROUGH}
    window["include_all_metadata"] = True
    root, cursor = call.thread_ts, None
    while True:
        asked = (
            client.conversations_replies(ts=root, cursor=cursor, **window)
            if root
            else client.conversations_history(cursor=cursor, **window)
        )
        data = await answer(asked)
        for message in data.get("messages", []):
            yield message
        cursor = data.get("response_metadata", {}).get("next_cursor")
        if not cursor:
            return
