"""What a message about a ticket says of it to whoever gets it, and what its team's managers need not hear at once."""

from agent.desk import Desk
from bot.messages import Button, escape, link, moment
from storage import calendars, people, settings_kv, sla
from storage.tickets import Ticket

NOTICES, ALL, IMPORTANT = "notices", "all", "important"  # key of settings_kv, in the scope team:<id>; or "none"
BY = {"ack": "acknowledge", "resolve": "resolve"}


async def brief(desk: Desk, ticket: Ticket) -> str:
    """Its priority, who reported it where, and what is due first, as a sentence."""
    priority = ticket.priority or "no priority yet"
    reporter = (
        f", reported by @{escape((await people.get(desk.tx, ticket.reporter_id)).name)}" if ticket.reporter_id else ""
    )
    where = f" in <#{ticket.channel_id}>" if ticket.channel_id.startswith(("C", "G")) else ""
    running = [clock for clock in await sla.clocks(desk.tx, ticket.id) if clock.is_running]
    first = min(running, key=lambda clock: clock.due_at, default=None)
    due = f"; {BY[first.kind]} it by {moment(first.due_at)}" if first else ""
    return f"{priority.capitalize()}{reporter}{where}{due}."


def first_steps(ticket: Ticket) -> tuple[Button, Button]:
    """What somebody does first with a ticket that is theirs now."""
    return (
        Button(label="Acknowledge", action="ack", value=ticket.named_version),
        Button(label="Snooze to tomorrow", action="snooze", value=f"{ticket.name} tomorrow"),
    )


async def why_in_digest(desk: Desk, ticket: Ticket, *, is_important: bool) -> str:
    """Why managers read of it in their digest alone; nothing when they hear of it at once."""
    team = calendars.of_team(ticket.team_id) if ticket.team_id else None
    wanted = (await settings_kv.get(desk.tx, team, NOTICES) if team else None) or IMPORTANT
    if wanted == ALL or (wanted == IMPORTANT and is_important):
        return ""
    return f"the team's notices are set to {wanted}"


def see(ticket: Ticket) -> str:
    """Where it is, as a sentence that follows."""
    where = f"<#{ticket.channel_id}>" if ticket.channel_id.startswith(("C", "G")) else ""
    place = link(ticket.permalink, "the report") if ticket.permalink else where
    return f" See {place}." if place else ""
