"""`away 2026-12-01`: no ticket is chosen for somebody until the working day named begins; `back` ends it earlier."""

from agent.calendar.when import in_words, read_when
from agent.calendar.whose import calendar_of_person
from agent.commands.subject import name_of, subject, them
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.leaving import go_away
from bot.errors import UserError
from bot.messages import escape
from storage import absences
from storage.absences import Absence
from storage.audit import Change
from storage.people import Person

LONGEST_NOTE = 200


async def away(desk: Desk, said: Said) -> Reply:
    """Begin an absence now, or say anew how long the present one is."""
    person = await subject(desk, said, doing="change the absence of")
    if said.cover and said.cover.id == person.id:
        raise UserError("Somebody else has to cover.")
    calendar = await calendar_of_person(desk.tx, desk.settings, person.id)
    ends, _, note = read_when(said.text, calendar, now=desk.now)
    if len(note) > LONGEST_NOTE:
        raise UserError(f"The note is longer than {LONGEST_NOTE} characters.")
    absence = (await absences.at(desk.tx, [person.id], now=desk.now)).get(person.id)
    before = recorded(absence) if absence else {}
    if absence is None:
        absence = Absence(workspace_id=desk.workspace_id, person_id=person.id, starts=desk.now, ends=ends, source="")
        desk.tx.add(absence)
    absence.ends, absence.note, absence.cover_id = ends, note, said.cover.id if said.cover else None
    absence.source = "person" if person.id == desk.asker.person_id else "manager"
    desk.audit("away", "person", person.id, before=before, after=recorded(absence))
    if not before:
        await desk.tx.flush()
        await go_away(desk, person)
    there = ends.astimezone(calendar.zone)
    back = f"{in_words(ends, calendar, desk.now)} ({there:%Y-%m-%d %H:%M}, {calendar.zone.key})"
    return text_reply(_answer(desk, person, said.cover, back=back), is_private=True)


def recorded(absence: Absence) -> Change:
    """What goes into the audit record: not the note, which is theirs alone."""
    return {"until": absence.ends.isoformat(), "cover": absence.cover_id}


def _answer(desk: Desk, person: Person, cover: Person | None, *, back: str) -> str:
    covers = f" @{escape(cover.name)} covers." if cover else ""
    meaning = f"Until then no ticket is chosen for {them(desk, person)}; `back` ends it."
    return f"*{name_of(desk, person)}*: away until {back}.{covers} {meaning}"


VERB = Verb(
    name="away",
    takes=(Slot.WHOSE, Slot.UNTIL),
    summary="say until when you are away: no ticket is chosen for you, and the note stays with you",
    example="away 2026-12-01",
    action="duty",
    act=away,
    another="abwesend monday cover @bob at the dentist",
    german=("abwesend",),
    inverse="back",
)
