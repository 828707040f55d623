"""The steps of a turn: stored with their grants before anybody works, each worked on by its specialist, and ended."""

from collections.abc import Sequence

import structlog

from agent.kit.use import CANCELLED, ERRORS, UNCERTAIN
from agent.kit.world import World
from agent.specialists import NAMED, TOOLS
from agent.turns.begin import ASKED
from agent.turns.broken_off import cut_steps, said_so_far
from agent.turns.checked import Checked
from agent.turns.context import Seen, as_of, factor_in, words_of
from agent.turns.granted import granted, rules_for
from agent.turns.loop import Work, offered, run_step
from agent.turns.meanwhile import said_meanwhile, that_counts
from agent.turns.router import LONGEST_GOAL, Part, Route
from agent.turns.telling import room_of, told
from agent.turns.undone import TRIED
from bot.llm.port import user
from prompts import about, render
from storage import live_turns, proposals, questions, receipts, turns
from storage.turns import DONE, FAILED, ToolCall, Turn, TurnStep

UNKNOWN = "what it tried may have happened"  # of a step that is done as far as anybody can tell
log = structlog.get_logger(__name__)


async def begin_steps(world: World, turn: Turn, route: Route) -> list[TurnStep]:
    """Store who works on it, with the tools that each may have, before anybody does."""
    async with world.writing(turn.key) as desk:
        kept = await turns.get(desk.tx, turn.id)
        kept.route = route.stored()
        grants, rows = {}, []
        for number, part in enumerate(route.parts, 1):
            grant = await granted(desk, turn, number, NAMED[part.specialist])
            grants[str(number)] = sorted(grant.tools)
            row = TurnStep(
                workspace_id=turn.workspace_id,
                turn_id=turn.id,
                number=number,
                specialist=part.specialist,
                goal=part.goal or turn.text[:LONGEST_GOAL],
            )
            rows.append(row)
        desk.tx.add_all(rows)
        kept.grants = grants
    turn.route, turn.grants = kept.route, kept.grants
    log.info("turn routed", turn=turn.name, by=route.by, steps=[part.specialist for part in route.parts])
    return rows


async def left_over(world: World, turn: Turn) -> Route | None:
    """What the turn that this one goes on with has not ended, or not in full, in its order; None: it has no such."""
    if turn.continues is None:
        return None
    async with world.db.read() as tx:
        before = await turns.get(tx, turn.continues)
        cut = {step.number for step in await cut_steps(tx, before.id)}
        open_steps = [
            step for step in await turns.steps(tx, before.id) if step.state != turns.DONE or step.number in cut
        ]
    parts = before.route.get("steps", [])
    needs = [parts[step.number - 1].get("needs", True) if step.number <= len(parts) else True for step in open_steps]
    going_on = tuple(
        Part(step.specialist, step.goal, needs=is_needed) for step, is_needed in zip(open_steps, needs, strict=True)
    )
    return Route(parts=going_on, by="asker", reason=f"goes on with {before.name}") if going_on else None


async def run_one(world: World, turn: Turn, step: TurnStep, around: Seen) -> Checked:
    """What its specialist answers; raises as `run_step` does."""
    specialist = NAMED[step.specialist]
    async with world.reading() as desk:
        grant = await granted(desk, turn, step.number, specialist)
        before = await receipts.of_turn(desk.tx, turn.continues) if turn.continues else []
        done = [f"{one.name}: {one.said}" for one in [*before, *await receipts.of_turn(desk.tx, turn.id)]]
        factor = await factor_in(desk, "main")
        news, posed = await live_turns.news(desk.tx, turn.id), await questions.of_turn(desk.tx, turn.id)
        said = await said_meanwhile(desk.tx, turn, news.follow_ups, posed)
        so_far = await said_so_far(desk.tx, turn, step)
        system = render(specialist.prompt) + rules_for(desk, specialist, grant)
    around = as_of(around, that_counts(turn, said, before=step.number))
    others = _others(world, turn, step, around)
    context = await told(
        world,
        around,
        system=system,
        offered=offered(specialist, grant, others),
        goal=step.goal,
        done=done,
        so_far=so_far,
        factor=factor,
    )
    work = Work(
        turn=turn,
        step=step.number,
        specialist=specialist,
        grant=grant,
        others=others,
        system=system,
        request=user(context.text, stable=context.stable),
        left_out=context.left_out,
        prompt=about(specialist.prompt).mark_of(specialist.name),
        words=words_of(around),
        room=room_of(world),
        factor=factor,
        thread_ticket=around.ticket_id,
        is_private=around.is_private,
    )
    return await run_step(world, work)


def _others(world: World, turn: Turn, step: TurnStep, around: Seen) -> tuple[str, ...]:
    """Who could be given the rest of a request: nobody where the asker chose who works, or as many work as may."""
    if turn.forced not in {"", ASKED} or len(turn.grants) >= world.settings.turn_steps:
        return ()
    return tuple(one.name for one in around.open_to if one.name != step.specialist)


async def steps_of(world: World, turn: Turn) -> list[TurnStep]:
    async with world.db.read() as tx:
        return await turns.steps(tx, turn.id)


async def end_step(world: World, step: TurnStep, *, state: str, text: str = "", why: str = "") -> bool:
    """Store how it ended; whether something of the turn waits for somebody's approval then."""
    async with world.db.write() as tx:
        await turns.end_step(tx, step.turn_id, step.number, state=state, text=text, why=why)
        await world.got_on(tx)
        return bool(await proposals.open_of_turn(tx, step.turn_id))


async def close_step(world: World, step: TurnStep, found: Checked) -> bool:
    """Store what its specialist has answered, and how it ended by that; whether something waits then, as `end_step`."""
    async with world.db.read() as tx:
        failed = "" if found.is_passed_on else in_vain(await turns.tool_calls(tx, step.turn_id, step.number))
    step.state, step.why = FAILED if failed == TRIED else DONE, failed or (found.because.name if found.because else "")
    return await end_step(world, step, state=step.state, text=found.text, why=step.why)


def in_vain(uses: Sequence[ToolCall]) -> str:
    """Why what needs a step is not begun after it, by its uses of tools: of all that it tried to change nothing came
    about, or nobody can tell; empty when it may be."""
    states = {use.state for use in uses if use.tool in TOOLS and not TOOLS[use.tool].is_read}
    if not states or states - {*ERRORS, CANCELLED}:
        return ""
    return UNKNOWN if UNCERTAIN in states else TRIED


def is_broken(step: TurnStep) -> bool:
    """Whether what needs it cannot be begun."""
    return step.state == FAILED or step.why == UNKNOWN
