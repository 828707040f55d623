"""`why denied`, `why reminded`, `why silent CH-1`: the reasons on record for a refusal, a reminder, and for none."""

from agent import notify
from agent.calendar.opening import is_open, next_open
from agent.card import words
from agent.commands.verb import Reply, text_reply
from agent.desk import Desk
from agent.duration import in_words
from agent.sla.policy import LADDERS, calendar_for, show_span
from bot.errors import UserError
from bot.messages import escape, moment
from storage import absences, audit, people, reminders, sla, tickets
from storage.reminders import Reminder
from storage.sla import BUSINESS
from storage.tickets import OPEN, Ticket

DENIED, REMINDED, SILENT = "denied", "reminded", "silent"


async def explain(desk: Desk, ground: str, ticket: Ticket | None) -> Reply:
    """From what was stored; nothing of a ticket that the asker may not see."""
    if ground == DENIED:
        return text_reply(await _denied(desk), is_private=True)
    if ground == REMINDED:
        return text_reply(await _reminded(desk, ticket), is_private=True)
    if ticket is None:
        raise UserError("Which ticket? For example `why silent CH-1`.")
    lines = await _silent(desk, ticket)
    nothing = "Nothing holds anything back: what is planned comes when it is due (`reminders`)."
    return text_reply("\n".join([notify.headline(ticket), *(lines or [nothing])]), is_private=True)


async def _denied(desk: Desk) -> str:
    event = await audit.last_refusal(desk.tx, desk.who)
    if event is None:
        return "You have not been refused anything."
    return f"{moment(event.at)}: {event.after.get('said') or 'the words of that refusal were forgotten.'}"


async def _reminded(desk: Desk, ticket: Ticket | None) -> str:
    """The last one that came: which rule, which clock, whose hours."""
    found = await reminders.last_sent(desk.tx, person_id=desk.asker.person_id, ticket_id=ticket.id if ticket else None)
    about = await tickets.get(desk.tx, found[0].ticket_id) if found and found[0].ticket_id else None
    if found is None or about is None or not await desk.sees(about):
        return f"No reminder has come {f'of {ticket.name}' if ticket else 'to you'} yet."
    reminder, sent_at = found
    late = f", late: it was due {moment(reminder.due_at)}" if sent_at > reminder.due_at else ""
    rule = f"{moment(sent_at)}{late}: {notify.headline(about)}, since {escape(reminder.reason)}."
    return "\n".join([rule, *await _clock(desk, reminder, about)])


async def _clock(desk: Desk, reminder: Reminder, ticket: Ticket) -> list[str]:
    known = await sla.clocks(desk.tx, ticket.id)
    clock = next((one for one in known if (one.kind, one.generation) == (reminder.kind, reminder.generation)), None)
    if clock is None:
        return []
    calendar = await calendar_for(desk.tx, desk.settings, ticket.team_id, clock=clock.clock)
    hours = f"business time in {calendar.zone.key}" if clock.clock == BUSINESS else "around the clock"
    since = f"counted from {moment(clock.started_at)}"
    return [f"Target: {clock.kind} within {show_span(clock.target_minutes)}, {hours}, {since}."]


async def _silent(desk: Desk, ticket: Ticket) -> list[str]:
    """Everything that keeps it quiet now."""
    lines = []
    if ticket.status not in OPEN:
        lines.append(f"It is {words(ticket.status)}.")
    if ticket.snoozed_until and ticket.snoozed_until > desk.now:
        lines.append(f"It is snoozed until {moment(ticket.snoozed_until)}; managers still hear of a breach.")
    if ticket.waiting_since:
        who = f"@{escape((await people.get(desk.tx, ticket.waiting_on)).name)}" if ticket.waiting_on else "something"
        lines.append(f"It waits for {who} since {moment(ticket.waiting_since)}: it is not its assignees' turn.")
    if ticket.priority not in LADDERS:
        lines.append(f"Of a {words(ticket.priority)} ticket's deadlines nobody is told.")
    return [f"• {line}" for line in [*lines, *await _people(desk, ticket), *await _hours(desk, ticket)]]


async def _people(desk: Desk, ticket: Ticket) -> list[str]:
    had = await tickets.assignees(desk.tx, ticket.id)
    if not had:
        return ["Nobody has it: only managers hear of it."]
    away = await absences.at(desk.tx, [person.id for person in had], now=desk.now)
    return [f"@{escape(one.name)} is away until {moment(away[one.id].ends)}." for one in had if one.id in away]


async def _hours(desk: Desk, ticket: Ticket) -> list[str]:
    """Deadlines in business time fall in the team's hours, so nothing comes outside of them."""
    running = [clock for clock in await sla.clocks(desk.tx, ticket.id) if clock.is_running]
    if not running:
        return ["No deadline runs."]
    calendar = await calendar_for(desk.tx, desk.settings, ticket.team_id, clock=running[0].clock)
    if is_open(calendar, desk.now):
        first = min(clock.warn_at if clock.warn_at > desk.now else clock.due_at for clock in running)
        near = f"The next deadline comes near only {moment(first)}, in {in_words(first - desk.now)}."
        return [near] if first > desk.now else []
    return [f"The team's hours begin again {moment(next_open(calendar, desk.now))}."]
