"""What a person asked for and the database did not take: they hear within Slack's three seconds that nothing was done.

It cannot go through the outbox then, which is in the database.
"""

from contextlib import suppress

from bot.events import SlackCommand, SlackPress
from bot.messages import Button, Message
from bot.slack.blocks import render
from bot.slack.client import CallFailed
from bot.slack.deliver import say_at_once
from handlers.context import Context
from handlers.intake import Busy
from prompts.words import say, speaking
from storage.database import StorageError

PATIENCE = 2.0  # seconds; Slack waits for three
NOT_STORED = (Busy, StorageError)


async def say_not_yet(ctx: Context, asked: SlackCommand | SlackPress) -> None:
    """Tell who asked, and nobody else, that nothing was done yet, and how to try again."""
    with speaking(ctx.settings.language):
        content = render(_message(asked))
    with suppress(CallFailed):
        await say_at_once(ctx.client, content, user_id=asked.user_id, reply_url=asked.reply_url)


def _message(asked: SlackCommand | SlackPress) -> Message:
    busy = say("My database is busy, so nothing was done yet.")
    if isinstance(asked, SlackCommand):
        line = f"/chargehand {asked.text}".strip().replace("`", "'")
        return Message(text=busy + say(" Please try again in a minute: {line}", line=f"`{line}`"))
    if asked.choice:  # of a menu, which is still there
        return Message(text=busy + say(" Please try again in a minute."))
    again = Button(label=say("Try again"), action=asked.action, value=asked.value)
    return Message(text=busy, buttons=(again,))
