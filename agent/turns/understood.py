"""What rules have read in a message and know the whole of is done by the commands that it comes to."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from agent.commands.run import run_line
from agent.commands.together import Step, one_after_another
from agent.desk import Desk
from agent.guardrails.outcome import Because
from agent.kit.deed import do
from agent.kit.rehearsed import WOULD_DO
from agent.proposals.fields import change_of
from agent.reply import Reply, text_reply
from agent.turns.verdict import Verdict
from bot.errors import UserError
from prompts.words import say
from storage import tickets
from storage.parts import part
from storage.tickets import Ticket

KEPT = frozenset({"create", "comment"})  # what is made of a report or a remark in any case
_THIS = re.compile(r"(?<=\babout )this\b")


class _Rehearsed(Exception):  # noqa: N818
    """It was only to be seen what would happen."""


def commands_of(verdict: Verdict) -> tuple[str, ...]:
    """What rules would have done, as command lines, where they know the whole of it and it is more than to keep it."""
    lines = tuple(step.command for step in verdict.steps)
    is_kept = {step.specialist for step in verdict.steps} <= KEPT
    return () if verdict.kind == "unsure" or is_kept or not all(lines) else lines


async def follow(desk: Desk, lines: Sequence[str], own: Ticket | None) -> Reply:
    """Do what rules have read in a message, one thing after the other; what was reported first is what `this` means.

    With CHARGEHAND_DRY_RUN it is told what that would come to, and nothing of it stays.
    """
    if desk.settings.dry_run:
        return await _rehearsed(desk, lines, own)
    steps = [Step(partial(_said_line, line, own_id=own.id if own else None)) for line in lines]
    return await one_after_another(desk, steps) if len(steps) > 1 else await steps[0].run(desk)


async def _said_line(line: str, desk: Desk, *, own_id: int | None) -> Reply:
    line, own = await _meant(line, desk, own_id=own_id)
    return await run_line(desk, line, thread_ticket=own)


async def _meant(line: str, desk: Desk, *, own_id: int | None) -> tuple[str, Ticket | None]:
    """The line, and the ticket that it is about where it names none."""
    own, place = await tickets.get(desk.tx, own_id) if own_id else None, desk.place
    if own is None and place and place.message_ts:
        own = await tickets.by_message(desk.tx, place.channel_id, place.message_ts)  # of a line before this one
        line = _THIS.sub(own.name, line, count=1) if own else line
    return line, own


async def _rehearsed(desk: Desk, lines: Sequence[str], own: Ticket | None) -> Reply:
    """What they would come to, each after those before it: all of it is done and taken back."""
    told = list[str]()
    try:
        async with part(desk.tx):
            for number, line in enumerate(lines, 1):
                at = replace(desk, key=f"{desk.key}:{number}")
                told.append(await _would(at, line, own_id=own.id if own else None))
            raise _Rehearsed
    except _Rehearsed:
        return text_reply("\n".join([say(Because.DRY_RUN.value), *told]), is_private=True)


async def _would(desk: Desk, line: str, *, own_id: int | None) -> str:
    """What one of them would change, or why it could not be done; a question is answered."""
    try:
        async with part(desk.tx):
            line, own = await _meant(line, desk, own_id=own_id)
            would = await do(desk, line, own=own)
    except UserError as refusal:
        return str(refusal)
    if not would.is_done:
        return would.words
    return say(WOULD_DO, what="\n".join(["", *await change_of(desk, would)]))
