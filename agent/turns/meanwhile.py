"""What the asker says while their turn runs comes in before its next question to the model."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agent.kit.world import World
from bot.llm.port import Message
from bot.messages import plain
from bot.redact import redact
from prompts import render
from storage import people, turns
from storage.database import Tx
from storage.questions import Question
from storage.turns import Turn


async def said_meanwhile(
    tx: Tx, turn: Turn, follow_ups: Sequence[Mapping[str, Any]], asked: Sequence[Question]
) -> list[dict[str, Any]]:
    """What the asker said since they asked, as it is read out: what they added, and what they answered."""
    said = [*map(dict, follow_ups), *_answered(asked)]
    names = await people.names(tx, turn.workspace_id) if said else {}
    return [one | {"text": redact(plain(one["text"], names)), "raw": one["text"]} for one in said]


def _answered(asked: Sequence[Question]) -> list[dict[str, Any]]:
    """Each comes in behind the answer of the model that asked."""
    return [
        {"step": one.step, "call": one.model_call + 1, "text": one.answer, "question": plain(one.text)}
        for one in asked
        if one.answer
    ]


def tell(told: list[Message], said: Sequence[Mapping[str, Any]]) -> None:
    """What the asker said meanwhile stands in the message that the model reads next."""
    for one in said:
        text = render("follow_up", text=one["text"], is_edit=bool(one.get("is_edit")), question=one.get("question", ""))
        told[-1] = replace(told[-1], text="\n\n".join(filter(None, [told[-1].text, text])))


def is_news(said: Sequence[Mapping[str, Any]]) -> bool:
    """Whether something of it came in since the last answer."""
    return any("step" not in one for one in said)


async def take_in(world: World, turn: Turn, step: int, number: int) -> None:
    """What came in since the last answer comes in here; where is stored, so a crash changes nothing."""
    async with world.db.write() as tx:
        kept = await turns.get(tx, turn.id)
        kept.follow_ups = [{"step": step, "call": number} | one for one in kept.follow_ups]
