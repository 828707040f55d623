"""Shortcuts: of a message "Track this", "Add to ticket", "Remind me", "Ask Chargehand", of none "New ticket": forms."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from agent.commands.pressed import UNKNOWN
from agent.commands.track import already
from agent.conversation import refuse_outsiders
from agent.desk import Desk
from agent.forms import add, remind, request, track
from bot.errors import Stray, UserError
from bot.events import Place, SlackPress
from bot.forms import Form
from bot.messages import Message
from bot.shortcuts import ADD, ASK, NEW, REMIND, TRACK, SlackShortcut
from bot.slack.client import CallFailed
from bot.slack.parse import parse
from handlers.context import Context
from handlers.slack import refuse
from handlers.slack.forms import GLANCE_SECONDS
from handlers.slack.intake import Intake
from handlers.slack.showing import show
from prompts.words import say
from storage import inbox, people, tickets


def register(app: AsyncApp, ctx: Context, intake: Intake) -> None:
    @app.shortcut(re.compile(".*"))
    async def keep(body: dict[str, Any], ack: AsyncAck) -> None:
        stored = await intake.store(body, starts_work=False)
        await ack()
        if stored.is_new and isinstance(stored.event, SlackShortcut):
            await show(ctx, stored.event, opened, stored.correlation_id)


async def opened(ctx: Context, shortcut: SlackShortcut) -> Form | Message:
    """The form of a shortcut, or what to say in its place.

    Raises:
        UserError: it is not for this person.
    """
    is_here, insiders = await _glance(ctx, shortcut)
    async with ctx.db.read() as tx:
        person = await people.by_slack_id(tx, ctx.workspace_id, shortcut.user_id)
        actor = await refuse.actor_for(tx, person)
        desk = refuse.desk_of(ctx, shortcut, tx, actor, insiders=insiders)
        if actor:
            await refuse_outsiders(replace(desk, place=Place(channel_id=shortcut.channel_id)))
        return await _form(desk, shortcut, is_here=is_here)


async def opened_again(ctx: Context, press: SlackPress) -> Form | Message:
    """The form of a shortcut that came too late; the button's value is the key under which its use is kept.

    Raises:
        UserError: as above. Stray: it is no use of theirs.
    """
    async with ctx.db.read() as tx:
        is_kept = await inbox.held(tx, "slack", [press.value])
        body = json.loads((await inbox.by_key(tx, "slack", press.value)).raw) if is_kept else {}
    used = parse(body, bot_user_id=ctx.bot_user_id).event if body else None
    if not isinstance(used, SlackShortcut) or used.user_id != press.user_id:
        raise Stray(say(UNKNOWN))
    return await opened(ctx, used)


async def _form(desk: Desk, shortcut: SlackShortcut, *, is_here: bool) -> Form | Message:
    if shortcut.name == ADD:
        if desk.actor is None:
            raise UserError(say("I do not know you yet. Write to me once, then you can add to tickets."))
        return await add.form(desk, shortcut)
    if shortcut.name == REMIND:
        if desk.actor is None:
            raise UserError(say("I do not know you yet. Write to me once, then I can remind you."))
        return await remind.form(desk, shortcut)
    if shortcut.name == ASK:
        return request.form(desk, shortcut)
    if shortcut.name not in {TRACK, NEW}:
        raise UserError(say("That shortcut is from another version of mine, and does nothing any more."))
    known = await tickets.by_message(desk.tx, shortcut.channel_id, shortcut.message_ts) if shortcut.message_ts else None
    if known:
        return Message(text=await already(desk, known) if desk.actor else say("That message is tracked already."))
    return await track.form(desk, shortcut, is_here=is_here)


async def _glance(ctx: Context, shortcut: SlackShortcut) -> tuple[bool, Mapping[str, frozenset[str]]]:
    """Whether a card can live beside the message, and who may see private tickets, as far as Slack says in time."""
    async with ctx.db.read() as tx:
        private = set(await tickets.private_channels(tx))
    try:
        async with asyncio.timeout(GLANCE_SECONDS):
            channel = await ctx.directory.channel(shortcut.channel_id) if shortcut.channel_id else None
            insiders = await ctx.directory.insiders(private)
    except (TimeoutError, CallFailed):
        return False, {}
    return bool(channel and channel.has_bot and not shortcut.channel_id.startswith("D")), insiders
