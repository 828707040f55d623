"""The daily digest goes out, at most once per person and date, and not at all when it would be empty."""

from agent import notify
from agent.calendar.whose import calendar_of_person
from agent.desk import Desk
from agent.digest.build import build, settle_held
from agent.digest.plan import moment_on, plan_key, plan_next, time_of
from bot.messages import Message
from storage import absences, outbox, people, reminders
from storage.people import Person
from storage.reminders import Reminder


async def send(desk: Desk, reminder: Reminder) -> str:
    """Today's digest, whenever it was planned for; why there is none, if so. The next one is planned in any case."""
    person = await people.get(desk.tx, reminder.person_id or 0)
    if not person.is_active:
        return "they are gone"
    calendar = await calendar_of_person(desk.tx, desk.settings, person.id)
    today = desk.now.astimezone(calendar.zone).date()
    due = moment_on(calendar, today, await time_of(desk.tx, desk.settings, person.id))
    if due is None or due > desk.now:
        reminder.plan_key = f"{reminder.plan_key}:not at {desk.now.isoformat()}"  # its day may still get one
        await desk.tx.flush()
        await plan_next(desk, person)
        return "their hours have changed since"
    await plan_next(desk, person)
    key = plan_key(person.id, today)
    if reminder.plan_key != key:
        if await reminders.with_key(desk.tx, key):
            return "joined to today's"
        reminder.plan_key = key
    if await absences.at(desk.tx, [person.id], now=desk.now):
        return "they are away"
    digest = await build(desk, person, calendar)
    await settle_held(desk, told=digest.told, dropped=digest.dropped, by="told with the daily digest")
    if digest.message is None:
        return "there was nothing to say"
    await deliver(desk, person, digest.message, key=key)
    return ""


async def deliver(desk: Desk, person: Person, message: Message, *, key: str) -> None:
    """One direct message that is about no single ticket."""
    row = notify.outgoing(
        desk,
        key=key,
        kind="post",
        lane=f"dm:{person.slack_id}",
        channel_id=person.slack_id,
        payload=message.model_dump_json(),
    )
    await outbox.add(desk.tx, row)
