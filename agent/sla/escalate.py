"""Somebody does not want to wait for the clock: the next step of a ticket's ladder is taken now."""

from agent.desk import Desk
from agent.language import of_ticket
from agent.notices import notify
from agent.sla.ladder import give_to_another, tell_step, who_has_it
from agent.sla.times import DEEDS
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say, speaking
from storage import reminders, tickets
from storage.reminders import Reminder
from storage.tickets import Ticket

MANAGERS = "managers"
RUNGS = (MANAGERS, "channel", "admins")
TOLD = {MANAGERS: fixed("its managers"), "channel": fixed("its team's channel"), "admins": fixed("the admins")}


async def run_next_step(desk: Desk, ticket: Ticket, *, reason: str) -> tuple[str, str]:
    """Take it, and count it as taken with those that had nobody to tell; its name and who was told.

    Without a ladder it is the managers, else the admins.

    Raises:
        UserError: there is nobody to tell.
    """
    live = [one for kind in DEEDS for one in await reminders.live(desk.tx, ticket.id, kind=kind) if one.step in TOLD]
    planned = min(live, key=lambda one: one.due_at, default=None)
    step = planned.step if planned else MANAGERS
    had = await tickets.assignees(desk.tx, ticket.id)

    def text() -> str:
        is_escalated = say(
            "{ticket} is escalated by @{name}: {reason}.",
            ticket=notify.headline(ticket),
            name=escape(desk.asker.name),
            reason=escape(reason),
        )
        return f"{is_escalated} {who_has_it(had)} {give_to_another(ticket)}"

    above = RUNGS[RUNGS.index(step) :]
    for rung in above:  # who asks is not told themselves: then it is the one above
        if await tell_step(desk, ticket, rung, text, key=f"escalate:{desk.key}:{rung}"):
            taken = above[: above.index(rung) + 1]
            for one in live:
                if planned and one.kind == planned.kind and one.step in taken:
                    await _count(desk, one, ticket)
            return rung, say(TOLD[rung])
    raise UserError(say("There is nobody to escalate {ticket} to: you would be told yourself.", ticket=ticket.name))


async def _count(desk: Desk, planned: Reminder, ticket: Ticket) -> None:
    await reminders.send(desk.tx, planned, now=desk.now, is_late=False)
    with speaking(await of_ticket(desk, ticket)):
        planned.reason = say("escalated by @{name}", name=desk.asker.name)
