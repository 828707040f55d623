"""`handover CH-1 @bob [<why>]`: who has a ticket offers it to somebody, who accepts or declines; managers do it."""

from datetime import datetime, timedelta

from agent.assigning import assign as assignment
from agent.assigning.duty import warning
from agent.calendar.opening import add
from agent.calendar.whose import calendar_of_person
from agent.commands.assign import check_assignable, offer_to_enlist
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.language import of_ticket
from agent.notices import notify
from agent.proposals import proposal as proposals
from agent.proposals.asking import asked
from agent.tickets.change import changing
from agent.tickets.transition import by, require_open
from bot.errors import UserError
from bot.messages import by_name, escape
from prompts.words import fixed, phrase, say, speaking
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
    if offers := await offer_to_enlist(desk, ticket, said):
        return offers
    if await proposals.may(desk, said, NEEDS):
        return await _move(desk, ticket, said, giver=giver, receiver=receiver)
    await _refuse_second_offer(desk, ticket)
    with speaking(await of_ticket(desk, ticket)):
        asks = say("hand {ticket} over to @{whom}", ticket=notify.headline(ticket), whom=escape(receiver.name))
    proposal = await proposals.propose(
        desk,
        VERB.name,
        said,
        asks=asks + _why(said),
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
        raise UserError(say("A ticket is handed over to one person; `assign` gives it to several."))
    check_assignable(desk, ticket, receiver)
    if receiver in await tickets.assignees(desk.tx, ticket.id):
        raise UserError(say("@{who} has {ticket} already.", who=escape(receiver.name), ticket=ticket.name))
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
        gone = fixed("{ticket} is not with @{who} any more, so there is nothing to hand over.")
        raise UserError(say(gone, ticket=ticket.name, who=escape(asker.name)))
    return None


async def _expiry(desk: Desk, receiver: Person) -> datetime:
    return add(await calendar_of_person(desk.tx, desk.settings, receiver.id), desk.now, LASTS)


def _why(said: Said) -> str:
    return f": {escape(said.text)}" if said.text else ""


async def _move(desk: Desk, ticket: Ticket, said: Said, *, giver: Person | None, receiver: Person) -> Reply:
    had = [giver] if giver else await tickets.assignees(desk.tx, ticket.id)
    names = by_name(person.name for person in had) or phrase("nobody")
    to = f"@{escape(receiver.name)}"
    over = fixed("*{ticket} handed over* from {who} to {whom}{why}")
    text = phrase(over, ticket=ticket.name, who=names, whom=to, why=_why(said))
    change, note = phrase("handed over by {who} to {whom}", who=names, whom=to), {"reason": said.text or None}
    warned = await warning(desk, (receiver,))
    async with changing(desk, ticket, "handover", said=change, needs=NEEDS, told=text, note=note):
        for person in had:
            # Who handed it away is not chosen for it again; who lost it to a manager's order may be.
            ended_by = person.id if person is giver else desk.asker.person_id
            await tickets.end_assignments(desk.tx, ticket.id, now=desk.now, by=ended_by, person_id=person.id)
        await assignment.give(desk, ticket, receiver)
        with speaking(await of_ticket(desk, ticket)):
            who = ", ".join(f"@{one.name}" for one in had) or by(desk)
            ticket.assign_reason = say("handed over by {who}", who=who) + (f": {said.text}" if said.text else "")
    await notify.tell_assignee(desk, ticket, receiver)
    return text_reply(f"{text}{warned}", seen_in=None if warned else ticket)


async def _take_back(desk: Desk, ticket: Ticket) -> Reply:
    """`handover CH-1 cancel`.

    Raises:
        UserError: nothing is offered.
    """
    offers = await open_of(desk.tx, verb=VERB.name, ticket_id=ticket.id)
    for offer in sorted(offers, key=lambda one: one.asker_id != desk.asker.person_id):  # one's own before others'
        if offer.asker_id != desk.asker.person_id:
            await desk.check(NEEDS, ticket, doing=say("take back {offer}", offer=offer.name))
        how = phrase("taken back by {who}", who=by(desk))
        return text_reply(await proposals.settle(desk, offer, "denied", how=how, reason="taken back"))
    raise UserError(say("{ticket} is offered to nobody.", ticket=ticket.name))


async def _refuse_second_offer(desk: Desk, ticket: Ticket) -> None:
    for offer in await open_of(desk.tx, verb=VERB.name, ticket_id=ticket.id):
        if offer.asker_id == desk.asker.person_id:
            already = fixed("{offer} offers it to @{whom} already; `handover {ticket} cancel` takes that back.")
            raise UserError(say(already, offer=offer.name, whom=await _receiver_of(desk, offer), ticket=ticket.name))


async def _receiver_of(desk: Desk, offer: Proposal) -> str:
    return escape((await people.get(desk.tx, offer.approver_id)).name) if offer.approver_id else "?"


VERB = Verb(
    name="handover",
    takes=(Slot.TICKET, Slot.HANDOVER),
    summary=fixed("offer a ticket of yours to somebody, who accepts or declines; `cancel` takes the offer back"),
    example="handover CH-1 @bob I am on another incident",
    another="hand over CH-1 to @bob",
    action="hand over",
    act=handover,
    also=("hand over", "pass"),
    german=("übergeben", "übergib"),
    inverse="undo",
    changes=("assignees",),
)
