"""`priority CH-1 high`: a person knows better than the triage; what was critical is lowered with a reason alone."""

from agent import notify
from agent.change import changing
from agent.commands.slots import SHORTEST_REASON
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.transition import by, require_open
from bot.errors import UserError
from bot.messages import escape
from storage import tickets
from storage.tickets import Ticket


async def priority(desk: Desk, said: Said) -> Reply:
    """Managers hear of what becomes loud, once, as they would have heard of the report."""
    ticket, was = require_open(said.the_ticket), said.the_ticket.priority
    if was == said.priority:
        return text_reply(f"{ticket.name} is {was} already.", is_private=True)
    require_reason(ticket, said.priority, said.text)
    change = f"set to {said.priority} by {by(desk)}"
    text = f"*{ticket.name} {change}*: {escape(said.text)}" if said.text else ""
    note = {"reason": said.text or None}
    async with changing(desk, ticket, "priority", said=change, needs="triage", told=text, note=note):
        ticket.priority = said.priority
    await notify.tell_managers(desk, ticket, assigned=await tickets.assignees(desk.tx, ticket.id))
    answer = text or f"{ticket.name}: {was or 'no priority'} → {said.priority}."
    return text_reply(answer, seen_in=ticket if text else None, shown_by=ticket)


def require_reason(ticket: Ticket, priority: str, reason: str) -> None:
    """What was critical becomes less with a reason alone.

    Raises:
        UserError: there is none.
    """
    if ticket.priority == "critical" != priority and len(reason) < SHORTEST_REASON:
        raise UserError(f"{ticket.name} is critical: say why it is less, as in `priority {ticket.name} high …`.")


VERB = Verb(
    name="priority",
    takes=(Slot.TICKET, Slot.PRIORITY),
    summary="set the priority; a critical ticket is lowered with a reason",
    example="priority CH-1 high",
    another="prio CH-1 p2 only the test system",
    action="triage",
    act=priority,
    also=("prio",),
    german=("priorität", "dringlichkeit"),
    inverse="undo",
    changes=("priority",),
)
