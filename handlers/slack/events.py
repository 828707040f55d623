"""Every event is stored, then acknowledged; also those that nobody listens to."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.channel_events import CONVERSIONS, FOLLOWED, channel_of
from handlers.context import Context
from handlers.slack.intake import Intake


def register(app: AsyncApp, ctx: Context, intake: Intake) -> None:
    @app.middleware
    async def keep(body: dict[str, Any], next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        if body.get("type") != "event_callback":
            return await next()
        await intake.store(body)
        event = body.get("event") or {}
        if event.get("type") in FOLLOWED or event.get("subtype") in CONVERSIONS:
            ctx.directory.forget_channel(channel_of(event))  # what is remembered of it may be wrong by now
        return BoltResponse(status=200, body="")
