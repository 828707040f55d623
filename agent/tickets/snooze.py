"""A snoozed ticket leaves its assignees in peace for a while; its clocks go on, and managers still hear of a breach."""

from agent.desk import Desk
from agent.language import of_person, of_ticket
from agent.notices import notify
from agent.notices.attention import ALARM
from agent.notices.origin import why_button
from agent.sla.clocks import SNOOZE
from prompts.words import Phrase, say, speaking
from storage import people, reminders
from storage.reminders import Reminder
from storage.tickets import Ticket

LONGEST_REASON = 200
ACTIVITY = "activity"  # the kind of snooze that ends with whatever somebody does, too


async def follow(desk: Desk, ticket: Ticket, *, reason: str) -> None:
    """Plan the one message that ends a snooze, or have none where it has ended."""
    if ticket.snoozed_until is None:
        await reminders.cancel(desk.tx, ticket.id, kind=SNOOZE)
        return
    waking = Reminder(
        workspace_id=desk.workspace_id,
        kind=SNOOZE,
        step="wake",
        ticket_id=ticket.id,
        person_id=desk.asker.person_id,
        due_at=ticket.snoozed_until,
        reason=await _why(desk, reason),
        plan_key=f"{SNOOZE}:{ticket.id}:{desk.key}",
        created_at=desk.now,
    )
    await reminders.replan(desk.tx, ticket.id, kinds=[SNOOZE], wanted=[waking])


async def _why(desk: Desk, reason: str) -> str:
    """As whoever snoozed it reads it."""
    with speaking(await of_person(desk, desk.asker.person_id)):
        return say("you snoozed it: {reason}", reason=reason) if reason else say("you snoozed it")


async def wake(desk: Desk, reminder: Reminder, ticket: Ticket, *, late: Phrase | str) -> str:
    """It is time: the flag goes, and whoever snoozed it hears so."""
    if ticket.snoozed_until != reminder.due_at or reminder.person_id is None:
        return "the ticket has moved on"
    desk.audit("wake", "ticket", ticket.id, before={"snoozed_until": reminder.due_at.isoformat()}, after={})
    ticket.snoozed_until = ticket.snooze_kind = None
    with speaking(await of_ticket(desk, ticket)):
        await notify.show_card(desk, ticket, change=say("no longer snoozed"))
    person = await people.get(desk.tx, reminder.person_id)
    if not person.is_active or not desk.may_see(person.slack_id, ticket):
        return "who snoozed it is gone from here"
    key = f"reminder:{reminder.id}:{reminder.due_at.isoformat()}"
    with speaking(await of_person(desk, person.id)):
        text = say("{ticket} is back: {reason}.", ticket=notify.headline(ticket), reason=reminder.reason)
        why = (why_button(reminder),)
        await notify.tell(desk, ticket, person, f"{late}{text}", key=key, sort=ALARM, buttons=why)
    return ""
