"""`dup CH-2 of CH-1`: two tickets are about one thing; the first closes, and its thread follows the second."""

from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.language import of_ticket
from agent.notices.notify import tell_assignee
from agent.proposals.asking import asked
from agent.proposals.proposal import may, propose
from agent.tickets import merging
from agent.tickets.change import ASSIGNEES, changing, put_back
from agent.tickets.transition import by, set_status
from bot.errors import UserError
from prompts.words import fixed, phrase, say, speaking
from storage import tickets, undo_steps
from storage.tickets import OPEN, Ticket

FIELDS = ("status", "assignees", "duplicate_of")
NEEDS = "close"
MERGED = fixed(
    "*{ticket} closed* by {who} as a duplicate of {other}{led}. What is asked for in this thread is about that one"
    " from now on, and I say here when it is done."
)
MERGED_INTO_DONE = fixed(
    "*{ticket} closed* by {who} as a duplicate of {other}{led}, which is done already. What is asked for in this thread"
    " is about that one from now on."
)


async def dup(desk: Desk, said: Said) -> Reply:
    """Merge a ticket into another one, or into the one that that is a duplicate of itself."""
    ticket, way = said.the_ticket, await _way(desk, said)
    end = way[-1]
    with speaking(await of_ticket(desk, ticket)):  # what is kept with the ticket
        names = [merging.named(one, beside=ticket) for one in way]
        asks = say("merge {ticket} into {other}", ticket=ticket.name, other=names[-1])
        reason = say("duplicate of {ticket}", ticket=names[-1])
    if not await may(desk, said, NEEDS):
        becomes = {"status": "closed", "duplicate_of": end.id}
        proposal = await propose(desk, VERB.name, said, asks=asks, needs=NEEDS, becomes=becomes)
        return await asked(desk, proposal, ticket)
    text = phrase(
        MERGED if end.status in OPEN else MERGED_INTO_DONE,
        ticket=ticket.name,
        who=by(desk),
        other=names[-1],
        led=f" ({' → '.join(names)})" if len(names) > 1 else "",
    )
    change = phrase("closed as a duplicate of {other} by {who}", other=names[-1], who=by(desk))
    async with changing(desk, ticket, "dup", said=change, needs=NEEDS, told=text):
        set_status(ticket, "closed", reason=reason, now=desk.now)
        ticket.duplicate_of = end.id
        # By nobody: who had it has not given it back, and may get it again.
        await tickets.end_assignments(desk.tx, ticket.id, now=desk.now, by=None)
    if end.status not in OPEN:
        await merging.tell_end(desk, ticket, end)
    return text_reply(str(text), seen_in=ticket)


async def _way(desk: Desk, said: Said) -> list[Ticket]:
    """From the ticket that was named to the one that is no duplicate.

    Raises:
        UserError: nothing can be merged into that one, or not this ticket.
    """
    ticket, other = said.the_ticket, said.other
    if other is None:
        raise UserError(say("Of which ticket? For example `dup CH-2 of CH-1`."))
    await merging.refuse_circle(desk.tx, ticket, other.id)
    way = await merging.chain(desk.tx, other)
    if not await desk.sees(way[-1]):
        led = fixed("{ticket} is itself a duplicate of a private ticket: who sees that one can merge into it.")
        raise UserError(say(led, ticket=other.name))
    if ticket.duplicate_of:
        raise UserError(say("{ticket} is a duplicate already; `unmerge {ticket}` takes that back.", ticket=ticket.name))
    for one in (ticket, way[-1]):
        if one.status == "closed":
            raise UserError(
                say("{ticket} is closed; `reopen {ticket} …` with a reason opens it again.", ticket=one.name)
            )
    return way


async def unmerge(desk: Desk, said: Said) -> Reply:
    """It is a ticket of its own again, in the state that it had, with those who had it and still may."""
    ticket = said.the_ticket
    if ticket.duplicate_of is None:
        raise UserError(say("{ticket} is no duplicate, so there is nothing to take back.", ticket=ticket.name))
    other = await tickets.get(desk.tx, ticket.duplicate_of)
    with speaking(await of_ticket(desk, ticket)):
        name = merging.named(other, beside=ticket)
    text = phrase(
        "*{ticket}* is no duplicate of {other} any more, says {who}; it is a ticket of its own again.",
        ticket=ticket.name,
        other=name,
        who=by(desk),
    )
    change = phrase("told apart from {other} by {who}", other=name, who=by(desk))
    async with changing(desk, ticket, "unmerge", said=change, needs=NEEDS, told=text):
        await _restore(desk, ticket)
    for person in await tickets.assignees(desk.tx, ticket.id):
        await tell_assignee(desk, ticket, person)
    return text_reply(str(text), seen_in=ticket)


async def _restore(desk: Desk, ticket: Ticket) -> None:
    step = await undo_steps.last_that_set(desk.tx, ticket.id, "duplicate_of")
    if step is None:  # too long ago
        set_status(ticket, "open", reason=None, now=desk.now)
    before = dict(step.before) if step else {}
    await put_back(desk, ticket, before | {"duplicate_of": None, ASSIGNEES: before.get(ASSIGNEES, [])})


VERB = Verb(
    name="dup",
    takes=(Slot.TICKET, Slot.OTHER),
    summary=fixed("say that a ticket is about the same as another one: it closes, and its thread follows that one"),
    example="dup CH-1 of CH-2",
    another="merge CH-1 into CH-2",
    action="ask",
    act=dup,
    also=("merge", "duplicate"),
    german=("duplikat", "doppelt"),
    inverse="unmerge",
    changes=FIELDS,
)
BACK = Verb(
    name="unmerge",
    takes=(Slot.TICKET,),
    summary=fixed("make a duplicate a ticket of its own again"),
    example="unmerge CH-1",
    another="trennen CH-1",
    action=NEEDS,
    act=unmerge,
    german=("trennen",),
    inverse="dup",
    changes=FIELDS,
)
