"""What was held back while somebody was off comes as one message when they are back."""

from datetime import datetime, timedelta

from agent.desk import Desk
from agent.digest.build import held_message, read_held, settle_held
from agent.digest.plan import DIGEST
from agent.language import of_person
from agent.notices.holding import WHEN_IT_SUITED, plan_flush
from agent.notices.origin import with_why
from agent.notices.post import post
from agent.notices.standing import quiet_until
from prompts.words import Phrase, speaking
from storage import notices, people, reminders
from storage.people import Person
from storage.reminders import Reminder

SOON = timedelta(minutes=5)
NEXT_CHANCE = 2 * SOON  # for what the digest did not say after all


async def flush(desk: Desk, reminder: Reminder, *, late: Phrase | str) -> str:
    """All that is due for them by now; why nothing came of it, if so."""
    person = await people.get(desk.tx, reminder.person_id or 0)
    if not person.is_active:
        return "they are gone"
    held = await read_held(desk, person, until=desk.now)
    if not held.told and not held.dropped:
        return "told already"
    until, quiet = await quiet_until(desk, person)
    if until:
        await _hold_on(desk, person, until)
        return quiet
    if await reminders.is_due_soon(desk.tx, person.id, kind=DIGEST, until=desk.now + SOON):
        await _hold_on(desk, person, desk.now + NEXT_CHANCE)
        return "the daily digest is about to say it"
    await settle_held(desk, told=held.told, dropped=held.dropped, by=WHEN_IT_SUITED)
    if not held.lines:
        return "it is no news any more"
    with speaking(await of_person(desk, person.id)):
        message = with_why(held_message(held.lines, late=late), reminder)
    await post(desk, person.slack_id, message, key=f"flush:{reminder.id}:{reminder.due_at.isoformat()}")
    return ""


async def _hold_on(desk: Desk, person: Person, until: datetime) -> None:
    """Their hours have changed since, they are away, or their digest comes: it waits on."""
    for notice, *_ in await notices.held(desk.tx, person.id):
        if notice.release_at and notice.release_at <= desk.now:
            notice.release_at = until
            await plan_flush(desk, person.id, notice)
