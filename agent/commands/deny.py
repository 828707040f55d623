"""`deny P-1 <reason>`: what somebody asked for is not done, and they hear why; who asked takes it back by it."""

from agent.commands.verb import Reply, Said, Slot, Verb
from agent.desk import Desk
from agent.proposals import deciding
from agent.proposals import proposal as proposals
from agent.proposals.places import check_pressed
from agent.tickets.transition import by
from bot.messages import Message, escape, moment
from prompts.words import Phrase, fixed, phrase


async def deny(desk: Desk, said: Said) -> Reply:
    proposal = said.the_proposal
    await deciding.require_open(desk, proposal)
    if desk.asker.person_id != proposal.asker_id:
        await deciding.check_decides(desk, proposal)
    await check_pressed(desk, proposal)
    who: Phrase = by(desk)
    if proposal.turn_id:
        who = phrase("{who} {at}", who=who, at=moment(desk.now))
    how = phrase("denied by {who}: {why}", who=who, why=escape(said.text))
    text = await proposals.settle(desk, proposal, "denied", how=how, reason=said.text)
    return Reply(message=Message(text=text), settles=True)


VERB = Verb(
    name="deny",
    takes=(Slot.PROPOSAL, Slot.REASON),
    summary=fixed("refuse what somebody asked for, and say why; or take back what you asked for"),
    example="deny P-1 it is not a duplicate",
    another="verweigern P-12 bin im Urlaub",
    action="approve",
    act=deny,
    also=("decline",),
    german=("verweigern",),
    no_inverse="it can be asked for again",
)
