"""`approve P-1`: what somebody asked for is done, by the same command as if one had given it oneself."""

from collections.abc import Callable
from functools import partial

from agent.commands.stale import check_version
from agent.commands.undo import listed
from agent.commands.verb import Reply, Said, Slot, Verb, text_reply
from agent.desk import Desk
from agent.proposals import deciding
from agent.proposals import proposal as proposals
from agent.proposals.places import check_pressed
from agent.status_words import words
from agent.tickets.transition import by
from bot.errors import UserError
from bot.messages import Button, Message, moment
from prompts.words import fixed, phrase, say
from storage.proposals import Proposal
from storage.tickets import Ticket
from storage.undo_steps import UndoStep

DRY = fixed(
    "Nothing of the agent's is done here (CHARGEHAND_DRY_RUN), so {proposal} cannot be approved. It still waits."
)


async def approve(desk: Desk, said: Said, *, find: Callable[[str], Verb]) -> Reply:
    """Run the stored command; it may still find that it no longer applies, and then nothing was decided."""
    proposal = said.the_proposal
    await deciding.require_open(desk, proposal)
    await deciding.check_decides(desk, proposal)
    if said.version is None:  # the button that asks again has one, and is for its reader alone
        await check_pressed(desk, proposal)
    if proposal.turn_id:
        return await _of_turn(desk, proposal)
    verb, command = find(proposal.verb), await proposals.command_of(desk, proposal)
    if command.ticket and said.version:
        check_version(command.ticket, said.version)
    others = await deciding.changed_since(
        desk, proposal, command.ticket, version=said.version, fields=set(verb.changes)
    )
    if command.ticket and others:
        return _ask_again(command.ticket, proposal, others)
    done = await verb.act(desk, command)
    text = await proposals.settle(desk, proposal, "approved", how=phrase("approved by {who}", who=by(desk)))
    if done.seen_in is None:
        text += f"\n{done.message.text}"
    return Reply(message=Message(text=text), is_private=done.is_private, settles=True)


async def _of_turn(desk: Desk, proposal: Proposal) -> Reply:
    """What the agent asked for is carried out by its turn, as the one who asked: that job is put with this decision.

    It looks first whether what was shown is still so (agent/proposals/stale.py).

    Raises:
        UserError: nothing of the agent's is done at all.
    """
    if desk.settings.dry_run:
        raise UserError(say(DRY, proposal=proposal.name))
    if proposal.outcome in deciding.TRIED:
        await proposals.try_again(desk, proposal)
        return text_reply(say("{proposal} is tried again.", proposal=proposal.name), is_private=True)
    how = phrase("approved by {who} {at}", who=by(desk), at=moment(desk.now))
    return Reply(message=Message(text=await proposals.settle(desk, proposal, "approved", how=how)), settles=True)


def _ask_again(ticket: Ticket, proposal: Proposal, others: list[UndoStep]) -> Reply:
    text = say(
        "{ticket} has changed since {proposal} was asked: {changes}. It is {status} now. Nothing was done; is it still"
        " to be done?",
        ticket=ticket.name,
        proposal=proposal.name,
        changes=listed(others),
        status=words(ticket.status),
    )
    again = Button(label=say("Approve anyway"), action="approve", value=f"{proposal.name}@{ticket.version}")
    return Reply(message=Message(text=text, buttons=(again,)), is_private=True)


def verb(find: Callable[[str], Verb]) -> Verb:
    """The registry's entry; `find` gives it the verb that a proposal names."""
    return Verb(
        name="approve",
        takes=(Slot.PROPOSAL,),
        summary=fixed("do what somebody asked for"),
        example="approve P-1",
        another="genehmigen P-12",
        action="approve",
        act=partial(approve, find=find),
        also=("accept",),
        german=("genehmigen", "annehmen"),
        no_inverse="what it did is undone like any other change",
    )
