"""`handover`: a specialist gives what is left of a request to another one, once; code decides whether that may be.

Nobody but a model that may have read other people's words chose who goes on, so whatever the other one would change
waits for approval (agent/kit/decided.py).
"""

from collections.abc import Sequence

from agent.channels.settings import tools_in
from agent.desk import Desk
from agent.kit.use import DONE, REFUSED, Use
from agent.kit.world import World
from agent.specialists import NAMED
from agent.turns.granted import granted
from agent.turns.router import LONGEST_GOAL, open_ones
from bot.llm.checks import wrong
from bot.llm.port import Tool
from storage import turns
from storage.database import tell
from storage.turn_news import ToolUsed
from storage.turns import ToolCall, TurnStep

HANDOVER = "handover"
DESCRIPTION = (
    "Give what is left of the request to another specialist, where it is their work and not yours. Your step ends with"
    " it, so do your own part first. Say nothing besides."
)


def handover(others: Sequence[str]) -> Tool:
    """The tool, for a specialist who may choose from these."""
    fields = {
        "specialist": {"type": "string", "enum": list(others), "description": "who goes on"},
        "why": {
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_GOAL,
            "description": "what of the request is left for them to do, as it was asked",
        },
    }
    schema = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    return Tool(name=HANDOVER, description=DESCRIPTION, schema=schema)


def is_passed_on(used: Sequence[ToolCall]) -> bool:
    """Whether a step that used these has ended with it."""
    return any(row.tool == HANDOVER and row.state == DONE for row in used)


async def pass_on(world: World, uses: Sequence[Use], others: Sequence[str]) -> None:
    """The first of these calls that may be is done: the next step, its grant and the record are one transaction."""
    async with world.db.write() as tx:
        desk = await world.desk(tx)
        for use in uses:
            if not await turns.done_already(tx, use.effect_key):
                row = await _row(desk, use, others)
                tx.add(row)
                await tx.flush()
                tell(tx, ToolUsed(row.state))


async def _row(desk: Desk, use: Use, others: Sequence[str]) -> ToolCall:
    kept, all_steps = await turns.get(desk.tx, use.turn.id), await turns.steps(desk.tx, use.turn.id)
    if problem := await _problem(desk, use, others, steps=len(all_steps)):
        return use.row(REFUSED, f"Not handed over: {problem}", at=desk.now)
    name, number = str(use.call.arguments["specialist"]), all_steps[-1].number + 1
    grant = await granted(desk, kept, number, NAMED[name])
    kept.grants = kept.grants | {str(number): sorted(grant.tools)}
    step = TurnStep(
        workspace_id=kept.workspace_id,
        turn_id=kept.id,
        number=number,
        specialist=name,
        goal=str(use.call.arguments["why"]),
    )
    desk.tx.add(step)
    use.turn.grants = kept.grants
    return use.row(DONE, f"{name} goes on with it.", at=desk.now)


async def _problem(desk: Desk, use: Use, others: Sequence[str], *, steps: int) -> str:
    """Why it may not be, by the roles and the channel as they are now; empty when it may."""
    if found := use.call.problem or "; ".join(
        wrong(dict(use.call.arguments), handover(others).schema, what="arguments")
    ):
        return found
    if is_passed_on(await turns.tool_calls(desk.tx, use.turn.id, use.step)):
        return "that was done once already."
    if steps >= desk.settings.turn_steps:
        return f"{steps} specialists work on this request, which are as many as may."
    level = await tools_in(desk.tx, use.turn.channel_id)
    left = {one.name for one in open_ones(desk.asker, origin=use.turn.origin, level=level)}
    return "" if use.call.arguments["specialist"] in left else "they may do nothing here for who asks."
