"""What a thread said before a message to the bot: read back from Slack once, and from then on from what is kept."""

from collections.abc import Iterable
from dataclasses import dataclass

from agent.turns.control import control_word
from bot.events import SlackMessage
from bot.replies import Spoken
from bot.slack.directory import MOST_SAID
from bot.slack.history import thread_until
from bot.slack.parse import strip_mention
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
    first, newest = (tuple(one for one in part if not _is_aside(ctx, one)) for part in (thread.first, thread.newest))
    return Before(text=await ctx.directory.told(first), read=newest)


def _is_aside(ctx: Context, one: Spoken) -> bool:
    """What people have said aside is for others."""
    return bool(one.user_id) and control_word(strip_mention(one.text, ctx.bot_user_id)) == "aside"


def _earlier(known: Iterable[Said], ts: str) -> list[Spoken]:
    earlier = (one for one in known if float(one.ts) < float(ts))
    return [
        Spoken(ts=one.ts, text=one.text, user_id=one.author)
        if one.kind == "person"
        else Spoken(ts=one.ts, text=one.text, name=one.author)
        for one in earlier
    ]
