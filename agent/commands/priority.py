"""`priority CH-1 high`: a person knows better than the triage; what was critical is lowered with a reason alone."""

from agent.commands.reading import says_something
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.commands.vocabulary import LADDER, STEPS
from agent.desk import Desk
from agent.notices import notify
from agent.status_words import words, words_later
from agent.tickets.change import changing
from agent.tickets.transition import by, require_open
from bot.errors import UserError
from bot.messages import Button, escape
from prompts.words import Phrase, fixed, phrase, say
from storage import tickets
from storage.tickets import Ticket


async def priority(desk: Desk, said: Said) -> Reply:
    """Managers hear of what becomes loud, once, as they would have heard of the report."""
    ticket, was = require_open(said.the_ticket), said.the_ticket.priority
    wanted = _step(ticket, STEPS[said.priority]) if said.priority in STEPS else said.priority
    if was == wanted:
        return text_reply(say("{ticket} is {status} already.", ticket=ticket.name, status=words(was)), is_private=True)
    require_reason(ticket, wanted, said.text)
    change = phrase("set to {priority} by {who}", priority=words_later(wanted), who=by(desk))
    text = told(desk, ticket, wanted, said.text) if said.text else ""
    note = {"reason": said.text or None}
    async with changing(desk, ticket, "priority", said=change, needs="triage", told=text, note=note):
        ticket.priority = wanted
    had = await tickets.assignees(desk.tx, ticket.id)
    await notify.tell_managers(desk, ticket, assigned=had, is_told=True)
    answer = text or f"{ticket.name}: {words(was) if was else say('no priority')} → {words(wanted)}."
    return text_reply(str(answer), seen_in=ticket if text else None, shown_by=ticket)


def told(desk: Desk, ticket: Ticket, priority: str, reason: str) -> Phrase:
    """What the thread reads of a priority that was set with a reason."""
    text = fixed("*{ticket} set to {priority} by {who}*: {reason}")
    return phrase(text, ticket=ticket.name, priority=words_later(priority), who=by(desk), reason=escape(reason))


def _step(ticket: Ticket, step: int) -> str:
    """The priority so many steps up; at the end of the ladder the same.

    Raises:
        UserError: it has none yet.
    """
    if ticket.priority is None:
        raise UserError(say("{ticket} has no priority yet: `priority {ticket} high` gives it one.", ticket=ticket.name))
    place = LADDER.index(ticket.priority) + step
    return LADDER[min(max(place, 0), len(LADDER) - 1)]


def require_reason(ticket: Ticket, priority: str, reason: str) -> None:
    """What was critical becomes less with a reason alone.

    Raises:
        UserError: there is none.
    """
    if ticket.priority == "critical" != priority and not says_something(reason):
        why = Button(label=say("Say why…"), action=f"form:priority:{priority}", value=ticket.named_version)
        ask = fixed("{ticket} is critical: say why it is less, as in `priority {ticket} high …`.")
        raise UserError(say(ask, ticket=ticket.name), buttons=(why,))


VERB = Verb(
    name="priority",
    takes=(Slot.TICKET, Slot.PRIORITY),
    summary=fixed("set the priority, or `bump` and `lower` it by one; a critical ticket is lowered with a reason"),
    example="priority CH-1 high",
    another="prio CH-1 p2 only the test system",
    action="triage",
    act=priority,
    also=("prio", "p0", "p1", "p2", "p3", "bump", "lower"),
    german=("priorität", "dringlichkeit"),
    inverse="undo",
    changes=("priority",),
)
