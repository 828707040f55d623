"""Every event is stored, then acknowledged; also those that nobody listens to. A `stop` counts before its job runs."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from agent.turns.control import control_word
from bot.channel_events import CONVERSIONS, FOLLOWED, channel_of
from bot.events import SlackMessage
from bot.reactions import SlackReaction
from bot.replies import SlackReply
from handlers.context import Context
from handlers.slack.intake import Intake
from handlers.slack.stopping import stop_here, stop_this


def register(app: AsyncApp, ctx: Context, intake: Intake) -> None:
    @app.middleware
    async def keep(body: dict[str, Any], next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        if body.get("type") != "event_callback":
            return await next()
        stored = await intake.store(body)
        said = stored.event
        if stored.is_new and isinstance(said, SlackMessage | SlackReply) and control_word(said.text) == "stop":
            await stop_here(ctx, said)
        if stored.is_new and isinstance(said, SlackReaction) and said.means == "stop":
            await stop_this(ctx, said)
        event = body.get("event") or {}
        if event.get("type") in FOLLOWED or event.get("subtype") in CONVERSIONS:
            ctx.directory.forget_channel(channel_of(event))  # what is remembered of it may be wrong by now
        return BoltResponse(status=200, body="")
