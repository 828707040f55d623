"""Something is due: whoever must act hears of it once, and what changes every deadline moves them all."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from agent.due import act_on
from agent.notices import notify
from agent.sla.replan import replan
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import ask_rests, insiders_if_said, system_desk
from storage import alarms, reminders, tickets


async def reminder(ctx: Context, run: Run) -> None:
    """Send one reminder, or drop it when it no longer applies."""
    reminder_id, fire_at = int(run.job.args["reminder_id"]), datetime.fromisoformat(run.job.args["fire_at"])
    async with ctx.db.read() as tx:
        planned = await reminders.get(tx, reminder_id)
        ticket = await tickets.get(tx, planned.ticket_id) if planned.ticket_id else None
        private = set() if ticket else set(await tickets.private_channels(tx))  # a person's may be about any of them
        alarm = await alarms.get(tx, planned.alarm_id) if planned.alarm_id else None
    insiders = await ctx.directory.insiders({ticket.channel_id} if ticket and ticket.is_private else private)
    if alarm and alarm.channel_id and alarm.channel_id not in insiders:  # who asked may have left it
        insiders |= await insiders_if_said(ctx, [alarm.channel_id])
    await ask_rests(ctx)
    async with run.finishing() as tx:
        desk = replace(system_desk(ctx, run, tx), insiders=insiders)
        await act_on(desk, await reminders.get(tx, reminder_id), fire_at=fire_at)


async def deadlines(ctx: Context, run: Run) -> None:
    """Work out the deadlines of a team's open tickets anew, or of all, after hours or a policy changed."""
    await replan(ctx.db, partial(system_desk, ctx, run), team_id=run.job.args["team_id"])
    async with run.finishing():
        return


async def cards(ctx: Context, run: Run) -> None:
    """Show on their cards when tickets are due now."""
    for ticket_id in run.job.args["ticket_ids"]:
        async with ctx.db.write() as tx:
            desk = replace(system_desk(ctx, run, tx), key=f"{run.key}:{ticket_id}")
            await notify.show_card(desk, await tickets.get(tx, ticket_id))
    async with run.finishing():
        return
