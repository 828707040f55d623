"""Slack says that a person changed: renamed, made a guest, deactivated."""

from agent.admit import remember
from bot.events import SlackPerson
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import event_of
from storage import people


async def person(ctx: Context, run: Run) -> None:
    """Bring a known person up to date; strangers become known when they speak."""
    event, _ = await event_of(ctx, run, SlackPerson)
    async with ctx.db.read() as tx:
        if await people.by_slack_id(tx, ctx.workspace_id, event.user_id) is None:
            return
    profile = await ctx.directory.profile(event.user_id)
    async with run.finishing() as tx:
        await remember(tx, ctx.workspace_id, profile, now=ctx.clock(), settings=ctx.settings)
