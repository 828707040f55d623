"""A person's words are taken off the record; that they did something, and that it was forgotten, stays on it."""

from agent.commands.reading import says_something
from agent.desk import Desk
from agent.turns import texts
from bot.errors import UserError
from storage import audit, identities, llm_cache, thread_messages, thread_summaries
from storage.people import Person


async def forget(desk: Desk, person: Person, *, reason: str) -> int:
    """Drop the words of what they did, of what was done to them, and of events that name them; of how many events.

    Raises:
        Refused: the asker is no admin.
        UserError: a reason is missing.
    """
    desk.check_admin(doing="take words off the record")
    if not says_something(reason):
        raise UserError("Say why, in some words: it goes on record.")
    events = await audit.forget(desk.tx, person.id, names=await _names(desk, person))
    await thread_messages.forget(desk.tx, person.slack_id)
    await texts.forget(desk.tx, desk.workspace_id, person.id)
    # What models made of them would be given again.
    await llm_cache.clear(desk.tx)
    await thread_summaries.clear(desk.tx)
    desk.audit(audit.FORGET, "person", person.id, before={}, after={"reason": reason, "events": events})
    return len(events)


async def _names(desk: Desk, person: Person) -> list[str]:
    """What means nobody else; a GitHub login may be part of a word, so it has to be a value of its own."""
    identity = await identities.of_person(desk.tx, person.id)
    login = f'"{identity.shown}"' if identity else None
    return [name for name in (person.slack_id, person.email, login) if name]
