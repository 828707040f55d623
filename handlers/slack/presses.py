"""Buttons and menus: most are stored and run as commands; those that need words open a form at once."""

import re
from datetime import timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.errors import TryLater, UserError
from bot.events import SlackPress
from bot.messages import Message
from bot.slack.client import RATE_LIMITED, CallFailed, answer
from bot.slack.pace import EPHEMERAL, EPHEMERALS
from handlers.context import Context
from handlers.slack import refuse
from handlers.slack.forms import OPENS, form_for, instead
from handlers.slack.intake import Intake

PATIENCE = timedelta(seconds=1)  # of the three that a trigger lives


def register(app: AsyncApp, ctx: Context, intake: Intake) -> None:
    @app.action(re.compile(".*"))
    async def keep(body: dict[str, Any], ack: AsyncAck) -> None:
        opens = str(body["actions"][0]["action_id"]).startswith(OPENS)
        stored = await intake.store(body, starts_work=not opens)
        await ack()
        if opens and stored.is_new and isinstance(stored.event, SlackPress):
            await _open(ctx, stored.event, stored.correlation_id)

    @app.shortcut(re.compile(".*"))
    async def nothing_yet(ack: AsyncAck) -> None:
        await ack()


async def _open(ctx: Context, press: SlackPress, correlation_id: str) -> None:
    """A trigger lives three seconds, so the form is opened here and not by a job."""
    try:
        if offer := await instead(ctx, press):
            await refuse.whisper(ctx, press, offer, correlation_id)
            return
        async with ctx.limiter.call(EPHEMERAL, EPHEMERALS, patience=PATIENCE):
            await answer(ctx.client.views_open(trigger_id=press.trigger_id, view=form_for(press)))
    except UserError as refusal:
        await refuse.whisper(ctx, press, Message(text=str(refusal)), correlation_id, refusal=refusal)
    except TryLater:
        text = "Slack lets me open no more forms at the moment. Please press again in a minute."
        await refuse.whisper(ctx, press, Message(text=text), correlation_id)
    except CallFailed as failure:
        if failure.code == RATE_LIMITED and failure.retry_after:
            await ctx.limiter.block(EPHEMERAL, seconds=failure.retry_after)
        text = f"The form could not be opened ({failure}). Please press again."
        await refuse.whisper(ctx, press, Message(text=text), correlation_id)
