"""What the asker says while their turn runs comes in before its next question to the model, and counts from then on."""

import sys
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
from storage.questions import Question
from storage.turns import Turn

OF_ITS_OWN = 0  # the step of what came too late, and began a turn of its own


async def said_meanwhile(
    tx: Tx, turn: Turn, follow_ups: Sequence[Mapping[str, Any]], asked: Sequence[Question]
) -> list[dict[str, Any]]:
    """What the asker said since they asked, as it is read out: what they added, and what they answered."""
    said = sorted([*map(dict, follow_ups), *_answered(asked)], key=_came_in)
    names = await people.names(tx, turn.workspace_id) if said else {}
    return [one | {"text": redact(plain(one["text"], names)), "raw": one["text"]} for one in said]


def _came_in(said: Mapping[str, Any]) -> tuple[int, int]:
    """What no model has read yet is the newest."""
    return (said["step"], said["call"]) if "step" in said else (sys.maxsize, 0)


def that_counts(turn: Turn, said: Sequence[Mapping[str, Any]], *, before: int | None = None) -> list[Mapping[str, Any]]:
    """The request and what its asker said since, oldest first, as each reads now: an edit stands where the words stood
    that it replaced. What became a turn of its own is no part of it.

    Args:
        said: as `said_meanwhile` gives it.
        before: only with what came in during the steps before this one; None: with all of it.
    """
    counts: list[Mapping[str, Any]] = [{"ts": turn.message_ts, "raw": turn.text}]
    for one in said:
        if before is not None and one.get("step", before) >= before:
            continue
        old = [number for number, known in enumerate(counts) if known.get("ts") == one.get("ts", "")]
        if one.get("is_edit") and old:
            counts[old[-1]] = {**one, "step": counts[old[-1]].get("step")}
        else:
            counts.append(one)
    return [one for one in counts if one.get("step") != OF_ITS_OWN]


async def words_that_count(tx: Tx, turn: Turn) -> list[str]:
    """The same of a turn that ends, as Slack sent it: what no model has read is not its own, but for edits."""
    said = await said_meanwhile(tx, turn, turn.follow_ups, await questions.of_turn(tx, turn.id))
    return [one["raw"] for one in that_counts(turn, [one for one in said if "step" in one or one.get("is_edit")])]


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
