"""An assignee turned out to be gone: the ticket goes to the next one."""

from dataclasses import replace

from agent import assign, notify
from bot.messages import escape
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import insiders_of, system_desk
from storage import people, tickets


async def reassign(ctx: Context, run: Run) -> None:
    """Choose anew among those who are left."""
    async with ctx.db.read() as tx:
        ticket = await tickets.get(tx, int(run.job.args["ticket_id"]))
    insiders = await insiders_of(ctx, {ticket.channel_id} if ticket.is_private else set())
    async with run.finishing() as tx:
        desk = replace(system_desk(ctx, run, tx), insiders=insiders)
        ticket = await tickets.get(tx, ticket.id)
        gone = await people.get(tx, int(run.job.args["person_id"]))
        if gone.id not in {person.id for person in await tickets.assignees(tx, ticket.id)}:
            return
        await assign.take_from_all(desk, ticket)
        choice = await assign.assign_automatically(desk, ticket)
        await notify.show_card(desk, ticket, change=f"@{escape(gone.name)} is deactivated, so it was assigned again")
        if choice.person:
            await notify.tell_assignee(desk, ticket, choice.person)
        await notify.tell_managers(desk, ticket, assigned=[choice.person] if choice.person else [])
