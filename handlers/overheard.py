"""Which words without a mention are kept: in a thread that has a ticket or knows the bot, or where it follows all."""

from typing import Any

from agent.channels.settings import ALL, MENTION, bots_in, follows
from agent.reports.replies import are_kept
from agent.turns.control import control_word
from bot.events import SlackMessage
from bot.replies import SlackReply
from bot.slack.bots import bot_of, bot_said
from bot.slack.parse import Incoming
from bot.slack.replies import reply_of
from handlers.context import Context
from storage import inbox, questions, thread_links, thread_messages
from storage.database import Tx


async def overheard(tx: Tx, ctx: Context, incoming: Incoming, body: dict[str, Any]) -> Incoming:
    """The event as the words to others that it is, where they are kept; else as it was read."""
    reply = reply_of(body, incoming, bot_user_id=ctx.bot_user_id)
    if reply is None or not isinstance(reply.event, SlackReply):
        heard = bot_said(body, incoming, bot_user_id=ctx.bot_user_id)
        return heard if heard and await _is_let_in(tx, heard, bot_of(body)) else incoming
    return reply if await _is_kept(tx, ctx, reply.event) else incoming


async def _is_let_in(tx: Tx, heard: Incoming, bot_id: str) -> bool:
    return isinstance(heard.event, SlackMessage) and bot_id in await bots_in(tx, heard.event.channel_id)


async def _is_kept(tx: Tx, ctx: Context, said: SlackReply) -> bool:
    if control_word(said.text) == "aside":
        return False
    if said.is_top_level:
        return await follows(tx, said.channel_id) == ALL
    if await questions.open_in(tx, [said.channel_id], said.thread_ts, said.user_id):
        return True  # it may be the answer that the agent waits for
    ticket_id = await thread_links.ticket_of(tx, ctx.workspace_id, said.channel_id, said.thread_ts)
    if ticket_id:
        return await are_kept(tx, ticket_id) or await follows(tx, said.channel_id) != MENTION
    # What was just said to the bot may be a ticket in a moment; its job, and then that of the reply, will know.
    is_addressed = await inbox.is_claimed(tx, inbox.message_claim(said.channel_id, said.thread_ts))
    return is_addressed or await thread_messages.is_known(tx, ctx.workspace_id, said.channel_id, said.thread_ts)


def is_reply(body: dict[str, Any]) -> bool:
    """Whether it was said in a thread."""
    event = body.get("event") or {}
    return event.get("type") == "message" and bool(event.get("thread_ts"))


def said_aloud(body: dict[str, Any]) -> str:
    """The channel in which a message was said; empty where it is none."""
    event = body.get("event") or {}
    is_message = event.get("type") == "message" and event.get("channel_type") != "im"
    return str(event.get("channel") or "") if is_message else ""
