"""`digest [now|at 08:30|on|off]`: your day on one page, now or each working day at your time, or never."""

from functools import partial

from agent.calendar.whose import calendar_of_person
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.digest.build import build, settle_held
from agent.digest.plan import OFF, next_left, plan_key
from agent.notices.holding import hasten
from agent.notices.standing import DIGEST_TIME, digest_time
from agent.people import preferences, settable
from bot.errors import UserError
from bot.messages import moment
from bot.settings.kinds import time_of_day
from prompts.words import fixed, say
from storage import people
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
    if wanted == OFF:
        await hasten(desk, person, with_digest=True)
    return text_reply(await _when(desk, person), is_private=True)


async def _now(desk: Desk, person: Person) -> Reply:
    built = await build(desk, person, await calendar_of_person(desk.tx, desk.settings, person.id))
    await settle_held(desk, told=built.told, dropped=built.dropped, by="told when they asked for their digest")
    if built.message is None:
        return text_reply(say("There is nothing for you: nothing due, waiting or new."), is_private=True)
    return Reply(message=built.message, is_private=True)


async def _set(desk: Desk, person: Person, value: str) -> None:
    """Keep the time; nothing is the workspace's."""
    await preferences.keep(desk, person, preferences.named(DIGEST_TIME, settable.PERSON), value or preferences.DEFAULT)


def _read(words: str) -> str:
    try:
        return time_of_day(words.strip())
    except ValueError:
        raise UserError(
            say("“{words}” is no time of day: write it as in `digest at 08:30`.", words=words[:20])
        ) from None


async def _when(desk: Desk, person: Person) -> str:
    at = await digest_time(desk.tx, desk.settings, person.id)
    calendar = await calendar_of_person(desk.tx, desk.settings, person.id)
    found = await next_left(desk.tx, calendar, at, key=partial(plan_key, person.id), now=desk.now)
    if found is None:
        return say(
            "You get no daily digest any more. What is held back for you while you are off comes when you are back."
        )
    said = fixed("Your next digest comes {at}, and none on a day on which there is nothing to say.")
    return say(said, at=moment(found[1]))


VERB = Verb(
    name="digest",
    takes=(Slot.DIGEST,),
    summary=fixed("show what is due, waiting and new for you, or set when you get it each working day"),
    example="digest now",
    another="today",
    action="profile",
    who=fixed("everyone for themselves"),
    act=digest,
    also=("today",),
    german=("heute",),
    inverse="digest",
)
