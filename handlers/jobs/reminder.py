"""Something is due: whoever must act hears of it once, and what changes every deadline moves them all."""

from dataclasses import replace
from datetime import datetime

from agent import notify
from agent.remind import remind
from agent.sla.clocks import reckon
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import system_desk
from storage import reminders, sla, tickets

BATCH = 100


async def reminder(ctx: Context, run: Run) -> None:
    """Send one reminder, or drop it when it no longer applies."""
    reminder_id, fire_at = int(run.job.args["reminder_id"]), datetime.fromisoformat(run.job.args["fire_at"])
    async with ctx.db.read() as tx:
        planned = await reminders.get(tx, reminder_id)
        ticket = await tickets.get(tx, planned.ticket_id) if planned.ticket_id else None
        private = set() if ticket else set(await tickets.private_channels(tx))  # a person's may be about any of them
    insiders = await ctx.directory.insiders({ticket.channel_id} if ticket and ticket.is_private else private)
    async with run.finishing() as tx:
        desk = replace(system_desk(ctx, run, tx), insiders=insiders)
        await remind(desk, await reminders.get(tx, reminder_id), fire_at=fire_at)


async def deadlines(ctx: Context, run: Run) -> None:
    """Work out the deadlines of a team's open tickets anew, or of all, after hours or a policy changed."""
    team_id, last = run.job.args["team_id"], 0
    while True:
        async with ctx.db.write() as tx:
            found = await sla.with_clocks(tx, team_id=team_id, after=last, most=BATCH)
            for ticket_id in found:
                desk = replace(system_desk(ctx, run, tx), key=f"{run.key}:{ticket_id}")
                ticket = await tickets.get(tx, ticket_id)
                if await reckon(desk, ticket):
                    await notify.show_card(desk, ticket)
        if len(found) < BATCH:
            break
        last = found[-1]
    async with run.finishing():
        return
