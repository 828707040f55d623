"""`status CH-1 in progress`: runs the verb that leads to the status, with that verb's permission and reason."""

from agent.commands import close, reopen, resolve, show, start
from agent.commands.doing import doing
from agent.commands.reading import says_something
from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from bot.errors import UserError
from prompts.words import fixed, say
from storage.tickets import OPEN

LEADS_TO = {"in_progress": start.VERB, "resolved": resolve.VERB, "closed": close.VERB, "open": start.BACK}


async def status(desk: Desk, said: Said) -> Reply:
    """Show the status, or hand over to the verb that leads to another.

    Words after the status are that verb's reason; where none is needed they go on record as a remark.
    """
    ticket = said.the_ticket
    if not said.status:
        return await show.show(desk, said)
    verb = LEADS_TO[said.status]
    if said.status == "open" and ticket.status not in OPEN:
        verb = reopen.VERB
    if verb.needs_reason and not says_something(said.text):
        raise UserError(say("`{verb}` needs a reason, as in `{example}`.", verb=verb.name, example=verb.example))
    await desk.check(verb.action, ticket, doing=doing(verb.name, ticket.name))
    return await verb.act(desk, said)


VERB = Verb(
    name="status",
    takes=(Slot.TICKET, Slot.STATUS),
    summary=fixed("show a ticket, or set its status (assignees and managers) and say why"),
    example="status CH-1 in progress",
    another="status CH-1 resolved failed over",
    action="see",
    act=status,
    german=("stand",),
    no_inverse="the verb that it runs has one",
    changes=("status",),
)
