"""One step of a turn: a model is asked, what it asks for is done, until it answers or reaches a limit."""

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from agent.kit.executor import execute
from agent.kit.grants import Grant
from agent.kit.tool import Tool
from agent.kit.use import ASKED, DONE, ERRORS, UNCERTAIN, Use
from agent.kit.world import World
from agent.memory.budget import estimated
from agent.memory.log import within
from agent.questions.ask import ASK, ask_back
from agent.specialists import TOOLS
from agent.specialists.specialist import Specialist
from agent.turns.broken_off import with_note
from agent.turns.checked import Answered, Checked, checked
from agent.turns.grounds import Words
from agent.turns.keep import Asked, keep
from agent.turns.meanwhile import is_news, take_in, that_counts
from agent.turns.passed_on import HANDOVER, handover, is_passed_on, pass_on
from agent.turns.past import Past, each_once, so_far
from agent.turns.stop import unless_stopped
from agent.turns.telling import as_counted
from bot.llm import port
from bot.llm.port import Ask, Call, Message
from prompts.words import Phrase, phrase
from storage import turns
from storage.turns import ModelCall, ToolCall, Turn

AT_ONCE = 4  # reads of one answer
SAME_CALLS = 2  # after so many uses of a tool with the same arguments the step ends
MOST_TOKENS = 2048  # of one answer
AGAIN = "\n(You have asked for exactly this before; this is the same result. Asking once more ends your step.)"

T = TypeVar("T")


def offered(specialist: Specialist, grant: Grant, others: Sequence[str]) -> tuple[port.Tool, ...]:
    """What a model is told that it may use.

    Args:
        others: the specialists to whom it may give the rest.
    """
    granted = tuple(tool.offered for tool in specialist.tools if grant.has(tool))
    return (*granted, ASK, *([handover(others)] if others else [])) if granted else ()


class LimitError(Exception):
    """A step has used up what it may; the phrase says what, to whoever reads it."""

    def __init__(self, what: Phrase) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a step works on."""

    turn: Turn
    step: int
    specialist: Specialist
    grant: Grant
    others: Sequence[str]  # specialists to whom it may give the rest
    system: str
    request: Message
    prompt: str  # name@hash and version of the template
    left_out: Sequence[str]  # of what it could have been told
    words: Words
    room: int  # tokens of one question
    factor: float  # how many tokens the model makes of 3 bytes
    thread_ticket: int | None = None
    is_private: bool = False

    @property
    def tools(self) -> Mapping[str, Tool]:
        return {tool.name: tool for tool in self.specialist.tools if self.grant.has(tool)}


async def run_step(world: World, work: Work) -> Checked:
    """The specialist's answer, held against what it was shown and what was done.

    Raises:
        ModelError: no model answers. LimitError: it used up what it may. StopAsked: somebody stopped the turn.
        AnswerNeeded: the asker has to answer something first.
    """
    while True:
        past = await so_far(world, work.turn, work.step, work.request)
        log, asked = past.log, past.asked
        if past.open_calls:
            await _use(world, work, past)
        elif is_passed_on(past.used):
            return Checked(is_passed_on=True)
        elif asked and not asked[-1].calls and not asked[-1].problem:
            found = await _unless_stopped(world, work, checked(world, _answered(work, asked), log))
            if not found.again:
                return replace(found, text=with_note(found.text, asked[-1].stop))
            await _refuse(world, asked[-1], found.again)
        else:
            _check_calls(world, past, work)
            if is_news(past.said):
                await take_in(world, work.turn, work.step, len(asked) + 1)
            else:
                await _unless_stopped(world, work, _ask(world, work, log, len(asked) + 1))


async def _unless_stopped(world: World, work: Work, piece: Coroutine[Any, Any, T]) -> T:
    """A piece of work that begins right after the log was read, which says whether somebody stopped it."""
    return await unless_stopped(world, work.turn.id, piece, is_looked=True)


def _answered(work: Work, asked: Sequence[ModelCall]) -> Answered:
    return Answered(
        turn=work.turn,
        step=work.step,
        text=asked[-1].text,
        number=len(asked),
        had_writes=any(not tool.is_read for tool in work.tools.values()),
        corrections=[call.problem for call in asked if call.problem],
        is_private=work.is_private,
    )


async def _refuse(world: World, answer: ModelCall, why: str) -> None:
    """Keep what is wrong with an answer: it is the next thing that the model is told."""
    async with world.db.write() as tx:
        row = next(one for one in await turns.model_calls(tx, answer.turn_id, answer.step) if one.id == answer.id)
        row.problem = why


def _check_calls(world: World, past: Past, work: Work) -> None:
    """A step has a limit of its own, and all of a turn together have one."""
    if len(past.asked) >= work.specialist.calls or past.answers >= world.settings.turn_model_calls:
        raise LimitError(phrase("{count} answers of the model", count=past.answers))


async def _ask(world: World, work: Work, log: Sequence[Message], number: int) -> None:
    """Ask, and keep the answer before anything is made of it."""
    assert world.model is not None  # a turn with steps has one
    tools, count = offered(work.specialist, work.grant, work.others), estimated(work.factor)
    limit = work.room - count(work.system) - count(as_counted(tools))
    ask = Ask(
        role="main",
        purpose=work.specialist.name,
        system=work.system,
        messages=within(log, limit=limit, count=count),
        max_tokens=MOST_TOKENS,
        tools=tools,
        deadline=world.settings.call_seconds,
        person_id=work.turn.actor_id,
        turn=work.turn.name,
        is_private=work.is_private,
        patience=port.PATIENCE,
    )
    started = time.monotonic()
    answer = await world.model.ask(ask)
    to = Asked(step=work.step, number=number, prompt=work.prompt, left_out=work.left_out)
    await keep(world, work.turn, ask, answer, to=to, started=started)


async def _use(world: World, work: Work, past: Past) -> None:
    """Reads at once, writes one by one in order; what was asked for before, or twice at once, is done once."""
    number, used = len(past.asked), past.used
    texts = tuple(one["raw"] for one in that_counts(work.turn, past.said))
    work = replace(work, words=replace(work.words, texts=texts))
    if len(used) >= world.settings.turn_tool_calls:
        raise LimitError(phrase("{count} uses of tools", count=len(used)))
    fresh, new = past.open_calls[: world.settings.turn_tool_calls - len(used)], list[Call]()
    for call in fresh:
        same = [row for row in used if (row.tool, row.arguments) == (call.name, dict(call.arguments))]
        before = [row for row in same if row.state != ASKED]  # that was before the asker said what is meant
        before = before or await _done_before(world, work, call)
        if len(same) >= SAME_CALLS:
            raise LimitError(phrase("{tool} with the same arguments again and again", tool=call.name))
        if before and call.name != ASK.name:
            await _repeat(world, work, call, before[0], number=number)
        else:
            new.append(call)
    new = each_once(new, but=ASK.name)
    await _unless_stopped(world, work, _read(world, work, [call for call in new if _is_read(call)], number))
    pseudo = {ASK.name, *([HANDOVER] if work.others else [])}
    for call in new:
        if not _is_read(call) and call.name not in pseudo:
            await unless_stopped(world, work.turn.id, _execute(world, work, call, number=number), is_write=True)
    if over := [_use_of(work, call, number) for call in new if call.name in pseudo - {ASK.name}]:
        await unless_stopped(world, work.turn.id, pass_on(world, over, work.others))
    if back := [_use_of(work, call, number) for call in new if call.name == ASK.name]:

        async def check(words: str) -> Checked:
            return await checked(world, replace(_answered(work, past.asked), text=words), past.log)

        await unless_stopped(world, work.turn.id, ask_back(world, back, check))


async def _done_before(world: World, work: Work, call: Call) -> list[ToolCall]:
    """The very same, by the turn that this one goes on with: what that has done, or may have, is not done again."""
    if work.turn.continues is None or _is_read(call):
        return []
    async with world.db.read() as tx:
        done = [row for row in await turns.tool_calls(tx, work.turn.continues) if row.state in {DONE, UNCERTAIN}]
    return [row for row in done if (row.tool, row.arguments) == (call.name, dict(call.arguments))]


async def _read(world: World, work: Work, calls: Sequence[Call], number: int) -> None:
    together = asyncio.Semaphore(AT_ONCE)

    async def one(call: Call) -> None:
        async with together:
            await _execute(world, work, call, number=number)

    async with asyncio.TaskGroup() as tasks:
        for call in calls:
            tasks.create_task(one(call))


def _is_read(call: Call) -> bool:
    tool = TOOLS.get(call.name)
    return tool is not None and tool.is_read


async def _execute(world: World, work: Work, call: Call, *, number: int) -> ToolCall | None:
    offers = {tool.name: tool for tool in work.specialist.tools}
    return await execute(world, work.grant, _use_of(work, call, number), offers)


def _use_of(work: Work, call: Call, number: int) -> Use:
    return Use(
        turn=work.turn,
        step=work.step,
        model_call=number,
        call=call,
        words=work.words,
        thread_ticket=work.thread_ticket,
    )


async def _repeat(world: World, work: Work, call: Call, before: ToolCall, *, number: int) -> None:
    """The same use again is not made again: the model gets the first result, with a note."""
    state = before.state if before.state in ERRORS else DONE
    row = _use_of(work, call, number).row(state, before.result, at=world.clock())
    row.result += AGAIN
    async with world.db.write() as tx:
        if not await turns.done_already(tx, row.effect_key):
            tx.add(row)
