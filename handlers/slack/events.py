"""Every event is stored, then acknowledged; also those that nobody listens to."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from handlers.context import Context
from handlers.slack.intake import Intake

# What is remembered of a channel may be wrong after these.
CHANNEL_CHANGES = {
    "channel_archive", "channel_rename", "channel_unarchive", "group_archive", "group_rename", "group_unarchive",
    "member_joined_channel", "member_left_channel",
}  # fmt: skip


def register(app: AsyncApp, ctx: Context, intake: Intake) -> None:
    @app.middleware
    async def keep(body: dict[str, Any], next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        if body.get("type") != "event_callback":
            return await next()
        await intake.store(body)
        event = body.get("event") or {}
        if event.get("type") in CHANNEL_CHANGES:
            channel = event.get("channel")
            ctx.directory.forget_channel(channel["id"] if isinstance(channel, dict) else str(channel))
        return BoltResponse(status=200, body="")
