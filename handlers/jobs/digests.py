"""Once an hour everybody's next digest is planned: for who is new, and by what their hours have become."""

from agent.digest.plan import upcoming
from bot.worker import Run
from handlers.context import Context
from storage import digests, reminders

BATCH = 50


async def plan_digests(ctx: Context, run: Run) -> None:
    """Plan the next daily digest of everybody who gets one."""
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
