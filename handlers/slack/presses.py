"""Buttons and menus: most are stored and run as commands; those that need words open a form at once."""

import re
from functools import partial
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from agent.cards.working import at_work
from agent.commands.grammar import find_verb
from agent.commands.registry import VERBS
from agent.turns.progress import STOP
from bot.access import LOOKS
from bot.events import SlackPress
from bot.shortcuts import AGAIN
from bot.slack.blocks import OPENS
from bot.slack.parse import parse
from handlers.context import Context
from handlers.slack import refuse
from handlers.slack.forms import opened
from handlers.slack.intake import Intake
from handlers.slack.not_yet import NOT_STORED, PATIENCE, say_not_yet
from handlers.slack.shortcuts import opened_again
from handlers.slack.showing import show
from handlers.slack.stopping import stop_pressed
from storage import people
from storage.outbox import Outgoing

log = structlog.get_logger()


def register(app: AsyncApp, ctx: Context, intake: Intake) -> None:
    @app.action(re.compile(".*"))
    async def keep(body: dict[str, Any], ack: AsyncAck) -> None:
        press = parse(body, bot_user_id=ctx.bot_user_id).event
        assert isinstance(press, SlackPress)  # what a pressed control is parsed to
        opens = press.action.startswith(OPENS)
        shows = None if opens else partial(_working, ctx, press)
        try:
            stored = await intake.store(body, starts_work=not opens, shows=shows, patience=PATIENCE)
        except NOT_STORED as error:
            log.warning("press not stored", error=str(error) or "busy")
            await ack()
            await say_not_yet(ctx, press)
            return
        if stored.is_new and press.action == STOP:
            await stop_pressed(ctx, press)
        await ack()
        if opens and stored.is_new:
            made = opened_again if press.action == f"{OPENS}{AGAIN}" else opened
            await show(ctx, press, made, stored.correlation_id)


async def _working(ctx: Context, press: SlackPress, correlation_id: str) -> Outgoing | None:
    """“working…” in place of the controls of a card or a proposal, stored with the press; what changes nothing is
    answered beside it."""
    verb = find_verb(press.action, VERBS)
    if verb is None or verb.action in LOOKS or not press.message_ts or not press.reply_url:
        return None
    async with ctx.db.read() as tx:
        person = await people.by_slack_id(tx, ctx.workspace_id, press.user_id)
        if person is None:
            return None
        desk = refuse.desk_of(ctx, press, tx, await refuse.actor_for(tx, person), correlation_id=correlation_id)
        return await at_work(
            desk,
            channel_id=press.channel_id,
            message_ts=press.message_ts,
            reply_url=press.reply_url,
            value=press.value,
        )
