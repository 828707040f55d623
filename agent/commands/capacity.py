"""`capacity 5`: how many open tickets somebody wants at most before others are chosen; alone it shows it."""

import re

from agent.assigning.duty import CAPACITY, OFF, duty_of
from agent.commands.subject import keep, name_of, subject
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.people.seen_load import seen_load
from bot.errors import UserError
from prompts.words import fixed, say, say_of
from storage.people import Person

MOST = 999


async def capacity(desk: Desk, said: Said) -> Reply:
    """Set it, lift it with `off`, or say what it is."""
    person = await subject(desk, said, doing=say("change the capacity of"))
    if said.text:
        await keep(desk, person, key=CAPACITY, value=_read(said.text))
    return text_reply(f"*{name_of(desk, person)}*: {await in_words(desk, person)}.", is_private=True)


def _read(words: str) -> str | None:
    if words.casefold() == OFF:
        return None
    if re.fullmatch(r"\d{1,3}", words, re.ASCII) and int(words):
        return str(int(words))
    raise UserError(
        say(
            "“{words}” is no capacity: write a number from 1 to {most}, as in `capacity 5`; `rotation off` takes you"
            " out of the choice, `capacity off` lifts the limit.",
            words=words[:40],
            most=MOST,
        )
    )


async def in_words(desk: Desk, person: Person) -> str:
    """ "2 open tickets of at most 5", as far as the asker may know of them."""
    most = (await duty_of(desk, person)).capacity
    has = say_of(await seen_load(desk, person), "1 open ticket", "{count} open tickets")
    return has + (say(", of at most {most}", most=most) if most else say(", no limit"))


VERB = Verb(
    name="capacity",
    takes=(Slot.WHOSE, Slot.CAPACITY),
    summary=fixed("show or set how many open tickets you want at most before others are chosen"),
    example="capacity 5",
    action="duty",
    act=capacity,
    another="capacity @bob off",
    german=("kapazität",),
    inverse="capacity",
)
