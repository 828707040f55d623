"""What was approved of a turn is carried out, once, as the one who asked, if it still is what was approved."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.desk import Desk
from agent.home import follow
from agent.kit import deed, outside
from agent.kit.bugs import is_bug, logged
from agent.kit.executor import BROKEN
from agent.kit.outside import Prepared
from agent.kit.receipts import keep_receipt
from agent.kit.sending import LATE, Uncertain, in_doubt, send
from agent.kit.world import World
from agent.notices.post import say_where_asked
from agent.proposals import asking, stale
from agent.proposals.deciding import FAILED_TO_DO, TRIED, UNCERTAIN
from agent.proposals.fields import changing, moved
from agent.specialists import TOOLS
from bot.errors import UserError
from bot.messages import Button, Message, escape, moment
from prompts.words import Phrase, fixed, phrase, say
from storage import people, proposals
from storage.parts import part
from storage.proposals import APPROVED, OPEN, REPLACED, Proposal
from storage.receipts import Receipt
from storage.turns import Turn

EXECUTED = "executed"
REFUSED = {"denied", "expired", "withdrawn"}
SO_ALREADY = fixed("it is so already")
MAYBE = fixed("*{proposal}* may have been done. {why} Try again does it only where it is not there.")


@dataclass(frozen=True, kw_only=True)
class Carried:
    """`still_open`: something still waits. `was_denied`: something was refused, is not wanted any more, or nobody
    decided in time. `has_failed`: something was tried, and was not done or may not have been."""

    still_open: bool = False
    was_denied: bool = False
    has_failed: bool = False

    @property
    def ends_it(self) -> bool:
        """Whether what needs it is not begun any more."""
        return self.was_denied or (self.has_failed and not self.still_open)


async def carry_out(world: World, turn: Turn) -> Carried:
    """Do what was approved and is not done yet, each in a transaction of its own."""
    mine = await _of_turn(world, turn)
    wanted = [one for one in mine if one.state == APPROVED and not one.outcome]
    for proposal in wanted:
        await _carry_out(world, turn, proposal.id)
    if wanted:
        mine = await _of_turn(world, turn)
    replaced = {one.replaces for one in mine}
    given_up = [one for one in mine if one.state in REPLACED and one.id not in replaced]
    return Carried(
        still_open=any(one.state == OPEN for one in mine),
        was_denied=bool(given_up) or any(one.state in REFUSED for one in mine),
        has_failed=any(one.state == APPROVED and one.outcome in TRIED for one in mine),
    )


async def _of_turn(world: World, turn: Turn) -> Sequence[Proposal]:
    async with world.db.read() as tx:
        return await proposals.of_turn(tx, turn.id)


async def _carry_out(world: World, turn: Turn, proposal_id: int) -> None:
    key = f"proposal:{proposal_id}:done"
    async with world.reading() as desk:
        stored = (await proposals.get(desk.tx, proposal_id)).arguments
    is_outside = "arguments" in stored
    try:
        await (_send(world, turn, proposal_id, key, stored) if is_outside else _do(world, turn, proposal_id, key))
        return
    except UserError as refused:
        why = refused
    except TimeoutError:
        why = UserError(say(LATE))
    except Exception as error:
        if not is_bug(error):
            raise
        why = UserError(say(BROKEN, reference=logged(turn=turn.name, tool=stored["tool"])))
    why = (await in_doubt(world, key) if is_outside else None) or why
    async with world.writing(key) as desk:
        await _tell(desk, await _failed(desk, await proposals.get(desk.tx, proposal_id), why), key)


async def _do(world: World, turn: Turn, proposal_id: int, key: str) -> None:
    """What changes our own records."""
    async with world.writing(key) as desk:
        proposal = await proposals.get(desk.tx, proposal_id)
        if proposal.outcome or proposal.state != APPROVED:
            return
        if message := await _done(desk, turn, proposal, key):
            await _tell(desk, message, key)


async def _done(desk: Desk, turn: Turn, proposal: Proposal, key: str) -> Message | None:
    """Do it; what is said of that. None: it has changed, and is asked anew."""
    line, tool = proposal.arguments["line"], TOOLS[proposal.arguments["tool"]]
    try:
        would = await deed.try_out(desk, line)
        shown = {name: proposal.before[name] for name in changing(proposal.before, proposal.after)}
        now = dict(proposal.after) | would.before  # a field that it would not change any more is as it was wanted
        if would.is_done and (others := moved(shown, now)):
            asks = await desk.read_out(line)
            await stale.ask_anew(desk, turn, proposal, tool=tool, asks=asks, would=would, moved=others)
            return None
        async with part(desk.tx):
            did = await deed.do(desk, line)
    except UserError as error:
        return await _failed(desk, proposal, error)
    receipt = await keep_receipt(desk, turn, tool=tool.name, key=key, did=did, approver_id=proposal.decided_by)
    return await _told(desk, proposal, receipt, Message(text=did.words, buttons=did.shown.buttons))


async def _send(world: World, turn: Turn, proposal_id: int, key: str, stored: Mapping[str, Any]) -> None:
    """Write on GitHub what was approved: prepared anew, since roles, logins and settings may be others by now, and the
    object too. One whose request is on its way already is only brought to its end.

    Raises:
        UserError: it was not done, or nobody can tell. TimeoutError: GitHub did not answer before it was sent.
    """
    tool = TOOLS[stored["tool"]]
    async with asyncio.timeout(tool.timeout):
        async with world.reading() as desk:
            found = await outside.prepare(desk, tool, stored["arguments"], ticket_id=stored["ticket_id"])
        await outside.check_rights(world, found)
        if await in_doubt(world, key) is None:
            found = await outside.look(world, found)
            if await _has_changed(world, turn, proposal_id, found, key):
                return
    written = await send(world, turn, tool, found.effect, key=key)
    async with world.writing(key) as desk:
        proposal = await proposals.get(desk.tx, proposal_id)
        by = proposal.decided_by
        receipt, did = await outside.keep(desk, turn, found, written, key=key, approver_id=by)
        await _tell(desk, await _told(desk, proposal, receipt, did), key)


async def _has_changed(world: World, turn: Turn, proposal_id: int, found: Prepared, key: str) -> bool:
    """Whether its object is not what was shown any more; then it is asked anew, if there is anything left to do."""
    now, wanted = found.effect.before, found.effect.after
    async with world.writing(key) as desk:
        proposal = await proposals.get(desk.tx, proposal_id)
        others = moved(proposal.before, now)
        if not others:
            return False
        if wanted and not changing(now, wanted) and now.keys() & wanted.keys():
            await stale.give_up(desk, proposal, why=say(SO_ALREADY))
            return True
        would = outside.would(found)
        await stale.ask_anew(desk, turn, proposal, tool=found.tool, asks=found.effect.asks, would=would, moved=others)
    return True


async def _tell(desk: Desk, message: Message, key: str) -> None:
    await say_where_asked(desk, message, key=f"{key}:{desk.now.timestamp()}")
    await follow.touched(desk)


async def _failed(desk: Desk, proposal: Proposal, error: UserError) -> Message:
    desk.record_refusal(error)
    is_uncertain, by, why = isinstance(error, Uncertain), await _by(desk, proposal), str(error)
    proposal.outcome = UNCERTAIN if is_uncertain else FAILED_TO_DO
    if is_uncertain:
        how = phrase("{approved}, but nobody can tell whether it was done", approved=by)
        text = say(MAYBE, proposal=proposal.name, why=why)
    else:
        how = phrase("{approved}, but it could not be done", approved=by)
        text = say("*{proposal}* could not be done: {why}", proposal=proposal.name, why=why)
    await asking.rewrite(desk, proposal, how)
    again = Button(label=say("Try again"), action="approve", value=proposal.name)
    return Message(text=text, buttons=(again, *error.buttons))


async def _told(desk: Desk, proposal: Proposal, receipt: Receipt, did: Message) -> Message:
    proposal.outcome = EXECUTED
    done = phrase("{approved}, and done ({receipt})", approved=await _by(desk, proposal), receipt=receipt.name)
    await asking.rewrite(desk, proposal, done)
    text = await _is_done(desk, proposal, did.text)
    return Message(text=text, buttons=did.buttons, notes=(receipt.name,))


async def _is_done(desk: Desk, proposal: Proposal, what: str) -> str:
    """That it is done; of what somebody else approved also who had asked."""
    if proposal.decided_by in {None, proposal.asker_id}:
        return say("*{proposal}* is done: {what}", proposal=proposal.name, what=what)
    asker = f"@{escape((await people.get(desk.tx, proposal.asker_id)).name)}"
    done = fixed("*{proposal}*, which {asker} asked for, is done, {approved}: {what}")
    return say(done, proposal=proposal.name, asker=asker, approved=await _by(desk, proposal), what=what)


async def _by(desk: Desk, proposal: Proposal) -> Phrase:
    """Who approved it, and when."""
    if proposal.decided_by is None or proposal.decided_at is None:
        return phrase("approved")
    who = escape((await people.get(desk.tx, proposal.decided_by)).name)
    return phrase("approved by {who} {at}", who=f"@{who}", at=moment(proposal.decided_at))
