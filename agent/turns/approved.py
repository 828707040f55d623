"""What was approved of a turn is carried out, once, as the one who asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.desk import Desk
from agent.github.repositories import as_told
from agent.github.rights import may_write
from agent.kit import deed, outside
from agent.kit.receipts import keep_receipt
from agent.kit.world import World
from agent.notices.post import say_where_asked
from agent.proposals.deciding import FAILED_TO_DO
from agent.specialists import TOOLS
from bot.errors import UserError
from bot.messages import Button, Message
from prompts.words import say
from storage import proposals
from storage.parts import part
from storage.proposals import Proposal
from storage.receipts import Receipt
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
    async with world.reading() as desk:
        stored = (await proposals.get(desk.tx, proposal_id)).arguments
    if "arguments" in stored:
        await _send(world, turn, proposal_id, key, stored)
        return
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
        return _failed(desk, proposal, error)
    tool = proposal.arguments["tool"]
    receipt = await keep_receipt(desk, turn, tool=tool, key=key, did=did, approver_id=proposal.decided_by)
    return _told(proposal, receipt, Message(text=did.words, buttons=did.shown.buttons))


async def _send(world: World, turn: Turn, proposal_id: int, key: str, stored: Mapping[str, Any]) -> None:
    """Write on GitHub what was approved: prepared anew, since roles, logins and settings may be others by now."""
    tool = TOOLS[stored["tool"]]
    try:
        async with world.reading() as desk:
            found = await outside.prepare(desk, tool, stored["arguments"], ticket_id=stored["ticket_id"])
        await may_write(world.github.for_a_person(), as_told(found.repository), found.login)
        written = await outside.send(world, turn, found, key=key)
    except UserError as error:
        async with world.writing(key) as desk:
            message = _failed(desk, await proposals.get(desk.tx, proposal_id), error)
            await say_where_asked(desk, message, key=f"{key}:{desk.now.timestamp()}")
        return
    async with world.writing(key) as desk:
        proposal = await proposals.get(desk.tx, proposal_id)
        by = proposal.decided_by
        receipt, did = await outside.keep(desk, turn, found, written, key=key, approver_id=by)
        await say_where_asked(desk, _told(proposal, receipt, did), key=f"{key}:{desk.now.timestamp()}")


def _failed(desk: Desk, proposal: Proposal, error: UserError) -> Message:
    desk.record_refusal(error)
    proposal.outcome = FAILED_TO_DO
    text = say("*{proposal}* could not be done: {why}", proposal=proposal.name, why=str(error))
    again = Button(label=say("Try again"), action="approve", value=proposal.name)
    return Message(text=text, buttons=(again, *error.buttons))


def _told(proposal: Proposal, receipt: Receipt, did: Message) -> Message:
    proposal.outcome = EXECUTED
    text = say("*{proposal}* is done: {what}", proposal=proposal.name, what=did.text)
    return Message(text=text, buttons=did.buttons, notes=(receipt.name,))
