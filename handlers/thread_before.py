"""What a thread said before a message to the bot: read back from Slack once, and from then on from what is kept."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.events import SlackMessage
from bot.replies import Spoken
from bot.slack.directory import MOST_SAID
from bot.slack.history import thread_until
from handlers.context import Context
from storage import thread_links, thread_messages
from storage.thread_messages import Said


@dataclass(frozen=True, kw_only=True)
class Before:
    """`text`: how a thread without a ticket began, for the one that it may become; `read`: what is still to be kept."""

    text: str = ""
    read: tuple[Spoken, ...] = ()


async def said_before(ctx: Context, said: SlackMessage) -> Before:
    """Of a thread with a ticket there is no text: the ticket has it."""
    root = said.thread_ts or said.ts
    where = (ctx.workspace_id, said.channel_id, root)
    async with ctx.db.read() as tx:
        has_ticket = await thread_links.ticket_of(tx, *where) is not None
        known = await thread_messages.first_of(tx, *where, most=1 if has_ticket else MOST_SAID)
    if known:
        return Before(text="" if has_ticket else await ctx.directory.told(_earlier(known, said.ts)))
    me = ctx.bot_user_id
    thread = await thread_until(
        ctx.client, said.channel_id, root, until=said.ts, bot_user_id=me, first=0 if has_ticket else MOST_SAID
    )
    return Before(text=await ctx.directory.told(thread.first), read=thread.newest)


def _earlier(known: Iterable[Said], ts: str) -> list[Spoken]:
    earlier = (one for one in known if float(one.ts) < float(ts))
    return [
        Spoken(ts=one.ts, text=one.text, user_id=one.author)
        if one.kind == "person"
        else Spoken(ts=one.ts, text=one.text, name=one.author)
        for one in earlier
    ]
