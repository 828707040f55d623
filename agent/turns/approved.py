"""What was approved of a turn is carried out, once, as the one who asked."""

from dataclasses import dataclass

from agent.desk import Desk
from agent.kit import deed
from agent.kit.receipts import keep_receipt
from agent.kit.world import World
from agent.notices.post import say_where_asked
from agent.proposals.deciding import FAILED_TO_DO
from bot.errors import UserError
from bot.messages import Button, Message
from prompts.words import say
from storage import proposals
from storage.parts import part
from storage.proposals import Proposal
from storage.turns import Turn

EXECUTED = "executed"


@dataclass(frozen=True, kw_only=True)
class Carried:
    """`still_open`: something still waits. `was_denied`: something was refused, or nobody decided in time."""

    still_open: bool = False
    was_denied: bool = False


async def carry_out(world: World, turn: Turn) -> Carried:
    """Do what was approved and is not done yet, each in a transaction of its own."""
    async with world.db.read() as tx:
        mine = await proposals.of_turn(tx, turn.id)
    for proposal in mine:
        if proposal.state == proposals.APPROVED and not proposal.outcome:
            await _carry_out(world, turn, proposal.id)
    return Carried(
        still_open=any(one.state == proposals.OPEN for one in mine),
        was_denied=any(one.state in {"denied", "expired", "withdrawn"} for one in mine),
    )


async def _carry_out(world: World, turn: Turn, proposal_id: int) -> None:
    key = f"proposal:{proposal_id}:done"
    async with world.writing(key) as desk:
        proposal = await proposals.get(desk.tx, proposal_id)
        if proposal.outcome:
            return
        message = await _done(desk, turn, proposal, key)
        await say_where_asked(desk, message, key=f"{key}:{desk.now.timestamp()}")


async def _done(desk: Desk, turn: Turn, proposal: Proposal, key: str) -> Message:
    """Do it; what is said of that."""
    try:
        async with part(desk.tx):
            did = await deed.do(desk, proposal.arguments["line"])
    except UserError as error:
        desk.record_refusal(error)
        proposal.outcome = FAILED_TO_DO
        text = say("*{proposal}* could not be done: {why}", proposal=proposal.name, why=str(error))
        again = Button(label=say("Try again"), action="approve", value=proposal.name)
        return Message(text=text, buttons=(again, *error.buttons))
    proposal.outcome = EXECUTED
    tool = proposal.arguments["tool"]
    receipt = await keep_receipt(desk, turn, tool=tool, key=key, did=did, approver_id=proposal.decided_by)
    text = say("*{proposal}* is done: {what}", proposal=proposal.name, what=did.words)
    return Message(text=text, buttons=did.shown.buttons, notes=(receipt.name,))
