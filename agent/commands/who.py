"""`who can resolve [CH-1]`: for whom a command is, and on a ticket who that is by name."""

from agent import notify
from agent.admit import actor_of
from agent.commands.verb import Reply, Slot, Verb, text_reply
from agent.desk import Desk
from bot.access import can, who_may
from bot.messages import escape
from storage import people, tickets
from storage.tickets import Ticket

SHOWN = 15  # names
SLOTS = (Slot.CAN, Slot.LAST)


async def who_can(desk: Desk, verb: Verb, ticket: Ticket | None) -> Reply:
    """Nobody is notified: names stand there without a ping."""
    rule = f"`{verb.name}` is for {who_may(verb.action)}."
    if ticket is None:
        return text_reply(f"{rule} `help {verb.name}` explains it.", is_private=True)
    names = await _names(desk, verb, ticket)
    shown = ", ".join(f"@{escape(name)}" for name in names[:SHOWN]) or "nobody whom I know"
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return text_reply(f"{rule} For {notify.headline(ticket)} that is {shown}{more}.", is_private=True)


async def _names(desk: Desk, verb: Verb, ticket: Ticket) -> list[str]:
    """Of those who have to do with the ticket: its team, its assignees, its reporter, the admins."""
    team = [
        person
        for role in ("manager", "responder")
        for person in (await people.members(desk.tx, ticket.team_id, role) if ticket.team_id else [])
    ]
    reporter = [await people.get(desk.tx, ticket.reporter_id)] if ticket.reporter_id else []
    near = [*await tickets.assignees(desk.tx, ticket.id), *team, *reporter, *await people.admins(desk.tx)]
    target = await desk.target(ticket)
    allowed = {
        person.id: person.name
        for person in near
        if desk.may_see(person.slack_id, ticket) and can(await actor_of(desk.tx, person), verb.action, target)
    }
    return list(allowed.values())
