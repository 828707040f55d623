"""`wait CH-1 [on @someone] <what>`: the card says what it waits for, on whom and since when; `unwait` ends that."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.language import of_person
from agent.notices import notify
from agent.notices.attention import GIVEN
from agent.tickets.change import changing
from agent.tickets.transition import by, require_open
from bot.errors import UserError
from bot.messages import escape
from prompts.words import fixed, phrase, say, speaking
from storage.people import Person
from storage.tickets import Ticket


async def wait(desk: Desk, said: Said) -> Reply:
    """Who is waited for gets one message; to wait for something else replaces it."""
    ticket = require_open(said.the_ticket)
    person = _one(said.people)
    if person and not desk.may_see(person.slack_id, ticket):
        name = escape(person.name)
        outside = fixed("{ticket} belongs to a private channel that @{who} is not in. Invite them there first.")
        raise UserError(say(outside, ticket=ticket.name, who=name))
    change = fixed("set to wait on @{whom} by {who}") if person else fixed("set to wait by {who}")
    said_so = phrase(change, who=by(desk), whom=escape(person.name) if person else "")
    async with changing(desk, ticket, "wait", said=said_so, needs="status"):
        ticket.waiting_on = person.id if person else None
        ticket.waiting_for, ticket.waiting_since = said.text, desk.now
    if person:
        with speaking(await of_person(desk, person.id)):
            text = say("{ticket} waits for you: {what}.", ticket=notify.headline(ticket), what=escape(said.text))
        key = notify.direct_key(notify.WAITED, desk.key, ticket, person.id)
        await notify.tell(desk, ticket, person, text, key=key, sort=GIVEN)
    return text_reply(_answer(ticket, person, escape(said.text)), shown_by=ticket)


def _answer(ticket: Ticket, person: Person | None, what: str) -> str:
    if person is None:
        return say("{ticket} waits: {what}", ticket=ticket.name, what=what)
    return say("{ticket} waits on @{whom}: {what}", ticket=ticket.name, whom=escape(person.name), what=what)


def _one(named: tuple[Person, ...]) -> Person | None:
    if len(named) > 1:
        raise UserError(say("A ticket waits for one person at a time. Name the others in your words."))
    return named[0] if named else None


async def unwait(desk: Desk, said: Said) -> Reply:
    ticket = said.the_ticket
    if ticket.waiting_since is None:
        return text_reply(say("{ticket} does not wait for anything.", ticket=ticket.name), is_private=True)
    change = phrase("set to wait no more by {who}", who=by(desk))
    async with changing(desk, ticket, "unwait", said=change, needs="status"):
        ticket.waiting_on = ticket.waiting_for = ticket.waiting_since = None
    return text_reply(say("{ticket} waits no more.", ticket=ticket.name), shown_by=ticket)


VERB = Verb(
    name="wait",
    takes=(Slot.TICKET, Slot.WAIT),
    summary=fixed("say what it waits for, and on whom"),
    example="wait CH-1 on @bob the new certificate",
    another="blocked CH-1 the vendor's fix",
    action="status",
    act=wait,
    also=("blocked", "needs info", "waiting"),
    german=("warten", "wartet"),
    inverse="unwait",
    changes=("waiting_on", "waiting_for"),
)
BACK = Verb(
    name="unwait",
    takes=(Slot.TICKET,),
    summary=fixed("say that it waits no more"),
    example="unwait CH-1",
    another="please unwait CH-1",
    action="status",
    act=unwait,
    german=("fortsetzen",),
    inverse="wait",
    changes=("waiting_on", "waiting_for"),
)
