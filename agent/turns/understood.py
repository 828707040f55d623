"""What rules have read in a message and know the whole of is done by the commands that it comes to."""

from collections.abc import Sequence
from dataclasses import replace

from agent.desk import Desk
from agent.github.referred import ticket_meant
from agent.guardrails.outcome import Because
from agent.kit.deed import do
from agent.kit.rehearsed import WOULD_DO
from agent.proposals.fields import change_of
from agent.reply import Reply, text_reply
from agent.specialists import READER
from agent.turns.begin import paused, refuse_closed, still
from agent.turns.by_rules import KEPT, Ruled, work
from agent.turns.finish import OFF
from agent.turns.meant import meant
from agent.turns.resting import rests_until
from agent.turns.router import LONGEST_GOAL
from agent.turns.verdict import Step, Verdict
from bot.errors import UserError
from bot.events import Place
from prompts.words import say
from storage import pauses
from storage.parts import part
from storage.tickets import Ticket


class _Rehearsed(Exception):  # noqa: N818
    """It was only to be seen what would happen."""


def steps_of(verdict: Verdict) -> tuple[Step, ...]:
    """What rules would have done, as steps with a command line each, where they know the whole of it and it is more
    than to keep it."""
    is_kept = {step.specialist for step in verdict.steps} <= KEPT
    is_known = verdict.kind != "unsure" and all(step.command for step in verdict.steps)
    return verdict.steps if is_known and not is_kept else ()


async def follow(desk: Desk, text: str, ruled: Ruled, own: Ticket | None) -> Reply:
    """Do what rules have read in a message, one thing after the other; what was reported first is what `this` means.

    With CHARGEHAND_DRY_RUN it is told what that would come to, and nothing of it stays. What was said long ago, and
    would change something, is asked about.
    """
    if desk.is_late and not {step.specialist for step in ruled.steps} <= {READER, *KEPT}:
        return await still(desk, text, line=_still_as(desk, text, ruled.steps))
    if desk.settings.dry_run:
        return await _rehearsed(desk, [step.command for step in ruled.steps], own)
    return await work(desk, text, ruled, own)


def _still_as(desk: Desk, text: str, steps: Sequence[Step]) -> str:
    """The lines, one for each step, or words for the agent where a line means what another has reported before it."""
    if KEPT.isdisjoint(step.specialist for step in steps):
        return "\n".join(step.command for step in steps)
    return f"ask {text}" if desk.settings.servers else ""


async def can_begin(desk: Desk, place: Place) -> bool:
    """Whether a model may read what is only told, here and now; else it is kept as it is."""
    if not desk.settings.servers or desk.is_late or await pauses.current(desk.tx):
        return False
    try:
        await refuse_closed(desk, place)
        return await rests_until(desk, place) is None
    except UserError:
        return False


async def show_unread(desk: Desk, text: str, verdict: Verdict, own: Ticket | None) -> Reply | None:
    """The ticket that a request names, while no model may read it; None: one may, or there is nothing to show."""
    pause = await pauses.current(desk.tx) if desk.settings.servers else None
    if desk.settings.servers and (pause is None or verdict.is_order):
        return None
    if not (name := await ticket_meant(desk, text)):
        return None
    steps = (Step(READER, text[:LONGEST_GOAL], f"show {name}"),)
    off = paused(pause) if pause else say(OFF)
    note = "the agent is paused" if pause else ""
    return await follow(desk, text, Ruled(steps=steps, reasons=verdict.reasons, off=off, note=note), own)


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
            line, own = await meant(desk, line, own_id=own_id)
            would = await do(desk, line, own=own)
    except UserError as refusal:
        return str(refusal)
    if not would.is_done:
        return would.words
    return say(WOULD_DO, what="\n".join(["", *await change_of(desk, would)]))
