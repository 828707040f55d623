"""What a message about a ticket says of it to whoever gets it, and what its team's managers need not hear at once."""

from agent.desk import Desk
from agent.status_words import words
from bot.messages import Button, escape, link, moment
from prompts.words import fixed, say
from storage import calendars, people, settings_kv, sla
from storage.tickets import Ticket

NOTICES, ALL, IMPORTANT = "notices", "all", "important"  # key of settings_kv, in the scope team:<id>; or "none"
BY = {"ack": fixed("; acknowledge it by {at}"), "resolve": fixed("; resolve it by {at}")}


async def brief(desk: Desk, ticket: Ticket) -> str:
    """Its priority, who reported it where, and what is due first, as a sentence."""
    priority = words(ticket.priority) if ticket.priority else say("no priority yet")
    reporter = await people.get(desk.tx, ticket.reporter_id) if ticket.reporter_id else None
    by = say(", reported by @{name}", name=escape(reporter.name)) if reporter else ""
    where = say(" in {channel}", channel=f"<#{ticket.channel_id}>") if ticket.channel_id.startswith(("C", "G")) else ""
    running = [clock for clock in await sla.clocks(desk.tx, ticket.id) if clock.is_running]
    first = min(running, key=lambda clock: clock.due_at, default=None)
    due = say(BY[first.kind], at=moment(first.due_at)) if first else ""
    return f"{priority.capitalize()}{by}{where}{due}."


def first_steps(ticket: Ticket) -> tuple[Button, ...]:
    """What somebody does first with a ticket that is theirs now."""
    return (
        Button(label=say("Acknowledge"), action="ack", value=ticket.named_version),
        Button(label=say("Hand over…"), action="form:handover", value=ticket.named_version),
        Button(label=say("Snooze to tomorrow"), action="snooze", value=f"{ticket.name} tomorrow"),
    )


def take_or_give(ticket: Ticket) -> tuple[Button, ...]:
    """What a manager does with a ticket that nobody has."""
    return (
        Button(label=say("Claim"), action="claim", value=ticket.named_version),
        Button(label=say("Assign…"), action="form:assign", value=ticket.named_version),
    )


async def why_in_digest(desk: Desk, ticket: Ticket, *, is_important: bool) -> str:
    """Why managers read of it in their digest alone; nothing when they hear of it at once."""
    wanted = await _notices(desk, ticket)
    if wanted == ALL or (wanted == IMPORTANT and is_important):
        return ""
    return f"the team's notices are set to {wanted}"


async def hears_of_all(desk: Desk, ticket: Ticket) -> bool:
    """Whether its team's managers want to hear of each assignment and each change."""
    return await _notices(desk, ticket) == ALL


async def _notices(desk: Desk, ticket: Ticket) -> str:
    team = calendars.of_team(ticket.team_id) if ticket.team_id else None
    return (await settings_kv.get(desk.tx, team, NOTICES) if team else None) or IMPORTANT


def see(ticket: Ticket) -> str:
    """Where it is, as a sentence that follows."""
    where = f"<#{ticket.channel_id}>" if ticket.channel_id.startswith(("C", "G")) else ""
    place = link(ticket.permalink, say("the report")) if ticket.permalink else where
    return say(" See {place}.", place=place) if place else ""
