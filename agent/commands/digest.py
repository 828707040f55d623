"""`digest [now|at 08:30|on|off]`: your day on one page, now or each working day at your time, or never."""

from agent.calendar.whose import calendar_of_person
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.digest.build import build, settle_held
from agent.digest.plan import DIGEST, OFF, TIME, next_after, plan_next, time_of
from bot.errors import UserError
from bot.messages import moment
from bot.settings.kinds import time_of_day
from storage import calendars, people, reminders, settings_kv
from storage.people import Person

NOW, AT, ON = "now", "at", "on"


async def digest(desk: Desk, said: Said) -> Reply:
    """Show it, set its time, or switch it off; what was held back is told by it."""
    person = await people.get(desk.tx, desk.asker.person_id)
    word, _, rest = said.text.casefold().partition(" ")
    if word in {"", NOW}:
        return await _now(desk, person)
    wanted = {ON: "", OFF: OFF}.get(word)
    await _set(desk, person, _read(rest) if wanted is None else wanted)
    return text_reply(await _when(desk, person), is_private=True)


async def _now(desk: Desk, person: Person) -> Reply:
    built = await build(desk, person, await calendar_of_person(desk.tx, desk.settings, person.id))
    await settle_held(desk, told=built.told, dropped=built.dropped, by="told when they asked for their digest")
    if built.message is None:
        return text_reply("There is nothing for you: nothing due, waiting or new.", is_private=True)
    return Reply(message=built.message, is_private=True)


async def _set(desk: Desk, person: Person, value: str) -> None:
    """Keep the time, and plan the next digest by it."""
    scope = calendars.of_person(person.id)
    before = await settings_kv.get(desk.tx, scope, TIME)
    if value:
        by = str(desk.asker.person_id)
        await settings_kv.put(desk.tx, scope, TIME, value, workspace_id=desk.workspace_id, set_by=by)
    else:
        await settings_kv.drop(desk.tx, scope, TIME)
    if before != (value or None):
        desk.audit("digest", "person", person.id, before={TIME: before}, after={TIME: value or None})
    await reminders.cancel_of_person(desk.tx, person.id, kind=DIGEST)
    await plan_next(desk, person)


def _read(words: str) -> str:
    try:
        return time_of_day(words.strip())
    except ValueError:
        raise UserError(f"“{words[:20]}” is no time of day: write it as in `digest at 08:30`.") from None


async def _when(desk: Desk, person: Person) -> str:
    at = await time_of(desk.tx, desk.settings, person.id)
    found = next_after(await calendar_of_person(desk.tx, desk.settings, person.id), at, desk.now)
    if found is None:
        return "You get no daily digest any more. What is held back for you while you are off comes when you are back."
    return f"Your next digest comes {moment(found[1])}, and none on a day on which there is nothing to say."


VERB = Verb(
    name="digest",
    takes=(Slot.DIGEST,),
    summary="show what is due, waiting and new for you, or set when you get it each working day",
    example="digest now",
    another="today",
    action="profile",
    act=digest,
    also=("today",),
    german=("heute",),
    inverse="digest",
)
