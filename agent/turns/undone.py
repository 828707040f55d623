"""What an answer says of what did not come about: the steps without an end, and what was withdrawn."""

from collections.abc import Iterable, Mapping

from agent.desk import Desk
from agent.guardrails.links import links_for
from agent.guardrails.marks import InSlack
from agent.guardrails.outgoing import for_slack
from agent.turns import texts
from bot.messages import cut
from prompts.words import fixed, say
from storage import proposals, turns
from storage.turns import DONE, FAILED, STOPPED, WAITING, Turn, TurnStep

LONGEST = 120  # characters of what a step was for
TRIED = "what it tried was not done"  # why a step failed whose specialist has answered, and so has told of it
NOTHING_BEGUN = fixed("Nothing of it was begun.")
NOT_DONE = fixed("Not done: {what}.")
NOT_FINISHED = fixed("Begun, and not brought to its end: {what}.")
HELD = fixed("Goes on once that is decided: {what}.")
WITHDRAWN = fixed("Withdrawn: {what}.")
SAID_MEANWHILE = fixed("what was added here meanwhile")
GOES_ON = fixed("`continue` goes on with it.")


async def left_of(
    desk: Desk, turn: Turn, names: Mapping[str, str], *, state: str, told: frozenset[int] = frozenset()
) -> str:
    """What the work on a turn leaves open when it ends so, as mrkdwn; empty when nothing is.

    Args:
        names: Slack id -> name, of all people.
        state: how the work ends: `waiting` for an approval or an answer, or for good.
        told: the numbers of steps that an answer told of before.
    """
    if texts.is_deleted(turn):  # none of its words are said
        return ""
    steps = await turns.steps(desk.tx, turn.id)
    ended_badly = [step for step in steps if step.state == FAILED and step.number not in told]
    ended_badly = [] if [step.why for step in steps] == [TRIED] else ended_badly  # the answer is about nothing else
    open_ones = [step for step in steps if step.state not in {DONE, FAILED}]
    changed = {one.step for one in await turns.tool_calls(desk.tx, turn.id) if one.receipt_id}
    missing = ended_badly if state == WAITING else [*ended_badly, *open_ones]

    def goals(some: Iterable[TurnStep]) -> str:
        return "; ".join(dict.fromkeys(f"“{_goal(desk, turn, step, names)}”" for step in some))

    not_done = goals(step for step in missing if step.number not in changed)
    not_finished = goals(step for step in missing if step.number in changed)
    is_held = state == WAITING and bool(await proposals.open_of_turn(desk.tx, turn.id))
    held = goals(open_ones) if is_held else ""
    withdrawn = await _withdrawn(desk, turn) if state == STOPPED else ""
    lines = [
        say(NOTHING_BEGUN) if state == STOPPED and not steps else "",
        say(NOT_DONE, what=not_done) if not_done else "",
        say(NOT_FINISHED, what=not_finished) if not_finished else "",
        say(HELD, what=held) if held else "",
        say(WITHDRAWN, what=withdrawn) if withdrawn else "",
        say(GOES_ON) if state in {STOPPED, FAILED} and (missing or not steps) else "",
    ]
    return "\n".join(filter(None, lines))


def _goal(desk: Desk, turn: Turn, step: TurnStep, names: Mapping[str, str]) -> str:
    """A model may have put it into words, so it is made as safe as an answer; in one line."""
    marks = InSlack(links=links_for(desk.settings, turn.text), mentions=frozenset(), names=dict(names))
    return for_slack(" ".join(cut(step.goal, LONGEST).split()), marks).replace("\n", " ")


async def _withdrawn(desk: Desk, turn: Turn) -> str:
    asked = [one for one in await proposals.of_turn(desk.tx, turn.id) if one.state == "withdrawn"]
    said = [f"{one.name} (`{one.said}`)" for one in asked]
    is_unread = any("step" not in one for one in turn.follow_ups)
    return "; ".join([*said, *([say(SAID_MEANWHILE)] if is_unread else [])])
