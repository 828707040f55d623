"""Who hears that a deadline comes near or has passed: the assignee, then managers, the team's channel, the admins."""

from agent import notify
from agent.attention import BREACH, DEADLINE
from agent.calendar.opening import between
from agent.desk import Desk
from agent.duration import in_words
from agent.sla.policy import IN_MANAGERS_DIGEST, LADDERS, calendar_for
from bot.messages import Button, escape, moment
from storage import people, sla, tickets
from storage.people import Person
from storage.reminders import Reminder
from storage.sla import BUSINESS, SlaClock
from storage.tickets import Ticket

DONE = {"ack": "acknowledged", "resolve": "resolved"}
CLAIM = "Claim"
FOR_ASSIGNEES = {"warn", "breach"}


async def climb(desk: Desk, reminder: Reminder, ticket: Ticket, *, late: str) -> str:
    """One step of the ladder: tell who is meant. Returns why nobody was, if so.

    Args:
        late: what to begin with when it was due while nobody was there to say it.
    """
    clock = next((one for one in await sla.clocks(desk.tx, ticket.id) if one.kind == reminder.kind), None)
    if clock is None or not clock.is_running or clock.generation != reminder.generation:
        return "the ticket has moved on"
    if reminder.step == "warn":
        if desk.now >= clock.due_at:
            return "the deadline has passed since"
    else:
        clock.breached_at = clock.breached_at or clock.due_at
    if ticket.priority not in LADDERS and not _is_for_digest(ticket):
        return "recorded; its assignees' digests show it"
    text = late + await _words(desk, reminder, ticket, clock)
    return await _tell(desk, reminder, ticket, text)


async def _words(desk: Desk, reminder: Reminder, ticket: Ticket, clock: SlaClock) -> str:
    """Which target, by how much, and what to do."""
    calendar = await calendar_for(desk.tx, desk.settings, ticket.team_id, clock=clock.clock)
    kind = " of business time" if clock.clock == BUSINESS else ""
    if reminder.step == "warn":
        left = in_words(between(calendar, desk.now, clock.due_at))
        target = f"{notify.headline(ticket)} is to be {DONE[clock.kind]} by {moment(clock.due_at)}: {left}{kind} left."
        return f"{target} {_what_to_do(reminder, ticket)}"
    over = in_words(between(calendar, clock.due_at, desk.now))
    is_known_late = clock.breached_at is not None and clock.breached_at > clock.due_at
    note = f" It had passed already when this became the target of {ticket.priority} tickets." if is_known_late else ""
    who = ", ".join(f"@{escape(person.name)}" for person in await tickets.assignees(desk.tx, ticket.id))
    held = "" if reminder.step == "breach" else f" {who or 'Nobody'} has it."
    target = f"{notify.headline(ticket)} was to be {DONE[clock.kind]} by {moment(clock.due_at)}, {over}{kind} ago."
    return f"{target}{note}{held} {_what_to_do(reminder, ticket)}"


def _what_to_do(reminder: Reminder, ticket: Ticket) -> str:
    if reminder.step in {"managers", "admins"}:
        return f"`assign {ticket.name} @someone` gives it to somebody else."
    if reminder.kind == "ack":
        return f"Press {CLAIM} to say that you have seen it."
    return f"`resolve {ticket.name} <reason>` when it is done."


async def _tell(desk: Desk, reminder: Reminder, ticket: Ticket, text: str) -> str:
    key = f"reminder:{reminder.id}:{reminder.due_at.isoformat()}"
    is_for_all = reminder.kind == "ack" and reminder.step not in {"managers", "admins"}
    buttons = (Button(label=CLAIM, action="claim", value=ticket.name),) if is_for_all else ()
    digest = f"this is how a missed deadline of {ticket.priority} tickets is told" if _is_for_digest(ticket) else ""
    step = "managers" if digest else reminder.step
    is_told = await tell_step(desk, ticket, step, text, key=key, buttons=buttons, digest=digest)
    return "" if is_told else "there is nobody to tell"


async def tell_step(
    desk: Desk, ticket: Ticket, step: str, text: str, *, key: str, buttons: tuple[Button, ...] = (), digest: str = ""
) -> bool:
    """Tell whom a step is for; whether there is anybody.

    Args:
        digest: why it is to wait for their daily digest.
    """
    if step == "channel":
        channel_id = await _channel(desk, ticket)
        await notify.tell_channel(desk, ticket, channel_id, text, key=key, buttons=buttons)
        return True
    told = await _people(desk, ticket, step)
    sort = DEADLINE if step in FOR_ASSIGNEES else BREACH
    for person in told:
        about = f"{key}:{person.id}"
        await notify.tell(desk, ticket, person, text, key=about, sort=sort, buttons=buttons, digest=digest)
    return bool(told)


async def _people(desk: Desk, ticket: Ticket, step: str) -> list[Person]:
    """Who a step is for: nobody is told as manager, or as admin, of what a step before told them, or they did."""
    had = await tickets.assignees(desk.tx, ticket.id)
    if step in FOR_ASSIGNEES:
        return [person for person in had if person.is_active]
    told = {person.id for person in had} | ({desk.actor.person_id} if desk.actor else set())
    managers = await notify.managers_of(desk, ticket)
    if step == "admins":
        told |= {person.id for person in managers}
    asked = managers if step == "managers" else await people.admins(desk.tx)
    return [person for person in asked if person.id not in told and desk.may_see(person.slack_id, ticket)]


def _is_for_digest(ticket: Ticket) -> bool:
    """Whether managers read of it in their digest, and assignees of nothing more than that it is overdue."""
    return ticket.priority in IN_MANAGERS_DIGEST


async def _channel(desk: Desk, ticket: Ticket) -> str:
    """The team's; a private ticket stays in its own."""
    team = await people.get_team(desk.tx, ticket.team_id) if ticket.team_id and not ticket.is_private else None
    return (team.channel_id if team else None) or ticket.channel_id
