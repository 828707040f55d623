"""`wait CH-1 [on @someone] <what>`: the card says what it waits for, on whom and since when; `unwait` ends that."""

from agent import notify
from agent.attention import GIVEN
from agent.change import changing
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.transition import by, require_open
from bot.errors import UserError
from bot.messages import escape
from storage.people import Person


async def wait(desk: Desk, said: Said) -> Reply:
    """Who is waited for gets one message; to wait for something else replaces it."""
    ticket = require_open(said.the_ticket)
    person = _one(said.people)
    if person and not desk.may_see(person.slack_id, ticket):
        name = escape(person.name)
        raise UserError(f"{ticket.name} belongs to a private channel that @{name} is not in. Invite them there first.")
    on = f" on @{escape(person.name)}" if person else ""
    async with changing(desk, ticket, "wait", said=f"set to wait{on} by {by(desk)}", needs="status"):
        ticket.waiting_on = person.id if person else None
        ticket.waiting_for, ticket.waiting_since = said.text, desk.now
    if person:
        text = f"{notify.headline(ticket)} waits for you: {escape(said.text)}."
        key = notify.direct_key(notify.WAITED, desk.key, ticket, person.id)
        await notify.tell(desk, ticket, person, text, key=key, sort=GIVEN)
    return text_reply(f"{ticket.name} waits{on}: {escape(said.text)}", shown_by=ticket)


def _one(named: tuple[Person, ...]) -> Person | None:
    if len(named) > 1:
        raise UserError("A ticket waits for one person at a time. Name the others in your words.")
    return named[0] if named else None


async def unwait(desk: Desk, said: Said) -> Reply:
    ticket = said.the_ticket
    if ticket.waiting_since is None:
        return text_reply(f"{ticket.name} does not wait for anything.", is_private=True)
    async with changing(desk, ticket, "unwait", said=f"waits no more, says {by(desk)}", needs="status"):
        ticket.waiting_on = ticket.waiting_for = ticket.waiting_since = None
    return text_reply(f"{ticket.name} waits no more.", shown_by=ticket)


VERB = Verb(
    name="wait",
    takes=(Slot.TICKET, Slot.WAIT),
    summary="say what it waits for, and on whom",
    example="wait CH-1 on @bob the new certificate",
    another="blocked CH-1 the vendor's fix",
    action="status",
    act=wait,
    also=("blocked", "waiting"),
    german=("warten", "wartet"),
    inverse="unwait",
    changes=("waiting_on", "waiting_for"),
)
BACK = Verb(
    name="unwait",
    takes=(Slot.TICKET,),
    summary="say that it waits no more",
    example="unwait CH-1",
    another="please unwait CH-1",
    action="status",
    act=unwait,
    inverse="wait",
    changes=("waiting_on", "waiting_for"),
)
