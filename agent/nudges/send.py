"""A ticket that nobody does anything with is told of in its thread to whose turn it is, and at last to its managers."""

from agent.calendar.opening import between
from agent.cards.briefing import see
from agent.channels.settings import is_quiet
from agent.desk import Desk
from agent.duration import in_words
from agent.language import of_person, of_ticket
from agent.notices import notify
from agent.notices.attention import NUDGE
from agent.notices.holding import keep
from agent.notices.origin import why_button
from agent.notices.standing import judge
from agent.nudges.plan import MANAGERS, habit, silent_since
from agent.sla.ladder import Text, give_to_another
from agent.sla.policy import calendar_for
from bot.messages import by_name, escape, mention
from prompts.words import Phrase, fixed, say, speaking
from storage import people, reminders, tickets
from storage.people import Person
from storage.reminders import Reminder
from storage.sla import BUSINESS
from storage.tickets import OPEN, Ticket


async def nudge(desk: Desk, reminder: Reminder, ticket: Ticket, *, late: Phrase | str) -> str:
    """One nudge; why there was none, if so. Of several that are due at once the last one comes."""
    if ticket.status not in OPEN:
        return "the ticket has moved on"
    if not (await habit(desk, ticket)).is_on:
        return "its team wants no nudges"
    if await reminders.is_overtaken(desk.tx, reminder, now=desk.now):
        return "joined to a later one"
    calendar = await calendar_for(desk.tx, desk.settings, ticket.team_id, clock=BUSINESS)
    silence = between(calendar, silent_since(ticket), desk.now)

    def text() -> str:
        silent = fixed("{ticket}: nobody has done anything for {silence} of business time.")
        return f"{late}{say(silent, ticket=notify.headline(ticket), silence=in_words(silence))}"

    if reminder.step == MANAGERS:
        return await _tell_managers(desk, reminder, ticket, text)
    person, why_nobody = await _whose_turn(desk, ticket)
    if person is None:
        return why_nobody
    return await _say(desk, reminder, ticket, person, lambda: f"{text()} {_what_to_do(ticket)}")


async def _say(desk: Desk, reminder: Reminder, ticket: Ticket, person: Person, text: Text) -> str:
    """In the thread with one mention, to the person where its channel is quiet, or once it suits them."""
    verdict, key = await judge(desk, ticket, person, NUDGE), _key(reminder, person)
    with speaking(await of_person(desk, person.id)):
        is_now = await keep(desk, ticket, person, verdict, key=key, sort=NUDGE, text=f"{text()}{see(ticket)}")
        if is_now and await is_quiet(desk, ticket.channel_id):
            await notify.tell_channel(desk, ticket, person.slack_id, text(), key=key, buttons=(why_button(reminder),))
            return ""
    if is_now:
        with speaking(await of_ticket(desk, ticket)):
            said, why = f"{mention(person.slack_id)} {text()}", (why_button(reminder),)
            await notify.say_in_thread(desk, ticket, said, name="nudge", buttons=why)
    return f"not told: {verdict.reason}" if verdict.fate == "spared" else ""


async def _tell_managers(desk: Desk, reminder: Reminder, ticket: Ticket, text: Text) -> str:
    who = by_name(person.name for person in await tickets.assignees(desk.tx, ticket.id))
    told = await notify.managers_of(desk, ticket)
    for manager in told:
        with speaking(await of_person(desk, manager.id)):
            nudged = say("{who} has it and was nudged.", who=who) if who else say("Nobody has it.")
            asked, why = f"{text()} {nudged} {give_to_another(ticket)}", (why_button(reminder),)
            await notify.tell(desk, ticket, manager, asked, key=_key(reminder, manager), sort=NUDGE, buttons=why)
    return "" if told else "there is nobody to tell"


async def _whose_turn(desk: Desk, ticket: Ticket) -> tuple[Person | None, str]:
    """Who should do something: whoever it waits for, else the first who has it; or why nobody should."""
    if ticket.waiting_on:
        person = await people.get(desk.tx, ticket.waiting_on)
    elif ticket.waiting_since:
        return None, "it waits for something, and for nobody here"
    elif has_it := await tickets.assignees(desk.tx, ticket.id):
        person = has_it[0]
    else:
        return None, "nobody has it"
    if not person.is_active or not desk.may_see(person.slack_id, ticket):
        return None, "whose turn it is is gone from here"
    return person, ""


def _what_to_do(ticket: Ticket) -> str:
    if ticket.waiting_on:
        return say("It waits for you: {what}.", what=escape(ticket.waiting_for or ""))
    return say("Write here how it stands, or `snooze {ticket} tomorrow`.", ticket=ticket.name)


def _key(reminder: Reminder, person: Person) -> str:
    return f"reminder:{reminder.id}:{reminder.due_at.isoformat()}:{person.id}"
