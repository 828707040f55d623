"""When the database does not answer a form says so in its place, within the seconds that its trigger lives."""

import json

from sqlmodel import col, select

from bot.events import SlackPress
from bot.forms import Form
from bot.messages import Message
from bot.sandbox.slack import SlackSandbox
from bot.slack.parse import parse
from handlers.context import Context
from handlers.slack.showing import show
from storage.database import StorageError
from storage.inbox import Delivery
from tests.team import Bot, quiet, report


async def gone(ctx: Context, press: SlackPress) -> Form | Message:
    raise StorageError("the disk is full")


async def test_it_says_that_nothing_was_done(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slack.click("bob", "#ops", slack.thread("#ops", ts)[1].ts, "Why")
    await quiet(bot)
    [last, *_] = await bot.rows(select(Delivery).order_by(col(Delivery.id).desc()))
    press = parse(json.loads(last.raw), bot_user_id=bot.ctx.bot_user_id).event
    assert isinstance(press, SlackPress)
    await show(bot.ctx, press, gone, "feed")
    view = slack.modal("bob")
    assert view
    assert "nothing was done" in json.dumps(view["blocks"])
    assert view["submit"] is None
