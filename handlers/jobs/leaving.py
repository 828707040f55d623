"""Somebody was deactivated: each of their open tickets is given away by a job of its own."""

from agent.alarms.keep import ALARM
from agent.people import leaving as departure
from agent.proposals.proposal import EXPIRES
from agent.sla.clocks import SNOOZE
from bot.worker import Run
from handlers.context import Context
from handlers.jobs.asked import system_desk
from storage import people, reminders, watches


async def leaving(ctx: Context, run: Run) -> None:
    """Give a deactivated person's open tickets to others, end their reminders and watches, tell the managers once."""
    async with run.finishing() as tx:
        desk = system_desk(ctx, run, tx)
        person = await people.get(tx, int(run.job.args["person_id"]))
        if person.is_active:
            return  # they came back before their tickets went
        await reminders.cancel_of_person(tx, person.id, besides=(EXPIRES, SNOOZE, ALARM))  # others depend on those
        if watched := await watches.drop_all(tx, person.id):
            desk.audit("unwatch", "person", person.id, before={"tickets": watched}, after={"tickets": 0})
        found = await departure.open_tickets(desk, person)
        wanted = [ticket for ticket in found if ticket.id != run.job.args["besides"]]
        await departure.give_away(desk, person, wanted, why=run.job.args["why"])
