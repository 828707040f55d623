"""`who can resolve [CH-1]`: for whom a command is, and on a ticket who that is by name."""

from agent.commands.verb import Reply, Slot, Verb, text_reply
from agent.desk import Desk
from agent.more import and_more
from agent.notices import notify
from agent.people.admit import actor_of
from bot.access import can
from bot.messages import by_name
from prompts.words import say
from storage import people, tickets
from storage.tickets import Ticket

SHOWN = 15  # names
SLOTS = (Slot.CAN, Slot.LAST)


async def who_can(desk: Desk, verb: Verb, ticket: Ticket | None) -> Reply:
    """Nobody is notified: names stand there without a ping."""
    rule = say("`{verb}` is for {who}.", verb=verb.name, who=verb.who_may)
    if ticket is None:
        return text_reply(f"{rule} {say('`help {verb}` explains it.', verb=verb.name)}", is_private=True)
    names = await _names(desk, verb, ticket)
    shown = by_name(names[:SHOWN]) or say("nobody whom I know")
    more = and_more(len(names), SHOWN)
    here = say("For {ticket} that is {names}.", ticket=notify.headline(ticket), names=shown + more)
    return text_reply(f"{rule} {here}", is_private=True)


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
