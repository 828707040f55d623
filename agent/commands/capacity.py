"""`capacity 5`: how many open tickets somebody wants at most before others are chosen; alone it shows it."""

import re

from agent.commands.subject import keep, name_of, subject
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.duty import CAPACITY, OFF, duty_of
from bot.errors import UserError
from storage import loads
from storage.people import Person

MOST = 999


async def capacity(desk: Desk, said: Said) -> Reply:
    """Set it, lift it with `off`, or say what it is."""
    person = await subject(desk, said, doing="change the capacity of")
    if said.text:
        await keep(desk, person, key=CAPACITY, value=_read(said.text))
    return text_reply(f"*{name_of(desk, person)}*: {await in_words(desk, person)}.", is_private=True)


def _read(words: str) -> str | None:
    if words.casefold() == OFF:
        return None
    if re.fullmatch(r"\d{1,3}", words, re.ASCII) and int(words):
        return str(int(words))
    hint = "`rotation off` takes you out of the choice, `capacity off` lifts the limit"
    raise UserError(f"“{words[:40]}” is no capacity: write a number from 1 to {MOST}, as in `capacity 5`; {hint}.")


async def in_words(desk: Desk, person: Person) -> str:
    """ "2 open tickets of at most 5"."""
    [load] = await loads.of_people(desk.tx, [person])
    most = (await duty_of(desk, person)).capacity
    word = "ticket" if load.open_tickets == 1 else "tickets"
    return f"{load.open_tickets} open {word}, {f'of at most {most}' if most else 'no limit'}"


VERB = Verb(
    name="capacity",
    takes=(Slot.WHOSE, Slot.CAPACITY),
    summary="show or set how many open tickets you want at most before others are chosen",
    example="capacity 5",
    action="duty",
    act=capacity,
    another="capacity @bob off",
    german=("kapazität",),
    inverse="capacity",
)
