"""Whose Home tab is open, when it is published next, and what it says of what was pressed on it."""

from datetime import datetime
from typing import Any

from sqlmodel import JSON, Field, Index, UniqueConstraint, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx


class Home(Row, table=True):
    """One person's Home tab.

    `due_at` is when it is published next; `not_before` keeps two apart. `wanted` grows with every change, so that one
    that comes while the page is built is not missed; `asked` is how far it had grown when a job was put. `shown` tells
    what was published last. `said` are the latest answers to what was pressed there, each a bot.messages.Message with
    its moment.
    """

    __tablename__ = "homes"
    __table_args__ = (UniqueConstraint("person_id"), Index("ix_homes_opened_at", "opened_at"))

    person_id: int = Field(foreign_key="people.id")
    opened_at: datetime = Field(sa_type=UtcTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcTime)
    not_before: datetime = Field(sa_type=UtcTime)
    wanted: int = 0
    asked: int = 0
    shown: str = ""
    said: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)


async def of_person(tx: Tx, person_id: int) -> Home | None:
    """Their Home, if they ever opened it."""
    return (await tx.exec(select(Home).where(Home.person_id == person_id))).first()


async def open_since(tx: Tx, moment: datetime) -> list[Home]:
    """Those that were opened since a moment."""
    return list(await tx.exec(select(Home).where(Home.opened_at >= moment).order_by(col(Home.id))))
