"""`list`: the tickets one may see, by default all open ones, the loudest first."""

from agent.card import MARKS, words
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from bot.errors import UserError
from bot.messages import escape, link
from storage import people, tickets
from storage.tickets import Filter, Ticket

ROWS = 10
STATUSES = {"open", "in_progress", "resolved", "closed"}
PRIORITIES = {"critical", "high", "medium", "low"}


async def list_tickets(desk: Desk, said: Said) -> Reply:
    """One page; what does not fit is counted."""
    chosen, title = await _filter(desk, said.text)
    visible = [
        ticket for ticket in await tickets.matching(desk.tx, desk.workspace_id, chosen) if await desk.sees(ticket)
    ]
    if not visible:
        return text_reply(f"No {title}.", is_private=True)
    rows = [await _row(desk, ticket) for ticket in visible[:ROWS]]
    more = len(visible) - len(rows)
    tail = [f"… and {more} more; narrow it with `list mine`, `list team X` or `list critical`."] if more > 0 else []
    return text_reply("\n".join([f"*{counted(len(visible), title)}*", *rows, *tail]), is_private=True)


def counted(number: int, plural: str) -> str:
    """ "1 open ticket", "2 open tickets"."""
    return f"{number} {plural.replace('tickets', 'ticket') if number == 1 else plural}"


async def _filter(desk: Desk, text: str) -> tuple[Filter, str]:
    wanted = text.casefold().replace("in progress", "in_progress").strip()
    if wanted in {"", "open", "all"}:
        return Filter(), "open tickets"
    if wanted in {"mine", "my tickets", "me"}:
        return Filter(assignee_id=desk.asker.person_id), "open tickets of yours"
    if wanted in PRIORITIES:
        return Filter(priority=wanted), f"open {wanted} tickets"
    if wanted in STATUSES:
        return Filter(statuses=(wanted,)), f"{words(wanted)} tickets"
    if wanted.startswith("team "):
        team = await people.team_named(desk.tx, text.strip()[5:])
        if team is None:
            known = ", ".join(team.name for team in await people.teams(desk.tx)) or "none yet"
            raise UserError(f"There is no team “{escape(text.strip()[5:])}”. Teams: {escape(known)}.")
        return Filter(team_id=team.id), f"open tickets of {escape(team.name)}"
    filters = "`list`, `list mine`, `list team X`, `list critical` or `list resolved`"
    raise UserError(f"“{escape(text[:60])}” is no filter. Try {filters}.")


async def _row(desk: Desk, ticket: Ticket) -> str:
    has_it = await tickets.assignees(desk.tx, ticket.id)
    names = ", ".join(f"@{escape(person.name)}" for person in has_it) or "unassigned"
    title = ticket.title if len(ticket.title) <= 60 else ticket.title[:59] + "…"
    name = link(ticket.permalink, ticket.name) if ticket.permalink else ticket.name
    mark = MARKS.get(ticket.priority or "", ":white_circle:")
    return f"{mark} *{name}* {escape(title)} – {words(ticket.priority)}, {words(ticket.status)}, {names}"


VERB = Verb(
    name="list",
    takes=(Slot.FILTER,),
    summary="show tickets",
    example="list team Platform",
    another="list critical",
    action="see",
    act=list_tickets,
    also=("ls", "tickets"),
    german=("liste",),
    no_inverse="it changes nothing",
)
