"""`handover CH-1 @bob [<why>]`: who has a ticket offers it to somebody, who accepts or declines; managers do it."""

from datetime import datetime, timedelta

from agent import assign as assignment
from agent import notify, proposals
from agent.asking import asked
from agent.calendar.opening import add
from agent.calendar.whose import calendar_of_person
from agent.change import changing
from agent.commands.assign import check_assignable
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.duty import warning
from agent.transition import by, require_open
from bot.errors import UserError
from bot.messages import escape
from storage import people, tickets
from storage.people import Person
from storage.proposals import Proposal, open_of
from storage.tickets import Ticket

NEEDS = "reassign"
LASTS = timedelta(hours=8)  # of the receiver's working time: one of their days


async def handover(desk: Desk, said: Said) -> Reply:
    """Offer it, do it where the asker may, or take an offer back."""
    ticket = require_open(said.the_ticket)
    if not said.people:
        return await _take_back(desk, ticket)
    receiver = await _receiver(desk, ticket, said)
    giver = await _giver(desk, ticket, said)
    if await proposals.may(desk, said, NEEDS):
        return await _move(desk, ticket, said, giver=giver, receiver=receiver)
    await _refuse_second_offer(desk, ticket)
    proposal = await proposals.propose(
        desk,
        VERB.name,
        said,
        asks=f"hand {notify.headline(ticket)} over to @{escape(receiver.name)}{_why(said)}",
        needs=NEEDS,
        becomes={"assignees": [receiver.id]},
        approver=receiver,
        expires_at=await _expiry(desk, receiver),
    )
    return await asked(desk, proposal, ticket)


async def _receiver(desk: Desk, ticket: Ticket, said: Said) -> Person:
    """Who gets it.

    Raises:
        UserError: they cannot, or have it.
    """
    receiver, *others = said.people
    if others:
        raise UserError("A ticket is handed over to one person; `assign` gives it to several.")
    check_assignable(desk, ticket, receiver)
    if receiver in await tickets.assignees(desk.tx, ticket.id):
        raise UserError(f"@{escape(receiver.name)} has {ticket.name} already.")
    return receiver


async def _giver(desk: Desk, ticket: Ticket, said: Said) -> Person | None:
    """Who gives their own away; None: a manager takes it from all who have it.

    Raises:
        UserError: who offered it has it no more.
    """
    asker_id = said.proposal.asker_id if said.proposal else desk.asker.person_id
    asker = await people.get(desk.tx, asker_id)
    if asker in await tickets.assignees(desk.tx, ticket.id):
        return asker
    if said.proposal:
        raise UserError(f"{ticket.name} is not with @{escape(asker.name)} any more, so there is nothing to hand over.")
    return None


async def _expiry(desk: Desk, receiver: Person) -> datetime:
    return add(await calendar_of_person(desk.tx, desk.settings, receiver.id), desk.now, LASTS)


def _why(said: Said) -> str:
    return f": {escape(said.text)}" if said.text else ""


async def _move(desk: Desk, ticket: Ticket, said: Said, *, giver: Person | None, receiver: Person) -> Reply:
    had = [giver] if giver else await tickets.assignees(desk.tx, ticket.id)
    names = ", ".join(f"@{escape(person.name)}" for person in had) or "nobody"
    to = f"@{escape(receiver.name)}"
    text = f"*{ticket.name} handed over* from {names} to {to}{_why(said)}"
    change, note = f"handed over by {names} to {to}", {"reason": said.text or None}
    warned = await warning(desk, (receiver,))
    async with changing(desk, ticket, "handover", said=change, needs=NEEDS, told=text, note=note):
        for person in had:
            # Who handed it away is not chosen for it again; who lost it to a manager's order may be.
            ended_by = person.id if person is giver else desk.asker.person_id
            await tickets.end_assignments(desk.tx, ticket.id, now=desk.now, by=ended_by, person_id=person.id)
        await assignment.give(desk, ticket, receiver)
        ticket.assign_reason = f"handed over by {', '.join(f'@{one.name}' for one in had) or by(desk)}" + (
            f": {said.text}" if said.text else ""
        )
    await notify.tell_assignee(desk, ticket, receiver)
    return text_reply(text + warned, seen_in=None if warned else ticket)


async def _take_back(desk: Desk, ticket: Ticket) -> Reply:
    """`handover CH-1 cancel`.

    Raises:
        UserError: nothing is offered.
    """
    for offer in await open_of(desk.tx, verb=VERB.name, ticket_id=ticket.id):
        if offer.asker_id != desk.asker.person_id:
            await desk.check(NEEDS, ticket, doing=f"take back {offer.name}")
        text = await proposals.settle(desk, offer, "denied", how=f"taken back by {by(desk)}", reason="taken back")
        return text_reply(text)
    raise UserError(f"{ticket.name} is offered to nobody.")


async def _refuse_second_offer(desk: Desk, ticket: Ticket) -> None:
    for offer in await open_of(desk.tx, verb=VERB.name, ticket_id=ticket.id):
        if offer.asker_id == desk.asker.person_id:
            raise UserError(f"{await _offered(desk, offer)}; `handover {ticket.name} cancel` takes that back.")


async def _offered(desk: Desk, offer: Proposal) -> str:
    who = await people.get(desk.tx, offer.approver_id) if offer.approver_id else None
    return f"{offer.name} offers it to @{escape(who.name) if who else '?'} already"


VERB = Verb(
    name="handover",
    takes=(Slot.TICKET, Slot.HANDOVER),
    summary="offer a ticket of yours to somebody, who accepts or declines; `cancel` takes the offer back",
    example="handover CH-1 @bob I am on another incident",
    another="hand over CH-1 to @bob",
    action="hand over",
    act=handover,
    also=("hand over", "pass"),
    german=("übergeben", "übergib"),
    inverse="undo",
    changes=("assignees",),
)
