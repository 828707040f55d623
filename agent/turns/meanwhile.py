"""What the asker says while their turn runs comes in before its next question to the model."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agent.kit.world import World
from bot.llm.port import Message
from bot.messages import plain
from bot.redact import redact
from prompts import render
from storage import people, questions, turns
from storage.database import Tx
from storage.turns import Turn


async def said_meanwhile(tx: Tx, turn: Turn) -> list[dict[str, Any]]:
    """What the asker said since they asked, as it is read out: what they added, and what they answered."""
    said = [*(await turns.get(tx, turn.id)).follow_ups, *await _answered(tx, turn)]
    names = await people.names(tx, turn.workspace_id) if said else {}
    return [one | {"text": redact(plain(one["text"], names)), "raw": one["text"]} for one in said]


async def _answered(tx: Tx, turn: Turn) -> list[dict[str, Any]]:
    """Each comes in behind the answer of the model that asked."""
    return [
        {"step": one.step, "call": one.model_call + 1, "text": one.answer, "question": plain(one.text)}
        for one in await questions.of_turn(tx, turn.id)
        if one.answer
    ]


def tell(told: list[Message], said: Sequence[Mapping[str, Any]]) -> None:
    """What the asker said meanwhile stands in the message that the model reads next."""
    for one in said:
        text = render("follow_up", text=one["text"], is_edit=bool(one.get("is_edit")), question=one.get("question", ""))
        told[-1] = replace(told[-1], text="\n\n".join(filter(None, [told[-1].text, text])))


async def take_in(world: World, turn: Turn, step: int, number: int) -> bool:
    """Whether something came in since the last answer; where it comes in is stored, so a crash changes nothing."""
    async with world.db.read() as tx:
        if all("step" in one for one in (await turns.get(tx, turn.id)).follow_ups):
            return False
    async with world.db.write() as tx:
        kept = await turns.get(tx, turn.id)
        kept.follow_ups = [{"step": step, "call": number} | one for one in kept.follow_ups]
    return True
