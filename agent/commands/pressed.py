"""What a button or a menu says is run like any command; where it fits no more, how the ticket stands is said too."""

from agent.commands import stale
from agent.commands.grammar import parse
from agent.commands.reading import NAMED_TICKET
from agent.commands.registry import VERBS
from agent.commands.run import run
from agent.commands.verb import Reply
from agent.desk import Desk
from bot.errors import Refused, Stray, UserError
from prompts.words import fixed, say
from storage import tickets
from storage.tickets import Ticket

UNKNOWN = fixed("I know this button no longer: it was made by another release of mine.")


async def run_pressed(desk: Desk, line: str) -> Reply:
    """Run what a button or a menu says.

    Raises:
        UserError: it does not fit the ticket any more: with how the ticket stands, and a link. Stray: it is a button
            of another release, or names what is not there for them. Refused: the asker may not.
    """
    parsed = parse(line, VERBS)
    try:
        if parsed is None:
            raise Stray(say(UNKNOWN))
        return await run(desk, parsed)
    except Refused:
        raise
    except UserError as error:
        is_stray = isinstance(error, Stray) or (parsed is not None and parsed.problem != "")
        ticket = await _named(desk, line)
        present = f" {await stale.present(desk, ticket)}" if ticket else ""
        raise (Stray if is_stray else UserError)(f"{error}{present}", buttons=error.buttons) from error


async def _named(desk: Desk, line: str) -> Ticket | None:
    """The ticket that stands behind the verb, if the asker may know of it."""
    found = NAMED_TICKET.match(line.partition(" ")[2])
    ticket = await tickets.by_number(desk.tx, desk.workspace_id, int(found.group(1))) if found else None
    return ticket if ticket and await desk.sees(ticket) else None
