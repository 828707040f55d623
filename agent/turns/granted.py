"""The tools of one step: a turn grants them before anybody works, and what it granted is all that there is later."""

from agent.channels.settings import tools_in
from agent.desk import Desk
from agent.kit.grants import Grant, allows, is_open_to, mint
from agent.specialists.specialist import Specialist
from agent.turns.control import is_dry_run
from bot.access import who_may
from prompts.words import ENGLISH, speaking
from storage import pauses
from storage.turns import Turn


async def granted(desk: Desk, turn: Turn, number: int, specialist: Specialist) -> Grant:
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


def rules_for(desk: Desk, specialist: Specialist, grant: Grant) -> str:
    """What its model is told besides: what this person could never do, and that nothing is done at all."""
    missing = [one for one in specialist.tools if not grant.has(one) and not is_open_to(desk.asker, one)]
    with speaking(ENGLISH):
        lines = [f"- {one.name} is not for whoever asks: it is for {who_may(one.permission)}." for one in missing]
    if lines:
        lines.append("- If they ask for that, say who may do it.")
    if grant.is_dry:
        lines.append("- This is a dry run: use the tools as ever; what they would do is told, and nothing is done.")
    return "\n".join(["", *lines]) if lines else ""
