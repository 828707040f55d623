"""An answer that a provider broke off says so; where it was too long, `continue` goes on from there."""

from prompts.blocks import as_data_block
from prompts.words import fixed, say
from storage import turns
from storage.database import Tx
from storage.turns import Turn, TurnStep

CUT = "cut"
NOTES = {
    CUT: fixed("(The model's answer was cut off here: it was too long. `continue` goes on from there.)"),
    "refusal": fixed("(The model refused to answer this.)"),
}
SHOWN = 4_000  # characters of the end of what was said, for who goes on
SOURCE = "the end of your own answer, which was too long: go on exactly where it ends, and repeat nothing of it"


def with_note(text: str, stop: str) -> str:
    """What a model said, with what became of it.

    Args:
        stop: why it ended, as `bot.llm.port.Stop`.
    """
    note = NOTES.get(stop)
    return "\n\n".join(filter(None, [text, say(note) if note else ""]))


async def cut_steps(tx: Tx, turn_id: int) -> list[TurnStep]:
    """The steps that ended with an answer that was too long."""
    answers = await turns.model_calls(tx, turn_id)
    found = []
    for step in await turns.steps(tx, turn_id):
        own = [one for one in answers if (one.step, one.purpose) == (step.number, step.specialist)]
        if own and own[-1].stop == CUT and step.state == turns.DONE:
            found.append(step)
    return found


async def said_so_far(tx: Tx, turn: Turn, step: TurnStep) -> str:
    """What a step goes on with, as data; empty where the turn before it was not cut there."""
    if turn.continues is None:
        return ""
    cut = [
        one for one in await cut_steps(tx, turn.continues) if (one.specialist, one.goal) == (step.specialist, step.goal)
    ]
    text = cut[0].text[-SHOWN:] if cut else ""
    return as_data_block(text, source=SOURCE, author="", trust="model", fence=turn.fence) if text else ""
