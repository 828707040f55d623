"""Whose capacity, rotation or absence a command is about: one's own, or that of somebody one may speak for."""

from agent.commands.verb import Said
from agent.desk import Desk
from agent.tickets import stays
from bot.errors import UserError
from bot.messages import escape
from prompts.words import say
from storage import people, settings_kv
from storage.people import Person


async def subject(desk: Desk, said: Said, *, doing: str) -> Person:
    """The person named, or the asker.

    Args:
        doing: what would be refused, to follow "You may not" and to precede a name: "change the capacity of".

    Raises:
        UserError: several are named; Refused: the asker may not speak for this one.
    """
    if len(said.people) > 1:
        raise UserError(say("One person at a time, please."))
    if not said.people:
        return await people.get(desk.tx, desk.asker.person_id)
    await desk.check_person(said.people[0], doing=f"{doing} @{escape(said.people[0].name)}")
    return said.people[0]


def name_of(desk: Desk, person: Person) -> str:
    """The person as the answer begins with them."""
    return say("You") if person.id == desk.asker.person_id else f"@{escape(person.name)}"


def them(desk: Desk, person: Person) -> str:
    """The person, further on in the answer."""
    return say("you") if person.id == desk.asker.person_id else say("them")


async def keep(desk: Desk, person: Person, *, key: str, value: str | None) -> None:
    """Keep a setting of theirs, on record; None forgets it."""
    before = await settings_kv.get(desk.tx, person.slack_id, key)
    if value == before:
        return
    if value is None:
        await settings_kv.drop(desk.tx, person.slack_id, key)
    else:
        by, workspace_id = desk.actor.slack_id if desk.actor else desk.who, desk.workspace_id
        await settings_kv.put(desk.tx, person.slack_id, key, value, workspace_id=workspace_id, set_by=by)
    stays.keep(desk, stays.DUTY)
    desk.audit(key, "person", person.id, before={key: before}, after={key: value})
