"""Each answer of a model is stored, with what it took, before anything is made of it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from agent.kit.world import World
from agent.memory.factors import learn
from agent.turns.stop import refuse
from agent.turns.texts import masked
from bot.errors import ModelError
from bot.llm.port import Answer, Ask, Call, WrongAnswerError
from bot.llm.provider import NO_VALID_ANSWER
from bot.prices import MILLION
from bot.redact import redact
from storage import live_turns, turns
from storage.turns import ModelCall, Turn


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which question of a turn an answer is to: `prompt`: as `Prompt.mark_of`; `left_out`: what had no room in it."""

    step: int
    number: int
    prompt: str
    left_out: Sequence[str] = ()


async def keep(world: World, turn: Turn, ask: Ask, answer: Answer, *, to: Asked, started: float) -> None:
    """Store an answer of the model's, with what it took, in the turn too; it also tells how many tokens words are.

    What is done next is read from what is stored: a secret in an argument reaches no tool either.
    """
    row = ModelCall(
        workspace_id=turn.workspace_id,
        turn_id=turn.id,
        step=to.step,
        number=to.number,
        purpose=to.prompt.partition("@")[0],
        prompt=to.prompt,
        provider=answer.provider,
        model=answer.model,
        mode=answer.mode,
        text=redact(answer.text),
        calls=[stored(call) for call in answer.calls],
        stop=answer.stop,
        input_tokens=answer.usage.input,
        output_tokens=answer.usage.output,
        cost=None if answer.cost is None else round(answer.cost * MILLION),
        attempts=answer.attempts,
        milliseconds=round((time.monotonic() - started) * 1000),
        at=world.clock(),
        around=_around(answer, to.left_out),
    )
    async with world.db.write() as tx:
        tx.add(row)
        await learn(tx, turn.workspace_id, ask, answer, now=row.at)
        if answer.is_second_choice:
            (await turns.get(tx, turn.id)).note = answer.provider
        await turns.took(tx, turn.id, input_tokens=row.input_tokens, output_tokens=row.output_tokens, cost=row.cost)
        await world.got_on(tx)


async def read_again(world: World, turn: Turn, ask: Ask, *, step: int, number: int) -> object | None:
    """What was made of the answer to this question before a crash, which is not asked again; None: it has none yet.

    Raises:
        ModelError: it cannot be read any more. StopAsked: somebody stopped the turn.
    """
    async with world.db.read() as tx:
        refuse(await live_turns.news(tx, turn.id))
        known = next((one for one in await turns.model_calls(tx, turn.id, step) if one.number == number), None)
    assert ask.read is not None  # what is only said is read from the log
    try:
        return None if known is None else ask.read(known.text)
    except WrongAnswerError as wrong:
        raise ModelError(NO_VALID_ANSWER) from wrong


def _around(answer: Answer, left_out: Sequence[str]) -> dict[str, object]:
    """As a trace tells it; what is usual is not said."""
    told = {
        "breakers": dict(answer.breakers),
        "left_out": list(left_out),
        "cached": answer.is_cached,
        "cache_read": answer.usage.cache_read,
    }
    return {name: value for name, value in told.items() if value}


def stored(call: Call) -> dict[str, object]:
    """A call as the log has it, and as it is done from there."""
    return {
        "id": call.id,
        "name": call.name,
        "arguments": masked(dict(call.arguments), redact),
        "problem": redact(call.problem),
    }
