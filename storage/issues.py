"""GitHub's issues as far as we know them, and the ticket that tracks each."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, func
from sqlmodel import Field, UniqueConstraint, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx, load


class Issue(Row, table=True):
    """An issue as GitHub had it at `updated_at`; kept without a ticket too, so that late news is known as such."""

    __tablename__ = "issues"
    __table_args__ = (UniqueConstraint("repository_id", "number"),)

    repository_id: int = Field(foreign_key="repositories.id")
    number: int
    github_id: int | None = Field(default=None, sa_type=BigInteger)
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id", unique=True)
    title: str
    body: str
    state: str
    author: str | None = None
    url: str
    updated_at: datetime | None = Field(default=None, sa_type=UtcTime)


_BY_NUMBER = select(Issue).where(Issue.repository_id == bindparam("repository"), Issue.number == bindparam("number"))
_OF_TICKET = select(Issue).where(Issue.ticket_id == bindparam("ticket"))


async def get(tx: Tx, issue_id: int) -> Issue:
    return await load(tx, Issue, issue_id)


async def by_number(tx: Tx, repository_id: int, number: int) -> Issue | None:
    return (await tx.exec(_BY_NUMBER, params={"repository": repository_id, "number": number})).first()


async def count(tx: Tx, repository_id: int) -> int:
    """How many issues of a repository are known."""
    known = select(func.count()).select_from(Issue).where(Issue.repository_id == repository_id)
    return (await tx.exec(known)).one()


async def numbered(tx: Tx, repository_id: int, numbers: Collection[int]) -> dict[int, Issue]:
    """Those of a repository's issues that are known, by number."""
    found = select(Issue).where(Issue.repository_id == repository_id, col(Issue.number).in_(numbers))
    return {issue.number: issue for issue in await tx.exec(found)}


async def of_ticket(tx: Tx, ticket_id: int) -> Issue | None:
    """The issue that a ticket tracks."""
    return (await tx.exec(_OF_TICKET, params={"ticket": ticket_id})).first()


async def authors(tx: Tx) -> list[str]:
    """The logins that wrote one."""
    return [login for login in await tx.exec(select(Issue.author).distinct()) if login]
