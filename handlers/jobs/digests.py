"""Once an hour the next digest of everybody and the next week of each team is planned, by what hours have become."""

from agent.channels.settings import DIGEST
from agent.digest.channel import plan_next
from agent.digest.plan import upcoming
from agent.summary import plan as weeks
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import system_desk
from storage import digests, people, reminders, settings_kv

BATCH = 50


async def plan_digests(ctx: Context, run: Run) -> None:
    """Plan the next daily digest of everybody and every channel that gets one, and the next summary of each team."""
    await _plan_for_teams(ctx)
    await _plan_for_channels(ctx, run)
    last = 0
    while True:
        async with ctx.db.read() as tx:
            found = await digests.receivers(tx, after=last, most=BATCH)
            wanted = await upcoming(tx, ctx.settings, found, workspace_id=ctx.workspace_id, now=ctx.clock())
        async with ctx.db.write() as tx:
            await reminders.plan(tx, wanted)
        if len(found) < BATCH:
            break
        last = found[-1].id
    async with run.finishing():
        return


async def _plan_for_teams(ctx: Context) -> None:
    async with ctx.db.read() as tx:
        teams = await people.teams(tx)
        wanted = await weeks.upcoming(tx, ctx.settings, teams, workspace_id=ctx.workspace_id, now=ctx.clock())
    async with ctx.db.write() as tx:
        await reminders.plan(tx, wanted)


async def _plan_for_channels(ctx: Context, run: Run) -> None:
    async with ctx.db.read() as tx:
        wanted = await settings_kv.of_keys(tx, [DIGEST])
    for channel_id, _ in sorted(wanted):
        async with ctx.db.write() as tx:
            await plan_next(system_desk(ctx, run, tx), channel_id)
