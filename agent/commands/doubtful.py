"""In a ticket's thread a number before free words may be another ticket: that is asked, and nothing is done."""

from agent.commands.grammar import Parsed
from agent.desk import Desk
from bot.errors import UserError
from bot.messages import Button
from prompts.words import fixed, say
from storage import tickets
from storage.tickets import Ticket

LONGEST = 1900  # a button's value holds 2,000 characters
WHICH = fixed(
    "Is “{number}” the ticket {other}, or part of what you say about {ticket}? Nothing was done: name the ticket, as in"
    " `{verb} {other} …`."
)


async def refuse_doubtful(desk: Desk, parsed: Parsed, thread_ticket: Ticket | None) -> None:
    """Go on where there is no such ticket, as far as the asker may know.

    Raises:
        UserError: there is one; with a button for either reading.
    """
    if parsed.maybe is None or thread_ticket is None or parsed.maybe == thread_ticket.number:
        return
    other = await tickets.by_number(desk.tx, desk.workspace_id, parsed.maybe)
    if other is None or not await desk.sees(other):
        return
    rest = parsed.words.removeprefix(str(parsed.maybe)).lstrip(":, ")
    readings = ((other.name, f"{other.name} {rest}"), (thread_ticket.name, f"{thread_ticket.name} {parsed.words}"))
    buttons = (
        Button(label=name, action=parsed.verb.name, value=line) for name, line in readings if len(line) <= LONGEST
    )
    about = {"number": str(parsed.maybe), "other": other.name, "ticket": thread_ticket.name, "verb": parsed.verb.name}
    raise UserError(say(WHICH, **about), buttons=tuple(buttons))
