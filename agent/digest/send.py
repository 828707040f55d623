"""The daily digest goes out, at most once per person and date, and not at all when it would be empty."""

from agent.calendar.whose import calendar_of_person
from agent.desk import Desk
from agent.digest.build import build, settle_held
from agent.digest.plan import moment_on, plan_key, plan_next, settle_key
from agent.language import of_person
from agent.notices.holding import WITH_DIGEST
from agent.notices.origin import with_why
from agent.notices.post import post
from agent.notices.standing import digest_time
from prompts.words import Phrase, speaking
from storage import absences, people
from storage.reminders import Reminder


async def send(desk: Desk, reminder: Reminder, *, late: Phrase | str) -> str:
    """Today's digest, whenever it was planned for; why there is none, if so. The next one is planned in any case."""
    person = await people.get(desk.tx, reminder.person_id or 0)
    if not person.is_active:
        return "they are gone"
    calendar = await calendar_of_person(desk.tx, desk.settings, person.id)
    today = desk.now.astimezone(calendar.zone).date()
    due = moment_on(calendar, today, await digest_time(desk.tx, desk.settings, person.id))
    key = plan_key(person.id, today)
    why_not = await settle_key(desk, reminder, due=due, key=key)
    await plan_next(desk, person)
    if why_not:
        return why_not
    if await absences.at(desk.tx, [person.id], now=desk.now):
        return "they are away"
    language = await of_person(desk, person.id)
    with speaking(language):
        digest = await build(desk, person, calendar, late=late)
    await settle_held(desk, told=digest.told, dropped=digest.dropped, by=WITH_DIGEST)
    if digest.message is None:
        return "there was nothing to say"
    with speaking(language):
        page = with_why(digest.message, reminder)
    await post(desk, person.slack_id, page, key=key)
    return ""
