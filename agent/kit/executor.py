"""The one place where what a model asks for is done: known, granted, valid, permitted, then carried out and proven."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from agent.desk import Desk
from agent.kit import deed, outside
from agent.kit.arguments import completed
from agent.kit.bugs import is_bug, logged
from agent.kit.decided import decide
from agent.kit.deed import Deed
from agent.kit.doing import doing
from agent.kit.grants import Grant, check_open_to, check_still
from agent.kit.lookalikes import CREATE, CREATES, choice, instead
from agent.kit.own_words import with_own_words
from agent.kit.receipts import done_by
from agent.kit.rehearsed import is_rehearsal, only_told
from agent.kit.sending import Uncertain, in_doubt
from agent.kit.tool import Tool
from agent.kit.use import ASKED, DONE, FAILED, PROPOSED, REFUSED, UNCERTAIN, Use
from agent.kit.world import Scope, World
from agent.proposals.of_turns import propose_for
from agent.questions.keep import asked_instead
from bot.errors import Refused, UserError
from bot.llm.checks import wrong
from bot.messages import Message, plain
from prompts.words import fixed, say
from storage import turns
from storage.database import tell
from storage.parts import part
from storage.turn_news import ToolUsed
from storage.turns import ToolCall

BROKEN = fixed("Something went wrong on my side, and this was not done. An admin finds it in the log as `{reference}`.")
log = structlog.get_logger(__name__)


async def execute(world: World, grant: Grant, use: Use, tools: dict[str, Tool]) -> ToolCall | None:
    """Do it, or say why not: whatever goes wrong is told to the model as a result, and stored.

    None: it waits for what its asker answers, and is tried again then.
    """
    started = time.monotonic()
    tool = tools.get(use.call.name)
    if tool is None or not tool.is_read:  # of a read only the first result is kept
        async with world.db.read() as tx:
            if known := await turns.done_already(tx, use.effect_key):
                return known
    if problem := _problem(grant, use, tool, longest=world.settings.argument_bytes):
        log.info("tool not used", turn=use.turn.name, tool=use.call.name, why=problem)
        if tool is not None and not grant.has(tool):
            return await _not_granted(world, tool, use, problem)
        return await _store(world, use.row(REFUSED, problem, at=world.clock()), not_granted=tool is None)
    assert tool is not None  # else there was a problem
    world.signs.now(doing(tool.name, use.call.arguments, use.words))
    done = await _done(world, grant, tool, use)
    state = done.state if done else ASKED
    log.info("tool used", turn=use.turn.name, tool=tool.name, state=state, seconds=time.monotonic() - started)
    return done


def _problem(grant: Grant, use: Use, tool: Tool | None, *, longest: int) -> str:
    """Why it cannot be used at all; empty when it can.

    Args:
        longest: bytes of one argument.
    """
    call = use.call
    if grant.turn_id != use.turn.id or grant.step != use.step:
        return "that grant is of another step"
    if tool is None or not grant.has(tool):
        known = ", ".join(sorted(grant.tools)) or "none"
        return f"there is no tool {call.name} here; there are: {known}"
    if call.problem:
        return f"arguments cannot be used: {call.problem}"
    long = [name for name, value in call.arguments.items() if len(str(value).encode()) > longest]
    if long:
        return f"arguments are too long (at most {longest} bytes): {', '.join(long)}"
    return "; ".join(wrong(dict(call.arguments), tool.schema, what="arguments")[:5])


async def _not_granted(world: World, tool: Tool, use: Use, problem: str) -> ToolCall:
    """One that the specialist has and this person has not: who may is said, and it goes on record like any refusal."""
    async with world.writing(use.effect_key) as desk:
        row = use.row(REFUSED, problem, at=desk.now)
        try:
            check_open_to(desk.asker, tool)
        except Refused as refusal:
            desk.record_refusal(refusal)
            row = use.row(REFUSED, f"{problem}. {plain(str(refusal))}", at=desk.now, shown=_shown(refusal))
    return await _store(world, row, not_granted=True)


async def _done(world: World, grant: Grant, tool: Tool, use: Use) -> ToolCall | None:
    """What came of it, whatever goes wrong."""
    try:
        if tool.is_outside:
            return await outside.write(world, grant, tool, use)  # it limits its own parts
        async with asyncio.timeout(tool.timeout):
            return await (_read(world, grant, tool, use) if tool.is_read else _write(world, grant, tool, use))
    except UserError as error:
        return await _asked_or_failed(world, use, error)
    except TimeoutError:
        text = f"no answer within {tool.timeout:g} s; nothing was done"
        return await _store(world, use.row(FAILED, text, at=world.clock()))
    except Exception as error:
        if not is_bug(error):
            raise
        return await _broken(world, tool, use)


async def _read(world: World, grant: Grant, tool: Tool, use: Use) -> ToolCall:
    """What it finds, for whoever may still have it looked up."""
    async with world.reading() as desk:
        await check_still(desk, grant, tool)
    scope = Scope(world=world, thread_ticket=use.thread_ticket, asked=use.asked)
    found = await tool.read(scope, use.call.arguments)
    return await _store(world, use.row(DONE, found, at=world.clock()))


async def _broken(world: World, tool: Tool, use: Use) -> ToolCall:
    """A bug of ours ends this use and not the request, which goes on without it; a write is not made again."""
    name = logged(turn=use.turn.name, tool=tool.name)
    if tool.is_read:
        text = f"internal error {name}: this could not be looked up; go on without it, and say that it is missing"
        return await _store(world, use.row(FAILED, text, at=world.clock()))
    if tool.is_outside and (doubt := await in_doubt(world, use.effect_key)):
        return await _store(world, _failed(use, doubt, at=world.clock()))
    text = f"internal error {name}: this was not done; do not try it another way, and say that it was not done"
    shown = _shown(UserError(say(BROKEN, reference=name)))
    return await _store(world, use.row(FAILED, text, at=world.clock(), shown=shown))


async def _write(world: World, grant: Grant, tool: Tool, use: Use) -> ToolCall | None:
    """The effect, its receipt and the record of the use are one transaction."""
    async with world.writing(use.effect_key) as desk:
        if known := await turns.done_already(desk.tx, use.effect_key):
            return known
        await check_still(desk, grant, tool)
        try:
            async with part(desk.tx):
                row = await _carried_out(desk, grant, tool, use)
        except UserError as error:
            desk.record_refusal(error)
            row = await asked_instead(desk.tx, use, error, now=desk.now) or _failed(use, error, at=desk.now)
        if row is not None:
            desk.tx.add(row)
            await desk.tx.flush()
            tell(desk.tx, ToolUsed(row.state))
    return row


async def _carried_out(desk: Desk, grant: Grant, tool: Tool, use: Use) -> ToolCall | None:
    """What the policy makes of it, once it is clear what it would do; None while the asker has to choose."""
    is_dry, this = is_rehearsal(desk, grant), use.words.ticket
    given = await completed(desk, tool, use.call.arguments, me=desk.asker.slack_id, this=this)
    if tool.name in CREATES and not is_dry and (chosen := await choice(desk, tool, use)) != CREATE:
        return await instead(desk, use, chosen)
    line, would = await try_out(desk, tool, given, said=use.words.texts)
    if is_dry:
        return await (only_told(desk, use, would) if would.is_done else done_by(desk, use, would, tool=tool.name))
    found = await decide(desk, tool, use, would)
    if found.verdict == "proposal" and would.is_done:
        stored, asks = {"line": line, "tool": tool.name, "given": given}, await desk.read_out(line)
        proposal = await propose_for(
            desk, use.turn, tool=tool, arguments=stored, asks=asks, would=would, ungrounded=found.ungrounded
        )
        text = f"{proposal.name} waits for approval. Nothing has been done yet; do not try it another way."
        return use.row(PROPOSED, text, at=desk.now, proposal_id=proposal.id)
    return await done_by(desk, use, await deed.do(desk, line), tool=tool.name)


async def try_out(desk: Desk, tool: Tool, given: Mapping[str, Any], *, said: Sequence[str] = ()) -> tuple[str, Deed]:
    """The line of a write, and what it would do: nothing of it stays.

    Args:
        said: the asker's own words, which a report keeps.

    Raises:
        UserError: it could not be done, or not by this person.
    """
    line = with_own_words(tool.line(given), tool=tool.name, said=said)
    return line, await deed.try_out(desk, line)


async def _asked_or_failed(world: World, use: Use, error: UserError) -> ToolCall:
    """What is not clear is asked, as far as it may be; all else is told to the model."""
    async with world.db.write() as tx:
        if known := await turns.done_already(tx, use.effect_key):
            return known
        row = await asked_instead(tx, use, error, now=world.clock()) or _failed(use, error, at=world.clock())
        tx.add(row)
        await tx.flush()
        tell(tx, ToolUsed(row.state))
    return row


def _failed(use: Use, error: UserError, *, at: datetime) -> ToolCall:
    state = UNCERTAIN if isinstance(error, Uncertain) else FAILED
    return use.row(state, plain(str(error)), at=at, shown=_shown(error))


async def _store(world: World, row: ToolCall, *, not_granted: bool = False) -> ToolCall:
    async with world.db.write() as tx:
        if known := await turns.done_already(tx, row.effect_key):
            return known
        tx.add(row)
        await tx.flush()
        tell(tx, ToolUsed(row.state, not_granted=not_granted))
    return row


def _shown(error: UserError) -> dict[str, Any]:
    return Message(text=str(error), buttons=error.buttons).model_dump(mode="json")
