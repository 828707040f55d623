"""Slack says that something became of a channel: it is asked what that channel is like now, and every night all are."""

from agent.channels.following import follow
from agent.channels.welcome import welcome
from bot.channel_events import JOINED, SlackChannel
from bot.slack.channels import joined
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import event_of, system_desk
from storage import channels


async def channel(ctx: Context, run: Run) -> None:
    """Follow a channel that was renamed, archived, locked, shared, or that the bot came to or left."""
    event, _ = await event_of(ctx, run, SlackChannel)
    ctx.directory.forget_channel(event.channel_id)
    told = await ctx.directory.channel(event.channel_id)
    async with run.finishing() as tx:
        desk = system_desk(ctx, run, tx)
        row = await follow(desk, told, change=event.change)
        if event.change == JOINED:
            await welcome(desk, row)


async def everywhere(ctx: Context, run: Run) -> None:
    """Read every channel that matters again, and follow what no event had told."""
    started = ctx.clock()
    found = {told.channel_id: told for told in await joined(ctx.client)}
    async with ctx.db.read() as tx:
        others = await channels.to_look_at(tx) - found.keys()
    for channel_id in sorted(others):
        ctx.directory.forget_channel(channel_id)
        found[channel_id] = await ctx.directory.channel(channel_id)
    for told in found.values():
        async with ctx.db.write() as tx:  # one by one: nobody has to wait for the whole of it
            row = await channels.known(tx, ctx.workspace_id, told.channel_id)
            if row and row.seen_at >= started:
                continue  # an event has told more since
            await follow(system_desk(ctx, run, tx), told, is_news=False)
