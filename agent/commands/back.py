"""`back`: somebody who was away takes tickets again from now on; who is not away calls off the absence to come."""

from agent.calendar.whose import calendar_of_person
from agent.commands.away import recorded
from agent.commands.subject import name_of, subject, them
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.notices.holding import hasten
from agent.people.leaving import call_off
from agent.tickets import stays
from prompts.words import fixed, say
from storage import absences


async def back(desk: Desk, said: Said) -> Reply:
    """End the present absence, or call off the next one; it stays on record as long as it was."""
    person = await subject(desk, said, doing=say("change the absence of"))
    known = await absences.not_over(desk.tx, person.id, now=desk.now)
    now_away = (await absences.at(desk.tx, [person.id], now=desk.now)).get(person.id)
    absence = now_away or next(iter(known), None)
    who = name_of(desk, person)
    if absence is None:
        return text_reply(say("*{who}*: not away.", who=who), is_private=True)
    before = recorded(absence)
    absence.starts, absence.ends = min(absence.starts, desk.now), desk.now
    stays.keep(desk, stays.BACK)
    desk.audit("back", "person", person.id, before=before, after=recorded(absence))
    await desk.tx.flush()
    if now_away is None:
        await call_off(desk, absence)
        text = say("*{who}*: the absence to come is called off.", who=who)
        if len(known) > 1:
            zone = (await calendar_of_person(desk.tx, desk.settings, person.id)).zone
            text += say(" The next begins on {date}.", date=f"{known[1].starts.astimezone(zone):%Y-%m-%d}")
        return text_reply(text, is_private=True)
    await hasten(desk, person)
    text = say("*{who}*: back; new tickets may be chosen for {whom}.", who=who, whom=them(desk, person))
    return text_reply(text, is_private=True)


VERB = Verb(
    name="back",
    takes=(Slot.WHOSE,),
    summary=fixed("end your absence, or call off the one to come"),
    example="back",
    action="duty",
    act=back,
    another="zurück @bob",
    also=("i'm back", "i’m back", "im back"),
    german=("zurück",),
    inverse="away",
)
