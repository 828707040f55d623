"""`back`: somebody who was away takes tickets again from now on."""

from agent.commands.away import recorded
from agent.commands.subject import name_of, subject, them
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from storage import absences


async def back(desk: Desk, said: Said) -> Reply:
    """End the present absence; it stays on record as long as it was."""
    person = await subject(desk, said, doing="change the absence of")
    absence = (await absences.at(desk.tx, [person.id], now=desk.now)).get(person.id)
    who = name_of(desk, person)
    if absence is None:
        return text_reply(f"*{who}*: not away.", is_private=True)
    before = recorded(absence)
    absence.ends = desk.now
    desk.audit("back", "person", person.id, before=before, after=recorded(absence))
    meaning = f"new tickets may be chosen for {them(desk, person)}"
    return text_reply(f"*{who}*: back; {meaning}.", is_private=True)


VERB = Verb(
    name="back",
    takes=(Slot.WHOSE,),
    summary="end your absence",
    example="back",
    action="duty",
    act=back,
    another="zurück @bob",
    german=("zurück",),
    inverse="away",
)
