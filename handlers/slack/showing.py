"""A form opens within the three seconds that a trigger lives; what cannot be opened says so, and how to try again."""

from collections.abc import Awaitable
from datetime import timedelta

from bot.errors import TryLater, UserError
from bot.events import SlackPress
from bot.forms import Form
from bot.messages import Button, Message
from bot.shortcuts import SlackShortcut
from bot.slack.client import RATE_LIMITED, CallFailed, answer
from bot.slack.modal import render_form
from bot.slack.pace import EPHEMERAL, EPHEMERALS
from handlers.context import Context
from handlers.slack import refuse

PATIENCE = timedelta(seconds=1)  # of the three that a trigger lives
TOO_LATE = {"expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged"}


async def show(
    ctx: Context, press: SlackPress | SlackShortcut, made: Awaitable[Form | Message], correlation_id: str
) -> None:
    """Open the form that is made, or say to who pressed what there is in its place."""
    try:
        found = await made
        if isinstance(found, Message):
            await refuse.whisper(ctx, press, found, correlation_id)
            return
        async with ctx.limiter.call(EPHEMERAL, EPHEMERALS, patience=PATIENCE):
            await answer(ctx.client.views_open(trigger_id=press.trigger_id, view=render_form(found)))
    except UserError as refusal:
        await refuse.whisper(ctx, press, Message(text=str(refusal)), correlation_id, refusal=refusal)
    except TryLater:
        text = "Slack lets me open no more forms at the moment. Please press again in a minute."
        await refuse.whisper(ctx, press, Message(text=text), correlation_id)
    except CallFailed as failure:
        if failure.code == RATE_LIMITED and failure.retry_after:
            await ctx.limiter.block(EPHEMERAL, seconds=failure.retry_after)
        await refuse.whisper(ctx, press, _not_opened(press, failure), correlation_id)


def _not_opened(press: SlackPress | SlackShortcut, failure: CallFailed) -> Message:
    """What to say, with the button that opens it again; a shortcut is at hand where it was used."""
    text = f"The form could not be opened ({failure}). Please try again."
    if failure.code in TOO_LATE:
        text = "I was too slow for Slack to open the form. Nothing is lost; please try again."
    if isinstance(press, SlackShortcut):
        return Message(text=text)
    return Message(text=text, buttons=(Button(label="Open the form", action=press.action, value=press.value),))
