"""How an answer of the agent's came to be: who worked on it, which tools were used and why; never what models read."""

from agent.desk import Desk
from agent.kit.use import ERRORS
from agent.reply import Reply
from bot.errors import Stray
from bot.messages import Message, cut, escape
from prompts.words import fixed, say, say_of
from storage import channels, turn_pages, turns
from storage.turn_pages import Trace
from storage.turns import REFUSED, ToolCall, Turn, TurnStep

LONGEST = 200  # characters of a reason
STATES = {
    "queued": fixed("is queued"),
    "running": fixed("is being worked on"),
    "waiting": fixed("waits for approval"),
    "done": fixed("is done"),
    "stopped": fixed("was stopped"),
    "failed": fixed("has failed"),
    "refused": fixed("was not begun"),
}
ASKS = fixed("waits for your answer")
DECIDED = {
    "asker": fixed("you chose it"),
    "rules": fixed("rules decided"),
    "model": fixed("a model decided"),
}
USED = {
    "done": fixed("done"),
    "failed": fixed("could not be done"),
    "refused": fixed("not allowed"),
    "uncertain": fixed("may have happened"),
    "proposed": fixed("waits for approval"),
    "would": fixed("only tried"),
    "asked": fixed("nothing was changed"),
    "cancelled": fixed("nothing was changed"),
}


async def explain(desk: Desk, number: int) -> Reply:
    """For who asked, alone; admins read along where everybody could, and can still.

    Raises:
        Stray: there is none of this number for them.
    """
    trace = await turn_pages.trace(desk.tx, await _their_turn(desk, number))
    turn = trace.turn
    is_asking = (turn.state, turn.outcome) == ("waiting", "question")
    state = say(ASKS) if is_asking else say(STATES.get(turn.state, turn.state))
    head = say("*{turn}* {state}. {who}", turn=turn.name, state=state, who=_route(turn))
    lines = [f"• {escape(cut(turn.note, LONGEST))}"] if turn.state == REFUSED else []
    lines += [line for step in trace.steps for line in _step(trace, step)]
    lines += [f"• {one.name}: {escape(cut(one.said, LONGEST))}" for one in trace.receipts]
    return Reply(message=Message(text="\n".join([head, *lines])), is_private=True)


async def _their_turn(desk: Desk, number: int) -> Turn:
    """The turn of this number.

    Raises:
        Stray: there is none, or it is none of the asker's business.
    """
    found = await turns.by_number(desk.tx, desk.workspace_id, number)
    is_theirs = found is not None and found.actor_id == desk.asker.person_id
    is_open = found is not None and desk.asker.is_admin and await _was_open(desk, found)
    if found is None or not (is_theirs or is_open):
        unseen = fixed("There is no {turn} of yours. The last line of each of my answers names its own.")
        raise Stray(say(unseen, turn=f"T-{number}"))
    return found


async def _was_open(desk: Desk, turn: Turn) -> bool:
    """Whether everybody could read it where it was asked; the record of all else is `app.py turn show`'s, audited."""
    if turn.is_private:
        return False
    return turn.channel_id not in await channels.private(desk.tx, desk.workspace_id) | desk.insiders.keys()


def _route(turn: Turn) -> str:
    by = turn.route.get("by", "")
    if by not in DECIDED:
        return say("Nobody has looked at it yet, or it was answered without a model.")
    why = cut(str(turn.route.get("reason") or ""), LONGEST)
    return f"{say(DECIDED[by]).capitalize()}{f': {escape(why)}' if why else ''}."


def _step(trace: Trace, step: TurnStep) -> list[str]:
    """A specialist, and each tool that it used."""
    uses = [use for use in trace.tool_calls if use.step == step.number]
    ended = f" ({escape(cut(step.why, LONGEST))})" if step.why else ""
    answers = len([call for call in trace.model_calls if call.step == step.number])
    asked = say_of(answers, "1 answer of a model", "{count} answers of a model")
    return [f"• *{escape(step.specialist)}*: {asked}{ended}", *(_use(trace, use) for use in uses)]


def _use(trace: Trace, use: ToolCall) -> str:
    proof = [one.name for one in trace.receipts if one.id == use.receipt_id]
    proof += [one.name for one in trace.proposals if one.id == use.proposal_id]
    why = f": {escape(cut(use.result, LONGEST))}" if use.state in ERRORS and use.result else ""
    became = say(USED[use.state]) if use.state in USED else escape(use.state)
    return f"    ◦ `{escape(cut(use.tool, 60))}` {became}{' ' + proof[0] if proof else ''}{why}"
