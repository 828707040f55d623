"""`why denied`, `why reminded`, `why silent CH-1`: the reasons on record for a refusal, a reminder, and for none."""

from dataclasses import replace

from agent.calendar.opening import is_open, next_open
from agent.commands import reminded
from agent.commands.verb import Reply, text_reply
from agent.desk import Desk
from agent.duration import in_words
from agent.notices import notify
from agent.notices.attention import NUDGE
from agent.notices.standing import AWAY, FOR_ALL_TO_KNOW, in_the_way, off_for_all
from agent.nudges.plan import habit, nudges_of
from agent.sla.policy import LADDERS, calendar_for
from agent.status_words import words
from bot.errors import UserError
from bot.messages import escape, moment
from prompts.words import fixed, say
from storage import absences, audit, people, sla, tickets
from storage.sla import BUSINESS
from storage.tickets import LOUD, OPEN, Ticket

DENIED, REMINDED, SILENT = "denied", "reminded", "silent"


async def explain(desk: Desk, ground: str, ticket: Ticket | None, *, named: str = "") -> Reply:
    """From what was stored; nothing of a ticket that the asker may not see.

    Args:
        named: the number of a reminder, as its button Why has it.
    """
    if ground == DENIED:
        return text_reply(await _denied(desk), is_private=True)
    if ground == REMINDED:
        said = await (reminded.the(desk, int(named)) if named else reminded.last(desk, ticket))
        return text_reply(said, is_private=True)
    if ticket is None:
        raise UserError(say("Which ticket? For example `why silent CH-1`."))
    lines = await _silent(desk, ticket)
    nothing = say("Nothing holds anything back: what is planned comes when it is due (`reminders`).")
    return text_reply("\n".join([notify.headline(ticket), *(lines or [nothing])]), is_private=True)


async def _denied(desk: Desk) -> str:
    event = await audit.last_refusal(desk.tx, desk.who)
    if event is None:
        return say("You have not been refused anything.")
    return f"{moment(event.at)}: {event.after.get('said') or say('the words of that refusal were forgotten.')}"


async def _silent(desk: Desk, ticket: Ticket) -> list[str]:
    """Everything that keeps it quiet now."""
    lines = []
    if ticket.status not in OPEN:
        lines.append(say("It is {status}.", status=words(ticket.status)))
    if ticket.snoozed_until and ticket.snoozed_until > desk.now:
        until = moment(ticket.snoozed_until)
        lines.append(say("It is snoozed until {until}; managers still hear of a breach.", until=until))
    if ticket.waiting_since:
        who = f"@{escape((await people.get(desk.tx, ticket.waiting_on)).name)}" if ticket.waiting_on else ""
        waits = fixed("It waits for {whom} since {since}: it is not its assignees' turn.")
        lines.append(say(waits, whom=who or say("something"), since=moment(ticket.waiting_since)))
    if ticket.priority in LADDERS and ticket.priority not in LOUD:
        managers = fixed("Managers hear in their digest alone of what a {priority} ticket misses.")
        assignees = fixed("What a {priority} ticket misses stands in its assignees' digest alone.")
        quiet = managers if ticket.priority == "medium" else assignees
        lines.append(say(quiet, priority=words(ticket.priority)))
    return [
        f"• {line}"
        for line in [*lines, *await _nudges(desk, ticket), *await _people(desk, ticket), *await _hours(desk, ticket)]
    ]


async def _nudges(desk: Desk, ticket: Ticket) -> list[str]:
    """What keeps it from being brought up, whoever has it."""
    lines = [off] if (off := off_for_all(desk.settings)) else []
    team, calendar = (
        await habit(desk, ticket),
        await calendar_for(desk.tx, desk.settings, ticket.team_id, clock=BUSINESS),
    )
    planned = nudges_of(ticket, team, calendar)
    if not team.is_on:
        lines.append(say("Its team wants no nudges (`nudge.on` is off)."))
    elif ticket.priority and not planned and ticket.status in OPEN:
        digests = fixed("A {priority} ticket that nobody does anything with stands in digests alone.")
        lines.append(say(digests, priority=words(ticket.priority)))
    elif planned and planned[-1].due_at <= desk.now:
        lines.append(
            say("It was brought up as often as it may be: digests alone show it until somebody does something.")
        )
    return lines


async def _people(desk: Desk, ticket: Ticket) -> list[str]:
    had = await tickets.assignees(desk.tx, ticket.id)
    if not had:
        return [say("Nobody has it: only managers hear of it.")]
    away = await absences.at(desk.tx, [person.id for person in had], now=desk.now)
    gone = [one for one in had if one.id in away]
    lines = [say("@{who} is away until {end}.", who=escape(one.name), end=moment(away[one.id].ends)) for one in gone]
    nobody = replace(desk, actor=None)  # a nudge is no person's doing
    for one in had:
        found = [why for why in await in_the_way(nobody, ticket, one, NUDGE) if why != AWAY]
        is_own = one.id == desk.asker.person_id
        reasons = [say(why) for why in found if is_own or why in FOR_ALL_TO_KNOW]
        if len(reasons) < len(found):
            reasons.append(say("nudges wait, or are not wanted"))
        lines += [f"@{escape(one.name)}: {'; '.join(reasons)}."] if reasons else []
    return lines


async def _hours(desk: Desk, ticket: Ticket) -> list[str]:
    """Deadlines in business time fall in the team's hours, so nothing comes outside of them."""
    running = [clock for clock in await sla.clocks(desk.tx, ticket.id) if clock.is_running]
    if not running:
        return [say("No deadline runs.")]
    calendar = await calendar_for(desk.tx, desk.settings, ticket.team_id, clock=running[0].clock)
    off = calendar.day_off(desk.now.astimezone(calendar.zone).date())
    if is_open(calendar, desk.now):
        first = min(clock.warn_at if clock.warn_at > desk.now else clock.due_at for clock in running)
        near = fixed("The next deadline comes near only {at}, in {span}.")
        return [say(near, at=moment(first), span=in_words(first - desk.now))] if first > desk.now else []
    holiday = [say("The team has a day off today: {name}.", name=escape(off))] if off else []
    return [*holiday, say("The team's hours begin again {at}.", at=moment(next_open(calendar, desk.now)))]
