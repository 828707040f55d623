"""The steps of a turn: stored with their grants before anybody works, each worked on by its specialist, and ended."""

import structlog

from agent.channels.settings import tools_in
from agent.desk import Desk
from agent.kit.grants import Grant, allows, is_open_to, mint
from agent.kit.world import World
from agent.specialists import NAMED
from agent.specialists.specialist import Specialist
from agent.turns.checked import Checked
from agent.turns.context import Seen, factor_in, told, words_of
from agent.turns.control import is_dry_run
from agent.turns.loop import Work, offered, run_step
from agent.turns.router import LONGEST_GOAL, Route
from bot.access import who_may
from prompts import about, render
from prompts.words import ENGLISH, speaking
from storage import pauses, proposals, receipts, turns
from storage.turns import Turn, TurnStep

log = structlog.get_logger(__name__)


async def begin_steps(world: World, turn: Turn, route: Route) -> list[TurnStep]:
    """Store who works on it, with the tools that each may have, before anybody does."""
    async with world.writing(turn.key) as desk:
        kept = await turns.get(desk.tx, turn.id)
        kept.route = route.stored()
        grants, rows = {}, []
        for number, part in enumerate(route.parts, 1):
            grant = await _granted(desk, turn, number, NAMED[part.specialist])
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


async def _granted(desk: Desk, turn: Turn, number: int, specialist: Specialist) -> Grant:
    """The tools of a step: its specialist's, as far as this person may use them, and those of them that the channel has
    now; only what was granted at first, and none while all models are paused."""
    only = turn.grants.get(str(number)) if turn.grants else None
    level, pause = await tools_in(desk.tx, turn.channel_id), await pauses.current(desk.tx)
    return mint(
        turn_id=turn.id,
        step=number,
        origin=turn.origin,
        actor=desk.asker,
        tools=[tool for tool in specialist.tools if allows(level, tool) and not pause],
        only=only,
        is_dry=desk.settings.dry_run or is_dry_run(turn.text),
    )


def _rules_for(desk: Desk, specialist: Specialist, grant: Grant) -> str:
    """What its model is told besides: what this person could never do, and that nothing is done at all."""
    missing = [one for one in specialist.tools if not grant.has(one) and not is_open_to(desk.asker, one)]
    with speaking(ENGLISH):
        lines = [f"- {one.name} is not for whoever asks: it is for {who_may(one.permission)}." for one in missing]
    if lines:
        lines.append("- If they ask for that, say who may do it.")
    if grant.is_dry:
        lines.append("- This is a dry run: use the tools as ever; what they would do is told, and nothing is done.")
    return "\n".join(["", *lines]) if lines else ""


async def run_one(world: World, turn: Turn, step: TurnStep, around: Seen) -> Checked:
    """What its specialist answers; raises as `run_step` does."""
    specialist = NAMED[step.specialist]
    async with world.reading() as desk:
        grant = await _granted(desk, turn, step.number, specialist)
        before = await receipts.of_turn(desk.tx, turn.continues) if turn.continues else []
        done = [f"{one.name}: {one.said}" for one in [*before, *await receipts.of_turn(desk.tx, turn.id)]]
        factor = await factor_in(desk)
        system = render(specialist.prompt) + _rules_for(desk, specialist, grant)
    context = await told(
        world,
        turn,
        around,
        system=system,
        offered=offered(specialist, grant),
        goal=step.goal,
        done=done,
        factor=factor,
    )
    work = Work(
        turn=turn,
        step=step.number,
        specialist=specialist,
        grant=grant,
        system=system,
        request=context.text,
        prompt=f"{specialist.name}@{about(specialist.prompt).hash}",
        words=words_of(around),
        thread_ticket=around.ticket_id,
        is_private=around.is_private,
    )
    return await run_step(world, work)


async def steps_of(world: World, turn: Turn) -> list[TurnStep]:
    async with world.db.read() as tx:
        return await turns.steps(tx, turn.id)


async def end_step(world: World, step: TurnStep, *, state: str, text: str = "", why: str = "") -> bool:
    """Store how it ended; whether something of the turn waits for somebody's approval then."""
    async with world.db.write() as tx:
        await turns.end_step(tx, step.turn_id, step.number, state=state, text=text, why=why)
        await world.got_on(tx)
        return bool(await proposals.open_of_turn(tx, step.turn_id))
