"""An assignee turned out to be gone or away: the ticket goes to the next one."""

from dataclasses import replace

from agent.assigning import assign
from agent.desk import Desk
from agent.notices import notify
from agent.people import leaving
from agent.tickets.change import changing
from bot.messages import escape
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import ask_rests, insiders_if_said, system_desk
from prompts.words import fixed, phrase
from storage import people, tickets
from storage.people import Person
from storage.tickets import Ticket


async def reassign(ctx: Context, run: Run) -> None:
    """Take it from who is gone; when nobody else has it, choose anew among those who are left."""
    args = run.job.args
    async with ctx.db.read() as tx:
        ticket = await tickets.get(tx, int(args["ticket_id"]))
        listed = [await tickets.get(tx, ticket_id) for ticket_id in args.get("tickets", ())]
    insiders = await ctx.directory.insiders({ticket.channel_id} if ticket.is_private else set())
    others = {other.channel_id for other in listed if other.is_private} - insiders.keys()
    insiders |= await insiders_if_said(ctx, others)
    await ask_rests(ctx)
    async with run.finishing() as tx:
        desk = replace(system_desk(ctx, run, tx), insiders=insiders)
        ticket = await tickets.get(tx, ticket.id)
        gone = await people.get(tx, int(args["person_id"]))
        if ticket.status in tickets.OPEN and gone in await tickets.assignees(tx, ticket.id):
            await _pass_on(desk, ticket, gone, why=args.get("why", leaving.GONE), tells="list" not in args)
        if "list" in args:
            followed = [await tickets.get(tx, other.id) for other in listed]
            await leaving.show_list(desk, gone, followed, why=args["why"], list_key=args["list"])


async def _pass_on(desk: Desk, ticket: Ticket, gone: Person, *, why: str, tells: bool) -> None:
    is_free = await tickets.assignees(desk.tx, ticket.id) == [gone]
    change = fixed("@{name} {why}, so it was assigned again") if is_free else fixed("@{name} {why}")
    async with changing(
        desk, ticket, "unassign", said=phrase(change, name=escape(gone.name), why=phrase(why)), needs="reassign"
    ):
        await assign.take_from(desk, ticket, gone)
        chosen = (await assign.assign_automatically(desk, ticket)).person if is_free else None
    if chosen:
        await notify.tell_assignee(desk, ticket, chosen)
    if is_free and tells:
        await notify.tell_managers(desk, ticket, assigned=[chosen] if chosen else [])
