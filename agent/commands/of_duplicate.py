"""In the thread of a duplicate a command is about the ticket that it is a duplicate of, and says so."""

from agent.commands import comment
from agent.commands.grammar import FREE_WORDS, Parsed
from agent.commands.run import run
from agent.commands.verb import Reply, Slot
from agent.desk import Desk
from agent.tickets import merging
from bot.errors import UserError
from bot.messages import Button
from prompts.words import fixed, say
from storage.tickets import Ticket

OF_ITS_OWN = {"unmerge", "undo"}  # these are about the duplicate
WORDY = FREE_WORDS | {Slot.NOTE, Slot.STATUS, Slot.PRIORITY, Slot.HANDOVER}  # these may hold a reason
LONGEST = 1900  # a button's value holds 2,000 characters
READ_BY_MORE = fixed(
    "{own} is a duplicate of {other}, which people outside of this channel read, and so they would read your words."
    " Nothing was done; to say it there name it: `{verb} {other} …`."
)


async def run_in_thread(desk: Desk, parsed: Parsed, own: Ticket | None) -> Reply:
    """Run what was said in the thread of a ticket, or in one of none.

    Raises:
        UserError: words of a private channel would go where others read them.
    """
    if own is None or parsed.verb.name in OF_ITS_OWN:
        return await run(desk, parsed, thread_ticket=own)
    is_about_it = not parsed.tickets and Slot.TICKET in parsed.verb.takes
    if parsed.verb is comment.VERB:
        ticket = await merging.keeper(desk, own)
    else:
        ticket = await merging.meant(desk, own)
        if is_about_it and not parsed.problem and merging.is_read_by_more(own, ticket):
            _ask_before_told(parsed, own, ticket)
    reply = await run(desk, parsed, thread_ticket=ticket)
    return merging.said_so(desk, reply, own, ticket) if is_about_it else reply


def _ask_before_told(parsed: Parsed, own: Ticket, ticket: Ticket) -> None:
    """Let pass what has no words of its own; with them one press says it there."""
    if not (parsed.text or parsed.values) or not WORDY.intersection(parsed.verb.takes):
        return
    verb, line = parsed.verb.name, f"{ticket.name}: {parsed.words}"
    label = say("{verb} anyway", verb=verb.capitalize())
    buttons = (Button(label=label, action=verb, value=line),) if len(line) <= LONGEST else ()
    raise UserError(say(READ_BY_MORE, own=own.name, other=ticket.name, verb=verb), buttons=buttons)
