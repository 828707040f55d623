"""How a turn ends: its one answer and the end of its job are one transaction."""

import hashlib
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC

from agent.calendar.whose import calendar_of_person
from agent.desk import Desk
from agent.guardrails.outcome import Because
from agent.guardrails.parts import Parts
from agent.kit.use import UNCERTAIN
from agent.kit.world import World
from agent.memory import extend
from agent.notices import notify
from agent.notices.post import attach_where_asked
from agent.proposals import deciding
from agent.proposals.of_turns import withdraw_all
from agent.questions.answers import close
from agent.questions.shown import pose
from agent.specialists import NAMED, TOOLS
from agent.turns import answer, texts, undone
from agent.turns.answer import NO_MODEL, Told
from agent.turns.handed_on import hand_on
from agent.turns.linked import addresses_in
from agent.turns.progress import take_away
from agent.turns.shown import answer_key
from bot.messages import TextFile, escape
from prompts.words import fixed, say
from storage import outbox, people, proposals, receipts, turn_pages, turns
from storage.database import Tx, tell
from storage.turn_news import TurnEnded
from storage.turns import DONE, FAILED, STOPPED, WAITING, ToolCall, Turn

TOLD = "told"  # in a turn's route: the numbers of its steps that were told of when it began to wait
QUESTION = "question"  # the outcome of a turn that waits for its asker, and of one that waited in vain
OFF = fixed("no language model is set up: ANTHROPIC_API_KEY or CHARGEHAND_LLM_CHAIN turns it on")
MENTION = re.compile(r"<@([UW][A-Z0-9]+)")


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How the work on a turn ended this time.

    Attributes:
        told: the numbers of its steps that were told of before.
        shown: `why`, as who asked reads it, where rules do what is done; ticket: the one that they show.
    """

    state: str
    outcome: str
    why: str = ""
    because: Because | None = None
    told: frozenset[int] = frozenset()
    shown: str = ""
    ticket: str = ""


async def finish(world: World, turn: Turn, ended: Ended) -> None:
    """Answer, and end the job, in one transaction."""
    async with world.finishing() as tx:
        desk = await world.desk(tx)
        kept = await turns.get(tx, turn.id)
        told = await _told(desk, kept, ended)
        if told.is_news or not (ended.told or ended.outcome == QUESTION):
            await send(desk, kept, answer.compose(told))
        if ended.state == WAITING:
            ended_steps = [one.number for one in await turns.steps(tx, kept.id) if one.state in {DONE, FAILED}]
            kept.route = kept.route | {TOLD: ended_steps}
        await (pose(desk, kept) if ended.state == WAITING else close(desk, kept))
        await take_away(desk, kept)
        await hand_on(desk, kept, is_stopped=ended.state == STOPPED)
        await _end(world, tx, kept, ended)
        await _sum_up(desk, kept)
        desk.audit("answer", "turn", kept.id, before={}, after={"outcome": ended.outcome, "state": ended.state})


async def send(desk: Desk, turn: Turn, sent: Parts, *, is_private: bool = False) -> None:
    """Where it was asked; what was checked as a whole may then be written piece by piece (CHARGEHAND_STREAMING)."""
    at = replace(desk, key=f"{answer_key(turn)}:{desk.key}")
    for number, message in enumerate(sent.messages):
        name = f"{notify.ANSWER}{number or ''}"
        await notify.answer(at, message, is_private=is_private, name=name)
        if desk.settings.streaming:
            await outbox.let_grow(desk.tx, f"{at.key}:{name}")
    if sent.file:
        digest = hashlib.sha256(at.key.encode()).hexdigest()[:6]
        file = TextFile(name=f"{turn.name}-{digest}.txt", text=sent.file)
        await attach_where_asked(desk, file, key=f"{at.key}:file")


async def _end(world: World, tx: Tx, turn: Turn, ended: Ended) -> None:
    turn.state, turn.outcome = ended.state, ended.outcome
    if ended.state != WAITING:
        turn.ended_at = world.clock()
        await texts.cut_down(tx, turn, "none" if texts.is_deleted(turn) else world.settings.trace_text)
        tell(tx, TurnEnded(ended.outcome))


async def _told(desk: Desk, turn: Turn, ended: Ended) -> Told:
    """What is told now: the steps since the last answer, and what they did."""
    steps = [step for step in await turns.steps(desk.tx, turn.id) if step.number not in ended.told]
    if ended.state == WAITING and ended.outcome == QUESTION:  # the step that asks is told of when it has ended
        steps = [step for step in steps if step.state in {DONE, FAILED}]
    numbers, why, because = {step.number for step in steps}, ended.why, ended.because
    calls = await turns.tool_calls(desk.tx, turn.id)
    uses = [use for use in calls if use.step in numbers and _is_write(use.tool)]
    names = await people.names(desk.tx, desk.workspace_id)
    if ended.state == STOPPED and turn.stopped_by:
        who = await people.get(desk.tx, turn.stopped_by)
        why, because = say(answer.STOPPED, who=f"@{escape(who.name)}"), Because.STOPPED
        await withdraw_all(desk, turn, who)
    is_waiting = ended.state != STOPPED and bool(await proposals.open_of_turn(desk.tx, turn.id))
    left = await undone.left_of(desk, turn, names, state=ended.state, told=ended.told)
    if ended.state == STOPPED:
        steps = [step for step in steps if step.state == DONE]
    return Told(
        turn=turn,
        settings=desk.settings,
        steps=steps,
        uses=uses,
        receipts={one.id: one for one in await receipts.of_turn(desk.tx, turn.id)},
        is_waiting=is_waiting,
        is_uncertain=await _is_uncertain(desk, turn, uses),
        why=why,
        left=left,
        because=because,
        has_writes=any(NAMED[step.specialist].has_writes for step in steps),
        names=names,
        mentions=set(MENTION.findall(turn.text)),
        objects=await addresses_in(desk, turn, [step.text for step in steps], calls),
        off=say(OFF) if turn.note == NO_MODEL else "",  # it was not understood
    )


async def _is_uncertain(desk: Desk, turn: Turn, uses: Sequence[ToolCall]) -> bool:
    """Whether one of these uses, or what was approved, may have happened."""
    asked = await proposals.of_turn(desk.tx, turn.id)
    return any(use.state == UNCERTAIN for use in uses) or any(one.outcome == deciding.UNCERTAIN for one in asked)


async def has_heard(desk: Desk, turn: Turn) -> bool:
    """Whether an answer of their day has told the asker already that there is no model."""
    theirs = await calendar_of_person(desk.tx, desk.settings, turn.actor_id)
    today = desk.now.astimezone(theirs.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return await turn_pages.is_noted_since(desk.tx, turn, NO_MODEL, today.astimezone(UTC))


def _is_write(name: str) -> bool:
    return name in TOOLS and not TOOLS[name].is_read


async def answer_plainly(world: World, turn: Turn, act: Callable[[Desk, Turn], Awaitable[None]], *, why: str) -> None:
    """No model answers: what is done without one, which is stored as the turn's outcome.

    Args:
        act: does it, and tells of it.
        why: no model read it, in English.
    """
    async with world.finishing() as tx:
        desk = await world.desk(tx)
        kept = await turns.get(tx, turn.id)
        await close(desk, kept)
        await take_away(desk, kept)
        await act(desk, kept)
        kept.note = why
        await hand_on(desk, kept, is_stopped=False)
        await _end(world, tx, kept, Ended(state=DONE, outcome=kept.outcome or "answer"))
        await _sum_up(desk, kept)


async def _sum_up(desk: Desk, turn: Turn) -> None:
    """Whatever is asked next in a long thread finds its summary."""
    await extend.ask_for(desk, turn.channel_id, turn.thread_ts or "", is_private=turn.is_private)
