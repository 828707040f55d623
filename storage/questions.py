"""What the agent asks of whoever asked it something: about which slot, what was answered, and until when it waits."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import JSON, Field, Index, UniqueConstraint, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx
from storage.turns import Turn

OPEN, ANSWERED, SKIPPED, EXPIRED, WITHDRAWN = "open", "answered", "skipped", "expired", "withdrawn"
CHAIN = 20  # requests that go on with one another, as far as they are looked back at


class Question(Row, table=True):
    """One question of a turn, to its asker, asked by the call `call_id` of a model in its answer `model_call`.

    `slot` is what it is about: title, repository, person, time or which; a turn asks of each once. `text` is mrkdwn.
    `choices` are pairs of a label and of words that say it. `state`: open, answered, skipped (do it without), expired,
    or withdrawn with its turn. `key` is that of the message that asks; those of one message are asked together.
    """

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("turn_id", "slot"),
        Index("ix_questions_place", "channel_id", "thread_ts", "state"),
        Index("ix_questions_state", "state", "due_at"),
    )

    turn_id: int = Field(foreign_key="turns.id")
    step: int
    model_call: int
    call_id: str
    channel_id: str
    thread_ts: str | None = None
    slot: str
    text: str
    choices: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    state: str = OPEN
    answer: str = ""
    key: str = ""
    created_at: datetime = Field(sa_type=UtcTime)
    due_at: datetime = Field(sa_type=UtcTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcTime)


async def find(tx: Tx, workspace_id: str, question_id: int) -> Question | None:
    found = select(Question).where(Question.workspace_id == workspace_id, Question.id == question_id)
    return (await tx.exec(found)).first()


# Built once: it runs before each question to a model.
_OF_TURN = select(Question).where(Question.turn_id == bindparam("turn")).order_by(col(Question.id))


async def of_turn(tx: Tx, turn_id: int) -> list[Question]:
    """All that a turn has asked, in order."""
    return list(await tx.exec(_OF_TURN, params={"turn": turn_id}))


async def of_chain(tx: Tx, turn: Turn) -> list[Question]:
    """All that a turn has asked, and those that it goes on with."""
    ids, before = [turn.id], turn.continues
    while before is not None and len(ids) < CHAIN:
        ids.append(before)
        before = (await tx.exec(select(Turn.continues).where(Turn.id == before))).first()
    return list(await tx.exec(select(Question).where(col(Question.turn_id).in_(ids)).order_by(col(Question.id))))


async def open_in(tx: Tx, channels: Collection[str], thread_ts: str | None, slack_id: str) -> list[Question]:
    """What somebody has been asked in a thread, or in a direct message outside of one, in order."""
    found = (
        select(Question)
        .join(Turn, col(Turn.id) == Question.turn_id)
        .where(col(Question.channel_id).in_(channels), Question.thread_ts == thread_ts)
        .where(Question.state == OPEN, Question.key != "", Turn.slack_id == slack_id)
    )
    return list(await tx.exec(found.order_by(col(Question.id))))


async def overdue(tx: Tx, now: datetime) -> list[Question]:
    """Those open ones that nobody has answered in time."""
    return list(await tx.exec(select(Question).where(Question.state == OPEN, Question.due_at <= now)))
