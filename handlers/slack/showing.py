"""A form opens within the three seconds that a trigger lives; what cannot be opened says so, and how to try again."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

import structlog

from agent.language import of_person
from bot.errors import TryLater, UserError
from bot.events import SlackPress
from bot.forms import Form
from bot.messages import Button, Message
from bot.shortcuts import AGAIN, SlackShortcut
from bot.slack.blocks import OPENS
from bot.slack.client import RATE_LIMITED, CallFailed, answer
from bot.slack.modal import render_form
from bot.slack.pace import EPHEMERAL, EPHEMERALS
from handlers.context import Context
from handlers.slack import refuse
from prompts.words import say, speaking
from storage import people
from storage.database import StorageError

log = structlog.get_logger()
PATIENCE = timedelta(seconds=1)  # of the three that a trigger lives
Used = TypeVar("Used", SlackPress, SlackShortcut)
TOO_LATE = {"expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged"}


async def show(
    ctx: Context, press: Used, made: Callable[[Context, Used], Awaitable[Form | Message]], correlation_id: str
) -> None:
    """Open the form that is made, or say to who pressed what there is in its place, in their language."""
    try:
        async with ctx.db.read() as tx:
            person = await people.by_slack_id(tx, ctx.workspace_id, press.user_id)
            language = await of_person(refuse.desk_of(ctx, press, tx, None), person.id if person else None)
        with speaking(language):
            await _show(ctx, press, made, correlation_id)
    except StorageError as error:  # it cannot be said through the outbox then
        log.warning("form not opened", error=str(error), exc_info=error)
        with suppress(CallFailed), speaking(ctx.settings.language):
            await answer(ctx.client.views_open(trigger_id=press.trigger_id, view=render_form(_not_now())))


async def _show(
    ctx: Context, press: Used, made: Callable[[Context, Used], Awaitable[Form | Message]], correlation_id: str
) -> None:
    try:
        found = await made(ctx, press)
        if isinstance(found, Message):
            await refuse.whisper(ctx, press, found, correlation_id)
            return
        async with ctx.limiter.call(EPHEMERAL, EPHEMERALS, patience=PATIENCE):
            await answer(ctx.client.views_open(trigger_id=press.trigger_id, view=render_form(found)))
    except UserError as refusal:
        await refuse.whisper(ctx, press, Message(text=str(refusal)), correlation_id, refusal=refusal)
    except TryLater:
        text = say("Slack lets me open no more forms at the moment. Please press again in a minute.")
        await refuse.whisper(ctx, press, Message(text=text), correlation_id)
    except CallFailed as failure:
        if failure.code == RATE_LIMITED and failure.retry_after:
            await ctx.limiter.block(EPHEMERAL, seconds=failure.retry_after)
        await refuse.whisper(ctx, press, _not_opened(press, failure), correlation_id)


def _not_now() -> Form:
    why = say("I cannot reach my database, so nothing was done. Please press again in a minute.")
    return Form(verb="not now", title=say("Not now"), submit="", fields=(), notes=(why,))


def _not_opened(press: SlackPress | SlackShortcut, failure: CallFailed) -> Message:
    """What to say, with the button that opens it again."""
    text = say("The form could not be opened ({failure}). Please try again.", failure=failure)
    if failure.code in TOO_LATE:
        text = say("I was too slow for Slack to open the form. Nothing is lost; please try again.")
    again = (f"{OPENS}{AGAIN}", press.trigger_id) if isinstance(press, SlackShortcut) else (press.action, press.value)
    return Message(text=text, buttons=(Button(label=say("Open the form"), action=again[0], value=again[1]),))
