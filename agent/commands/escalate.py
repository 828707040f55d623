"""`escalate CH-1 <reason>`: who would hear next that a deadline was missed hears now; at most every half an hour."""

from datetime import timedelta

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.sla.escalate import run_next_step
from agent.tickets import stays
from agent.tickets.transition import require_open
from bot.errors import UserError
from bot.messages import escape, moment
from prompts.words import fixed, say
from storage import audit

APART = timedelta(minutes=30)


async def escalate(desk: Desk, said: Said) -> Reply:
    ticket = require_open(said.the_ticket)
    events = await audit.of(desk.tx, "ticket", str(ticket.id))
    last = next((event.at for event in reversed(events) if event.action == "escalate"), None)
    if last and desk.now - last < APART:
        said_so = say("{ticket} was escalated {at}.", ticket=ticket.name, at=moment(last))
        raise UserError(said_so + say(" It can be again {at}.", at=moment(last + APART)))
    step, who = await run_next_step(desk, ticket, reason=said.text)
    stays.keep(desk, stays.ESCALATED, ticket)
    desk.audit("escalate", "ticket", ticket.id, before={}, after={"step": step, "reason": said.text})
    return text_reply(
        say("{ticket} is escalated to {whom}: {why}", ticket=ticket.name, whom=who, why=escape(said.text))
    )


VERB = Verb(
    name="escalate",
    takes=(Slot.TICKET, Slot.REASON),
    summary=fixed("tell now whom a missed deadline would reach next; at most every 30 minutes"),
    example="escalate CH-1 customers call in",
    another="escalate CH-1: nobody answers",
    action="escalate",
    act=escalate,
    also=("page", "raise"),
    german=("eskaliere",),
    no_inverse="what was said stays said",
)
