"""Buttons and menus: most are stored and run as commands; those that need words open a form at once."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.events import SlackPress
from handlers.context import Context
from handlers.slack.forms import OPENS, opened
from handlers.slack.intake import Intake
from handlers.slack.showing import show


def register(app: AsyncApp, ctx: Context, intake: Intake) -> None:
    @app.action(re.compile(".*"))
    async def keep(body: dict[str, Any], ack: AsyncAck) -> None:
        opens = str(body["actions"][0]["action_id"]).startswith(OPENS)
        stored = await intake.store(body, starts_work=not opens)
        await ack()
        if opens and stored.is_new and isinstance(stored.event, SlackPress):
            await show(ctx, stored.event, opened(ctx, stored.event), stored.correlation_id)
