"""`away 2026-12-01`: no ticket is chosen for somebody until the working day named begins; `back` ends it earlier.

`away from monday until friday` begins then, and until then nothing is different.
"""

from datetime import datetime

from agent.calendar.opening import Calendar
from agent.calendar.when import in_words, read_span
from agent.calendar.whose import calendar_of_person
from agent.commands.subject import name_of, subject, them
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.people.leaving import go_away, plan_departure
from agent.tickets import stays
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say
from storage import absences
from storage.absences import Absence
from storage.audit import Change
from storage.people import Person

LONGEST_NOTE = 200


async def away(desk: Desk, said: Said) -> Reply:
    """Begin an absence now or plan one, or say anew how long one is: the present one, or one of those to come."""
    person = await subject(desk, said, doing=say("change the absence of"))
    if said.cover and said.cover.id == person.id:
        raise UserError(say("Somebody else has to cover."))
    calendar = await calendar_of_person(desk.tx, desk.settings, person.id)
    starts, ends, note = read_span(said.text, calendar, now=desk.now)
    if len(note) > LONGEST_NOTE:
        raise UserError(say("The note is longer than {limit} characters.", limit=LONGEST_NOTE))
    is_later = starts > desk.now
    absence = await _known(desk, person, starts, ends)
    before = recorded(absence) if absence else {}
    if absence is None:
        absence = Absence(workspace_id=desk.workspace_id, person_id=person.id, starts=starts, ends=ends, source="")
        desk.tx.add(absence)
    if is_later:
        absence.starts = starts
    absence.ends, absence.note, absence.cover_id = ends, note, said.cover.id if said.cover else None
    absence.source = "person" if person.id == desk.asker.person_id else "manager"
    stays.keep(desk, stays.ABSENT)
    desk.audit("away", "person", person.id, before=before, after=recorded(absence))
    await desk.tx.flush()
    if is_later:
        await plan_departure(desk, absence)
    elif not before:
        await go_away(desk, person)
    until, since = _shown(ends, calendar, desk.now), _shown(starts, calendar, desk.now)
    span = say(fixed("from {since} until {until}") if is_later else fixed("until {until}"), since=since, until=until)
    return text_reply(_answer(desk, person, said.cover, span=span, is_later=is_later), is_private=True)


async def _known(desk: Desk, person: Person, starts: datetime, ends: datetime) -> Absence | None:
    """The absence that is said anew: the present one, or the one to come of which days are named."""
    if starts <= desk.now:
        return (await absences.at(desk.tx, [person.id], now=desk.now)).get(person.id)
    known = await absences.not_over(desk.tx, person.id, now=desk.now)
    return next((one for one in known if desk.now < one.starts < ends and starts < one.ends), None)


def _shown(moment: datetime, calendar: Calendar, now: datetime) -> str:
    there = moment.astimezone(calendar.zone)
    return f"{in_words(moment, calendar, now)} ({there:%Y-%m-%d %H:%M}, {calendar.zone.key})"


def recorded(absence: Absence) -> Change:
    """What goes into the audit record: not the note, which is theirs alone."""
    span = {"from": absence.starts.isoformat(), "until": absence.ends.isoformat()}
    return {**span, "cover": absence.cover_id}


def _answer(desk: Desk, person: Person, cover: Person | None, *, span: str, is_later: bool) -> str:
    said = say("*{who}*: away {span}.", who=name_of(desk, person), span=span)
    covers = say(" @{who} covers.", who=escape(cover.name)) if cover else ""
    now = fixed(" Until then no ticket is chosen for {whom}; `back` ends it.")
    later = fixed(" In that time no ticket is chosen for {whom}; `back` calls it off.")
    return said + covers + say(later if is_later else now, whom=them(desk, person))


VERB = Verb(
    name="away",
    takes=(Slot.WHOSE, Slot.UNTIL),
    summary=fixed(
        "say until when you are away, or from when: no ticket is chosen for you, and the note stays with you"
    ),
    example="away 2026-12-01",
    action="duty",
    act=away,
    another="abwesend monday cover @bob at the dentist",
    german=("abwesend",),
    inverse="back",
)
