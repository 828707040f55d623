"""Who hears that a deadline comes near or has passed: the assignee, then managers, the team's channel, the admins."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from agent.calendar.opening import between
from agent.channels.settings import is_quiet
from agent.desk import Desk
from agent.duration import in_words
from agent.language import of_channel, of_person
from agent.notices import notify
from agent.notices.attention import BREACH, DEADLINE
from agent.notices.origin import why_button
from agent.sla.policy import IN_DIGEST, calendar_for
from agent.status_words import words
from bot.messages import Button, by_name, moment
from prompts.words import Phrase, fixed, phrase, say, speaking
from storage import people, sla, tickets
from storage.people import Person
from storage.reminders import Reminder
from storage.sla import BUSINESS, SlaClock
from storage.tickets import Ticket

Text = Callable[[], str]  # what is said, in the language that is spoken where it is called
DONE = {"ack": fixed("acknowledged"), "resolve": fixed("resolved")}
CLAIM = fixed("Claim")
HOW = fixed("this is how deadlines of {priority} tickets are told")
FOR_ASSIGNEES = {"warn", "breach"}


async def climb(desk: Desk, reminder: Reminder, ticket: Ticket, *, late: Phrase | str) -> str:
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
    said = await _words(desk, reminder, ticket, clock)
    return await _tell(desk, reminder, ticket, lambda: f"{late}{said()}")


async def _words(desk: Desk, reminder: Reminder, ticket: Ticket, clock: SlaClock) -> Text:
    """Which target, by how much, and what to do."""
    calendar = await calendar_for(desk.tx, desk.settings, ticket.team_id, clock=clock.clock)
    had = await tickets.assignees(desk.tx, ticket.id)
    if reminder.step == "warn":
        return partial(_warning, reminder, ticket, clock, left=between(calendar, desk.now, clock.due_at))
    return partial(_breach, reminder, ticket, clock, had, over=between(calendar, clock.due_at, desk.now))


def _warning(reminder: Reminder, ticket: Ticket, clock: SlaClock, *, left: timedelta) -> str:
    target = say("{ticket} is to be {done} by {due}: {left} left.", left=_span(clock, left), **_target(ticket, clock))
    return f"{target} {_what_to_do(reminder, ticket)}"


def _breach(reminder: Reminder, ticket: Ticket, clock: SlaClock, had: Sequence[Person], *, over: timedelta) -> str:
    said = [say("{ticket} was to be {done} by {due}, {over} ago.", over=_span(clock, over), **_target(ticket, clock))]
    if clock.breached_at is not None and clock.breached_at > clock.due_at:
        known_late = fixed("It had passed already when this became the target of {priority} tickets.")
        said.append(say(known_late, priority=words(ticket.priority)))
    if reminder.step != "breach":
        said.append(who_has_it(had))
    return " ".join([*said, _what_to_do(reminder, ticket)])


def _target(ticket: Ticket, clock: SlaClock) -> dict[str, str]:
    """What is, or was, to be done by when."""
    return {"ticket": notify.headline(ticket), "done": say(DONE[clock.kind]), "due": moment(clock.due_at)}


def _span(clock: SlaClock, span: timedelta) -> str:
    length = in_words(span)
    return say("{span} of business time", span=length) if clock.clock == BUSINESS else length


def who_has_it(had: Sequence[Person]) -> str:
    """Whose a ticket is, as a sentence."""
    who = by_name(person.name for person in had)
    return say("{who} has it.", who=who) if who else say("Nobody has it.")


def give_to_another(ticket: Ticket) -> str:
    """What somebody who may assign can do, as a sentence."""
    return say("`assign {ticket} @someone` gives it to somebody else.", ticket=ticket.name)


def _what_to_do(reminder: Reminder, ticket: Ticket) -> str:
    if reminder.step in {"managers", "admins"}:
        return give_to_another(ticket)
    if reminder.kind == "ack":
        return say("Press {button} to say that you have seen it.", button=say(CLAIM))
    return say("`resolve {ticket} <reason>` when it is done.", ticket=ticket.name)


async def _tell(desk: Desk, reminder: Reminder, ticket: Ticket, text: Text) -> str:
    key = f"reminder:{reminder.id}:{reminder.due_at.isoformat()}"
    is_for_all = reminder.kind == "ack" and reminder.step not in {"managers", "admins"}
    priority, step = ticket.priority or "", reminder.step
    digest = phrase(HOW, priority=phrase(priority)) if (priority, step) in IN_DIGEST else ""
    if step == "channel" and await is_quiet(desk, await _channel(desk, ticket)):
        return "its channel is muted, or rests"
    is_told = await tell_step(desk, ticket, step, text, key=key, of=reminder, has_claim=is_for_all, digest=digest)
    return "" if is_told else "there is nobody to tell"


async def tell_step(
    desk: Desk,
    ticket: Ticket,
    step: str,
    text: Text,
    *,
    key: str,
    of: Reminder | None = None,
    has_claim: bool = False,
    digest: Phrase | str = "",
) -> bool:
    """Tell whom a step is for, each in their language; whether there is anybody.

    Args:
        of: the reminder that this is, if it is one.
        has_claim: with a button that says that they have seen it.
        digest: why it is to wait for their daily digest.
    """
    if step == "channel":
        channel_id = await _channel(desk, ticket)
        with speaking(await of_channel(desk, channel_id)):
            buttons = _buttons(ticket, of, has_claim=has_claim)
            await notify.tell_channel(desk, ticket, channel_id, text(), key=key, buttons=buttons)
        return True
    told = await _people(desk, ticket, step)
    sort = DEADLINE if step in FOR_ASSIGNEES else BREACH
    for person in told:
        about = f"{key}:{person.id}"
        with speaking(await of_person(desk, person.id)):
            buttons = _buttons(ticket, of, has_claim=has_claim)
            why = str(digest)
            await notify.tell(desk, ticket, person, text(), key=about, sort=sort, buttons=buttons, digest=why)
    return bool(told)


def _buttons(ticket: Ticket, of: Reminder | None, *, has_claim: bool) -> tuple[Button, ...]:
    claim = (Button(label=say(CLAIM), action="claim", value=ticket.name),) if has_claim else ()
    return (*claim, why_button(of)) if of else claim


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


async def _channel(desk: Desk, ticket: Ticket) -> str:
    """The team's; a private ticket stays in its own."""
    team = await people.get_team(desk.tx, ticket.team_id) if ticket.team_id and not ticket.is_private else None
    return (team.channel_id if team else None) or ticket.channel_id
