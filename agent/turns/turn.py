"""A turn's life: who works on it, each in order, and one answer; after a crash it goes on from what is stored."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import structlog

from agent.guardrails.outcome import Because
from agent.kit.world import World
from agent.language import of_asked
from agent.questions.answers import is_over
from agent.questions.keep import AnswerNeeded
from agent.specialists import READER
from agent.turns import answer, approved, router
from agent.turns.begin import ASKED
from agent.turns.by_rules import keep_plainly, look_up
from agent.turns.context import Seen, seen
from agent.turns.finish import QUESTION, TOLD, Ended, finish
from agent.turns.keep import Asked, keep, read_again
from agent.turns.loop import LimitError
from agent.turns.progress import offer_stop
from agent.turns.router import Route
from agent.turns.steps import begin_steps, close_step, end_step, is_broken, left_over, run_one, steps_of
from agent.turns.stop import StopAsked, unless_stopped
from agent.turns.unread import LOOKED_UP, PLAIN, failed, without_model
from bot.errors import ModelBusyError, ModelError, TryLater
from bot.llm.faults import said
from bot.llm.provider import NO_VALID_ANSWER
from prompts import about
from prompts.words import ENGLISH, say, speaking
from storage import proposals, turns
from storage.turns import DONE, FAILED, LIVE, QUEUED, RUNNING, STOPPED, WAITING, Turn, TurnStep

LONGEST_WAIT = timedelta(minutes=10)  # for a model that is busy
SOON = 5.0  # seconds until it is asked again
BEFORE_IT = "what it needs was not done"
ROUTED = 0  # the step that the router's answer is stored under
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A turn in hand: the language in which it is answered, whether it has not ended, and whether it waited in vain."""

    turn: Turn
    language: str
    is_live: bool
    is_over: bool


async def run_turn(world: World, turn_id: int) -> None:
    """Work on it until it is answered, waits for somebody, or is stopped."""
    taken = await _take_up(world, turn_id)
    with speaking(taken.language):
        await (_answered(world, taken) if taken.is_live else _try_again(world, taken.turn))


async def _answered(world: World, taken: Taken) -> None:
    turn = taken.turn
    told = frozenset(turn.route.get(TOLD, ()))  # a step that ended and was not told of before a crash is told now
    try:
        async with world.signs.alive(partial(offer_stop, world, turn)), world.limit.of(_seconds(world, turn)):
            ended = await _work(world, taken)
    except StopAsked:
        ended = Ended(state=STOPPED, outcome="stopped")
    except TimeoutError:
        why = say(answer.LATE, seconds=round(_seconds(world, turn)))
        ended = Ended(state=DONE, outcome="answer", why=why, because=Because.LIMIT)
    if ended.outcome == LOOKED_UP:
        await look_up(world, turn, ended.ticket, why=ended.why, shown=ended.shown)
        return
    if ended.outcome == PLAIN:
        await keep_plainly(world, turn, why=ended.why, shown=ended.shown)
        return
    await finish(world, turn, replace(ended, told=told))


async def _try_again(world: World, turn: Turn) -> None:
    """A turn that has ended may still have something that was approved and could not be done the first time."""
    await approved.carry_out(world, turn)
    async with world.finishing():
        return


async def _take_up(world: World, turn_id: int) -> Taken:
    """Take it in hand, unless it has ended."""
    async with world.db.write() as tx:
        turn, desk = await turns.get(tx, turn_id), await world.desk(tx)
        taken = Taken(
            turn=turn,
            language=await of_asked(desk),
            is_live=turn.state in LIVE,
            is_over=await is_over(desk, turn),
        )
        if taken.is_live:
            turn.state, turn.started_at = RUNNING, turn.started_at or world.clock()
            turn.deadline_at = world.clock() + timedelta(seconds=2 * _seconds(world, turn))
    return taken


def _seconds(world: World, turn: Turn) -> float:
    names = {step["specialist"] for step in turn.route.get("steps", ())}
    return max(world.settings.turn_seconds, world.settings.research_seconds if READER in names else 0.0)


async def _work(world: World, taken: Taken) -> Ended:
    """Route it, unless that was done, carry out what was approved, and have the open steps worked on."""
    turn = taken.turn
    if taken.is_over:
        return Ended(state=DONE, outcome=QUESTION)
    if turn.stop_at:  # as it was a moment ago
        raise StopAsked
    if world.model is None:
        return await without_model(world, turn, answer.NO_MODEL, say(answer.NO_MODEL))
    around = await seen(world, turn)
    if not turn.route:
        try:
            route = await _routed(world, turn, around)
        except ModelError as error:
            _wait_for_model(world, turn, error)
            return await without_model(world, turn, str(error), said(error))
        begun = await begin_steps(world, turn, route)
        world.limit.set(_seconds(world, turn))
        return await _worked(world, turn, begun, around)
    with world.limit.held_off():
        carried = await approved.carry_out(world, turn)
    steps = await steps_of(world, turn)
    open_steps = [step for step in steps if step.state == QUEUED]
    if carried.ends_it:
        for step in open_steps:
            await end_step(world, step, state=FAILED, why=BEFORE_IT)
        why = answer.NOT_APPROVED if carried.was_denied else answer.NOT_DONE
        return Ended(state=DONE, outcome="answer", why=say(why) if open_steps else "")
    is_cut = any(map(is_broken, steps))
    return await _worked(world, turn, open_steps, around, is_held=carried.still_open, is_cut=is_cut)


async def _worked(
    world: World,
    turn: Turn,
    open_steps: Sequence[TurnStep],
    around: Seen,
    *,
    is_held: bool = False,
    is_cut: bool = False,
) -> Ended:
    """Each in order; where one fails, or waits for somebody, only those that need nothing of it are begun.

    Args:
        is_held: something waits. is_cut: something has failed, so that what needs it never comes.
    """
    limited, waits, todo = "", None, deque(open_steps)
    known, is_first = {step.number for step in open_steps}, True
    while todo:
        step = todo.popleft()
        if (is_held or is_cut) and _needs(turn, step):
            if is_cut:
                await end_step(world, step, state=FAILED, why=BEFORE_IT)
            continue
        try:
            around = around if is_first else await seen(world, turn)  # the steps before may have changed it
            is_first = False
            found = await run_one(world, turn, step, around)
        except ModelError as error:
            _wait_for_model(world, turn, error)
            await end_step(world, step, state=FAILED, why=str(error))
            return Ended(state=FAILED, outcome="error", why=failed(said(error)))
        except AnswerNeeded:
            return Ended(state=WAITING, outcome=QUESTION)
        except LimitError as limit:
            is_cut, limited = True, say(answer.LIMIT, what=limit.what)
            with speaking(ENGLISH):
                why = str(limit.what)
            waits = await end_step(world, step, state=FAILED, why=why)
            continue
        waits = await close_step(world, step, found)
        is_held, is_cut = is_held or waits, is_cut or is_broken(step)
        if found.is_passed_on:
            todo += [one for one in await steps_of(world, turn) if one.number not in known and one.state == QUEUED]
            known |= {one.number for one in todo}
    if await _waits(world, turn) if waits is None else waits:
        return Ended(state=WAITING, outcome="proposal", why=limited)
    return Ended(state=DONE, outcome="answer", why=limited, because=Because.LIMIT if limited else None)


def _needs(turn: Turn, step: TurnStep) -> bool:
    """Whether it rests on what the steps before it do, as the route has it."""
    parts = turn.route["steps"]
    return step.number > len(parts) or bool(parts[step.number - 1].get("needs", True))


def _wait_for_model(world: World, turn: Turn, error: ModelError) -> None:
    """A model that others keep busy is asked again later, and this worker does something else meanwhile.

    Raises:
        TryLater: it is busy, and neither has the turn waited long nor does the model ask for longer than it would.
    """
    if not isinstance(error, ModelBusyError):
        return
    asks_for = error.after or SOON
    if world.clock() - turn.created_at + timedelta(seconds=asks_for) < LONGEST_WAIT:
        raise TryLater(str(error), after=min(asks_for, SOON)) from error


async def _waits(world: World, turn: Turn) -> bool:
    async with world.db.read() as tx:
        return bool(await proposals.open_of_turn(tx, turn.id))


async def _routed(world: World, turn: Turn, around: Seen) -> Route:
    """Who works on it.

    Raises:
        ModelError: nobody can say.
    """
    if route := await left_over(world, turn):
        return route
    if turn.forced not in {"", ASKED}:
        return router.only(turn.forced, around.request, by="asker")
    assert world.model is not None  # _work() has checked
    heard = around.heard(window=world.settings.servers[0].context_tokens)
    asked = router.question(heard, most=world.settings.turn_steps)
    ask = replace(
        asked.ask,
        person_id=turn.actor_id,
        turn=turn.name,
        is_private=around.is_private,
    )
    started = time.monotonic()
    try:
        if (before := await read_again(world, turn, ask, step=ROUTED, number=1)) is not None:
            assert isinstance(before, Route)  # as `read` of the question makes it
            return router.kept_to(before, heard)
        found = await unless_stopped(world, turn.id, world.model.ask(ask), is_looked=True)
    except ModelError as error:
        if str(error) == NO_VALID_ANSWER:
            return router.only(READER, around.request, by="model", reason=router.UNREADABLE)
        raise
    to = Asked(step=ROUTED, number=1, prompt=about("router").mark, left_out=asked.left_out)
    await keep(world, turn, ask, found, to=to, started=started)
    assert isinstance(found.parsed, Route)  # as `read` of the question makes it
    return router.kept_to(found.parsed, heard)
