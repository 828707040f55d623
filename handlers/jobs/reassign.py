"""An assignee turned out to be gone: the ticket goes to the next one."""

from dataclasses import replace

from agent import assign, notify
from agent.change import changing
from bot.messages import escape
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import system_desk
from storage import people, tickets


async def reassign(ctx: Context, run: Run) -> None:
    """Take it from who is gone; when nobody else has it, choose anew among those who are left."""
    async with ctx.db.read() as tx:
        ticket = await tickets.get(tx, int(run.job.args["ticket_id"]))
    insiders = await ctx.directory.insiders({ticket.channel_id} if ticket.is_private else set())
    async with run.finishing() as tx:
        desk = replace(system_desk(ctx, run, tx), insiders=insiders)
        ticket = await tickets.get(tx, ticket.id)
        gone = await people.get(tx, int(run.job.args["person_id"]))
        had = await tickets.assignees(tx, ticket.id)
        if ticket.status not in tickets.OPEN or gone not in had:
            return
        is_free = had == [gone]
        change = f"@{escape(gone.name)} is deactivated{', so it was assigned again' if is_free else ''}"
        async with changing(desk, ticket, "unassign", said=change, needs="reassign"):
            await assign.take_from(desk, ticket, gone)
            chosen = (await assign.assign_automatically(desk, ticket)).person if is_free else None
        if chosen:
            await notify.tell_assignee(desk, ticket, chosen)
        if is_free:
            await notify.tell_managers(desk, ticket, assigned=[chosen] if chosen else [])
