"""Turns as people look for them: a list, and one with all that was stored of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from storage import feedback, people, proposals, questions, receipts, turns
from storage.database import Tx
from storage.feedback import Feedback
from storage.people import Person
from storage.proposals import Proposal
from storage.questions import Question
from storage.receipts import Receipt
from storage.turns import ModelCall, ToolCall, Turn, TurnStep


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which turns; what is left open does not matter. `ids`: among these alone."""

    state: str = ""
    actor_id: int | None = None
    since: datetime | None = None
    feedback: str = ""
    ids: Collection[int] | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """A turn in a list: who asked, which specialists worked, what people thought of it."""

    turn: Turn
    asker: str
    specialists: Sequence[str]
    feedback: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Trace:
    """All that is stored of one turn."""

    turn: Turn
    asker: Person
    steps: Sequence[TurnStep]
    model_calls: Sequence[ModelCall]
    tool_calls: Sequence[ToolCall]
    receipts: Sequence[Receipt]
    proposals: Sequence[Proposal]
    feedback: Sequence[Feedback]
    questions: Sequence[Question]


async def find(tx: Tx, workspace_id: str, wanted: Wanted, *, most: int | None = 50) -> list[Turn]:
    """The newest first.

    Args:
        most: how many at most; None: all, the oldest first.
    """
    found = select(Turn).where(Turn.workspace_id == workspace_id)
    if wanted.state:
        found = found.where(Turn.state == wanted.state)
    if wanted.actor_id is not None:
        found = found.where(Turn.actor_id == wanted.actor_id)
    if wanted.since is not None:
        found = found.where(Turn.created_at >= wanted.since)
    if wanted.feedback:
        found = found.where(col(Turn.id).in_(select(Feedback.turn_id).where(Feedback.value == wanted.feedback)))
    if wanted.ids is not None:
        found = found.where(col(Turn.id).in_(wanted.ids))
    ordered = found.order_by(col(Turn.id)) if most is None else found.order_by(col(Turn.id).desc()).limit(most)
    return list(await tx.exec(ordered))


async def lines(tx: Tx, rows: Sequence[Turn]) -> list[Line]:
    """What a list says of each of them."""
    ids = [turn.id for turn in rows]
    askers = {one.id: one.name for one in await people.everyone(tx)}
    steps = list(await tx.exec(select(TurnStep).where(col(TurnStep.turn_id).in_(ids)).order_by(col(TurnStep.number))))
    said = await feedback.of_turns(tx, ids)
    return [
        Line(
            turn=turn,
            asker=askers.get(turn.actor_id, "?"),
            specialists=[step.specialist for step in steps if step.turn_id == turn.id],
            feedback=[one.value for one in said if one.turn_id == turn.id],
        )
        for turn in rows
    ]


async def trace(tx: Tx, turn: Turn) -> Trace:
    """All that is stored of it."""
    return Trace(
        turn=turn,
        asker=await people.get(tx, turn.actor_id),
        steps=await turns.steps(tx, turn.id),
        model_calls=await turns.model_calls(tx, turn.id),
        tool_calls=await turns.tool_calls(tx, turn.id),
        receipts=await receipts.of_turn(tx, turn.id),
        proposals=await proposals.of_turn(tx, turn.id),
        feedback=await feedback.of_turns(tx, [turn.id]),
        questions=await questions.of_turn(tx, turn.id),
    )


async def is_noted_since(tx: Tx, turn: Turn, note: str, since: datetime) -> bool:
    """Whether another turn of the same person ended with this note since then."""
    mine = (col(Turn.actor_id) == turn.actor_id) & (col(Turn.id) != turn.id) & (col(Turn.note) == note)
    return (await tx.exec(select(Turn.id).where(mine, col(Turn.ended_at) >= since).limit(1))).first() is not None
