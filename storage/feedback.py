"""What people thought of an answer of the agent's: each one thing of a turn, which they can change, and why."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from sqlmodel import Field, Index, UniqueConstraint, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx

Value = Literal["up", "down"]


class Feedback(Row, table=True):
    """`value` is up or down; which prompts and models it is about stands with the turn's calls."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("turn_id", "person_id"), Index("ix_feedback_value", "value", "turn_id"))

    turn_id: int = Field(foreign_key="turns.id")
    person_id: int = Field(foreign_key="people.id")
    value: str
    reason: str = ""
    at: datetime = Field(sa_type=UtcTime)


async def by(tx: Tx, turn_id: int, person_id: int) -> Feedback | None:
    """What somebody said of a turn."""
    found = select(Feedback).where(Feedback.turn_id == turn_id, Feedback.person_id == person_id)
    return (await tx.exec(found)).first()


async def forget(tx: Tx, row: Feedback) -> None:
    """They think nothing of it any more."""
    await tx.delete(row)


async def of_turns(tx: Tx, turn_ids: Collection[int]) -> list[Feedback]:
    """What was said of these turns, in order."""
    found = select(Feedback).where(col(Feedback.turn_id).in_(turn_ids))
    return list(await tx.exec(found.order_by(col(Feedback.id))))


async def of_person(tx: Tx, person_id: int) -> list[Feedback]:
    """All that somebody said of answers."""
    return list(await tx.exec(select(Feedback).where(Feedback.person_id == person_id)))
