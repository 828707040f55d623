"""Which replies without a mention are kept: those in a ticket's thread, or in one where the bot was spoken to."""

from typing import Any

from agent.reports.replies import are_kept
from bot.slack.parse import Incoming
from bot.slack.replies import reply_of
from handlers.context import Context
from storage import inbox, thread_links, thread_messages
from storage.database import Tx


async def overheard(tx: Tx, ctx: Context, incoming: Incoming, body: dict[str, Any]) -> Incoming:
    """The event as the reply that it is, where that is kept; else as it was read."""
    reply = reply_of(body, incoming, bot_user_id=ctx.bot_user_id)
    if reply is None:
        return incoming
    event = body["event"]
    channel_id, root = str(event["channel"]), str(event["thread_ts"])
    ticket_id = await thread_links.ticket_of(tx, ctx.workspace_id, channel_id, root)
    if ticket_id:
        return reply if await are_kept(tx, ticket_id) else incoming
    # What was just said to the bot may be a ticket in a moment; its job, and then that of the reply, will know.
    is_addressed = await inbox.is_claimed(tx, inbox.message_claim(channel_id, root))
    is_followed = is_addressed or await thread_messages.is_known(tx, ctx.workspace_id, channel_id, root)
    return reply if is_followed else incoming


def may_be_reply(body: dict[str, Any]) -> bool:
    """Whether it is worth asking the database: most of what is said in channels is no reply."""
    event = body.get("event") or {}
    return event.get("type") == "message" and bool(event.get("thread_ts"))
