"""The buttons "Reassign all" and "Keep" under the list of what somebody who goes away has open."""

from collections.abc import Sequence
from dataclasses import replace

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.people.leaving import AWAY, give_away, open_tickets
from bot.access import can
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, say
from storage.people import Person
from storage.tickets import Ticket


async def reassign_all(desk: Desk, said: Said) -> Reply:
    """Their open tickets go to others, as far as the asker may give them away."""
    person, found = await _decided(desk, said, "reassign-all")
    await give_away(desk, person, found, why=AWAY)
    return _settled(desk, person, found, how=fixed("@{who} lets {tickets} of @{whose} go to others."))


async def keep_all(desk: Desk, said: Said) -> Reply:
    """Their open tickets stay with them."""
    person, found = await _decided(desk, said, "keep-all")
    return _settled(desk, person, found, how=fixed("@{who} keeps {tickets} with @{whose}."))


async def _decided(desk: Desk, said: Said, action: str) -> tuple[Person, list[Ticket]]:
    """Whose tickets, and which of them the asker decides about; that is on record."""
    if len(said.people) != 1:
        raise UserError(say("One person at a time, please."))
    person = said.people[0]
    everything = await open_tickets(desk, person)
    found = [ticket for ticket in everything if can(desk.asker, "reassign", await desk.target(ticket))]
    if not found:
        raise UserError(say("@{who} has no open ticket that you decide about.", who=escape(person.name)))
    desk.audit(action, "person", person.id, before={}, after={"tickets": [ticket.id for ticket in found]})
    return person, found


def _settled(desk: Desk, person: Person, found: Sequence[Ticket], *, how: str) -> Reply:
    names = ", ".join(ticket.name for ticket in found)
    text = say(how, who=escape(desk.asker.name), tickets=names, whose=escape(person.name))
    return replace(text_reply(text, is_private=True), settles=True)


REASSIGN_ALL = Verb(
    name="reassign-all",
    takes=(Slot.PEOPLE,),
    summary=fixed("give all open tickets of somebody to others"),
    example="reassign-all @bob",
    another="reassign-all @carol",
    action="reassign",
    act=reassign_all,
    no_inverse="`undo CH-1` takes each back",
    is_for_buttons=True,
)
KEEP_ALL = Verb(
    name="keep-all",
    takes=(Slot.PEOPLE,),
    summary=fixed("leave the open tickets of somebody who is away with them"),
    example="keep-all @bob",
    another="keep-all @carol",
    action="reassign",
    act=keep_all,
    no_inverse="it changes nothing",
    is_for_buttons=True,
)
