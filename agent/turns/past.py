"""What is stored of a step, read before each piece of its work: after a crash it goes on from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.kit.use import ERRORS
from agent.kit.world import World
from agent.questions.keep import refuse_unanswered
from agent.turns.checked import APART
from agent.turns.meanwhile import said_meanwhile, tell
from agent.turns.stop import refuse
from bot.llm.port import Call, Message, Result, user
from prompts.blocks import as_data_block
from storage import live_turns, questions, turns
from storage.turns import ModelCall, ToolCall, Turn


@dataclass(frozen=True, kw_only=True)
class Past:
    """The log of a step: what the model is told, its answers, its uses of tools, the calls of its last answer that are
    open, and what the asker said meanwhile. `answers`: of the model in the whole turn."""

    log: list[Message]
    asked: list[ModelCall]
    used: list[ToolCall]
    open_calls: list[Call]
    said: list[dict[str, Any]]
    answers: int


async def so_far(world: World, turn: Turn, step: int, request: Message) -> Past:
    """All that is stored of a step, in one look.

    Args:
        request: what the model is told first.

    Raises:
        StopAsked: somebody stopped the turn. AnswerNeeded: the asker has to answer something first.
    """
    async with world.db.read() as tx:
        news, posed = await live_turns.news(tx, turn.id), await questions.of_turn(tx, turn.id)
        refuse(news)
        refuse_unanswered(posed)
        answers = [one for one in await turns.model_calls(tx, turn.id) if one.number < APART]
        used = await turns.tool_calls(tx, turn.id, step)
        said = await said_meanwhile(tx, turn, news.follow_ups, posed)
    asked = [one for one in answers if one.step == step]
    told, open_calls = [request], list[Call]()
    for answer in asked:
        tell(told, [one for one in said if (one.get("step"), one.get("call")) == (step, answer.number)])
        calls = tuple(Call(**call) for call in answer.calls)
        told.append(Message(role="assistant", text=answer.text, calls=calls))
        if answer.problem:
            told.append(user(answer.problem))
        if not calls:
            continue
        done = {row.call_id: row for row in used if row.model_call == answer.number}
        open_calls = [call for call in calls if call.id not in done]
        results = tuple(
            Result(call_id=call.id, text=_result(turn, done[call.id]), is_error=done[call.id].state in ERRORS)
            for call in calls
            if call.id in done
        )
        told.append(Message(role="user", results=results))
    tell(told, [one for one in said if (one.get("step"), one.get("call")) == (step, len(asked) + 1)])
    return Past(log=told, asked=asked, used=used, open_calls=open_calls, said=said, answers=len(answers))


def each_once(calls: Sequence[Call], *, but: str) -> list[Call]:
    """The first of equal calls: the others stay open until it has a result, which is theirs then.

    Args:
        but: the name of a tool of which each call counts.
    """
    said = [(call.name, call.arguments) for call in calls]
    return [call for number, call in enumerate(calls) if call.name == but or said[number] not in said[:number]]


def _result(turn: Turn, row: ToolCall) -> str:
    """What a tool has found is data, whoever wrote it."""
    return as_data_block(row.result, source=f"tool {row.tool}", author="", trust="machine", fence=turn.fence)
