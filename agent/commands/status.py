"""`status CH-1 in progress`: runs the verb that leads to the status, with that verb's permission and reason."""

from agent import notify
from agent.commands import close, reopen, resolve, show
from agent.commands.grammar import SHORTEST_REASON
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.transition import by, change_status
from bot.errors import UserError
from bot.messages import escape

LEADS_TO = {"resolved": resolve.VERB, "closed": close.VERB}


async def status(desk: Desk, said: Said) -> Reply:
    """Show the status, set one that needs no reason, or hand over to the verb that asks for one.

    Words after the status are that verb's reason; where none is needed they go on record as a remark.
    """
    ticket = said.the_ticket
    if not said.status:
        return await show.show(desk, said)
    verb = LEADS_TO.get(said.status)
    if said.status == "open" and ticket.status in LEADS_TO:
        verb = reopen.VERB
    if verb:
        if len(said.text) < SHORTEST_REASON:
            raise UserError(f"`{verb.name}` needs a reason, as in `{verb.example}`.")
        await desk.check(verb.action, ticket, doing=f"{verb.name} {ticket.name}")
        return await verb.act(desk, said)
    await desk.check("status", ticket, doing=f"change the status of {ticket.name}")
    doing = "started" if said.status == "in_progress" else "put back to open"
    await change_status(desk, ticket, said.status, reason=said.text or None, said=f"{doing} by {by(desk)}")
    if said.text:
        text = f"*{ticket.name} {doing}* by {by(desk)}: {escape(said.text)}"
        await notify.say_in_thread(desk, ticket, text, name="status")
        return text_reply(text, seen_in=ticket)
    return text_reply(f"{ticket.name} is {said.status.replace('_', ' ')}, {doing} by {by(desk)}.", shown_by=ticket)


VERB = Verb(
    name="status",
    takes=(Slot.TICKET, Slot.STATUS),
    summary="show a ticket, or set its status (assignees and managers) and say why",
    example="status CH-1 in progress",
    action="see",
    act=status,
)
