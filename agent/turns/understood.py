"""What rules have read in a message and know the whole of is done by the commands that it comes to."""

import re
from collections.abc import Sequence
from functools import partial

from agent.commands.run import run_line
from agent.commands.together import Step, one_after_another
from agent.desk import Desk
from agent.reply import Reply
from agent.turns.verdict import Verdict
from storage import tickets
from storage.tickets import Ticket

KEPT = frozenset({"create", "comment"})  # what is made of a report or a remark in any case
_THIS = re.compile(r"(?<=\babout )this\b")


def commands_of(verdict: Verdict) -> tuple[str, ...]:
    """What rules would have done, as command lines, where they know the whole of it and it is more than to keep it."""
    lines = tuple(step.command for step in verdict.steps)
    is_kept = {step.specialist for step in verdict.steps} <= KEPT
    return () if verdict.kind == "unsure" or is_kept or not all(lines) else lines


async def follow(desk: Desk, lines: Sequence[str], own: Ticket | None) -> Reply:
    """Do what rules have read in a message, one thing after the other; what was reported first is what `this` means."""
    steps = [Step(partial(_said_line, line, own_id=own.id if own else None)) for line in lines]
    return await one_after_another(desk, steps) if len(steps) > 1 else await steps[0].run(desk)


async def _said_line(line: str, desk: Desk, *, own_id: int | None) -> Reply:
    own, place = await tickets.get(desk.tx, own_id) if own_id else None, desk.place
    if own is None and place and place.message_ts:
        own = await tickets.by_message(desk.tx, place.channel_id, place.message_ts)  # of a line before this one
        line = _THIS.sub(own.name, line, count=1) if own else line
    return await run_line(desk, line, thread_ticket=own)
