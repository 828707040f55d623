"""Answers of models that may be given again to the same question, each for some days; never those of a turn."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, bindparam
from sqlmodel import Field, SQLModel, col, delete, func, select

from storage.columns import Row, UtcTime
from storage.database import Tx, run
from storage.upsert import insert

TRIM_EVERY = 100  # rows that may be added before what is too much goes


@dataclass(frozen=True, kw_only=True)
class Keep:
    """How long answers for one purpose are given again, and how many of them are kept."""

    days: int = 7
    rows: int = 10_000


USUAL = Keep()
KEEP: dict[str, Keep] = {}  # purpose -> what it keeps other than that


class LlmCache(Row, table=True):
    """`key` stands for the model, all that it was told, and the version of the schema."""

    __tablename__ = "llm_cache"
    __table_args__ = (UniqueConstraint("workspace_id", "key"), Index("ix_llm_cache_purpose", "purpose", "id"))

    purpose: str
    key: str = Field(max_length=64)
    model: str
    answer: dict[str, Any] = Field(sa_type=JSON)
    at: datetime = Field(sa_type=UtcTime)


_answers = SQLModel.metadata.tables["llm_cache"]
_GET = select(_answers.c.answer).where(
    _answers.c.workspace_id == bindparam("of"),
    _answers.c.key == bindparam("wanted"),
    _answers.c.at > bindparam("since"),
)
_put = insert(_answers)
_PUT = _put.on_conflict_do_update(
    index_elements=["workspace_id", "key"],
    set_={name: _put.excluded[name] for name in ("purpose", "model", "answer", "at")},
).returning(_answers.c.id)


def keep_of(purpose: str) -> Keep:
    """The limits of a purpose."""
    return KEEP.get(purpose, USUAL)


async def get(tx: Tx, workspace_id: str, key: str, *, purpose: str, now: datetime) -> dict[str, Any] | None:
    """The answer, unless it is too old."""
    asked = {"of": workspace_id, "wanted": key, "since": now - timedelta(days=keep_of(purpose).days)}
    answer: dict[str, Any] | None = (await run(tx, _GET, asked)).scalar()
    return answer


async def put(
    tx: Tx, workspace_id: str, key: str, *, purpose: str, model: str, answer: dict[str, Any], now: datetime
) -> None:
    """Keep an answer; now and then the oldest of its purpose go for it."""
    row = {"workspace_id": workspace_id, "key": key, "purpose": purpose, "model": model, "answer": answer, "at": now}
    number = (await run(tx, _PUT, row)).scalar_one()
    if number % TRIM_EVERY == 0:
        await trim(tx, purpose)


async def trim(tx: Tx, purpose: str) -> int:
    """Drop what a purpose has too much of, the oldest rows; how many went."""
    of_purpose = col(LlmCache.purpose) == purpose
    newest = select(LlmCache.id).where(of_purpose).order_by(col(LlmCache.id).desc()).limit(1)
    last = newest.offset(keep_of(purpose).rows).scalar_subquery()
    return (await tx.exec(delete(LlmCache).where(of_purpose, col(LlmCache.id) <= last))).rowcount


async def held(tx: Tx) -> dict[str, int]:
    """Purpose -> how many answers are kept."""
    number = select(LlmCache.purpose, func.count()).group_by(LlmCache.purpose).order_by(LlmCache.purpose)
    return dict((await tx.exec(number)).all())


async def clear(tx: Tx, *, purpose: str = "") -> int:
    """Forget all answers, or those for one purpose; how many there were."""
    wanted = delete(LlmCache).where(col(LlmCache.purpose) == purpose) if purpose else delete(LlmCache)
    return (await tx.exec(wanted)).rowcount
