"""GitHub's pull requests as far as we know them: a mirror, never tickets."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, func
from sqlmodel import JSON, Field, Index, UniqueConstraint, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx, load


class Pull(Row, table=True):
    """A pull request as GitHub had it at `updated_at`; `checks` are those of its head: name -> conclusion or status.

    `closes`: numbers of the issues that its description says it closes.
    """

    __tablename__ = "pulls"
    __table_args__ = (
        UniqueConstraint("repository_id", "number"),
        Index("ix_pulls_head", "repository_id", "head_sha"),
    )

    repository_id: int = Field(foreign_key="repositories.id")
    number: int
    github_id: int | None = Field(default=None, sa_type=BigInteger)
    title: str
    state: str  # open, closed or merged
    is_draft: bool
    author: str | None = None
    url: str
    head_ref: str
    head_sha: str
    base_ref: str
    checks: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    closes: list[int] = Field(default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"})
    updated_at: datetime | None = Field(default=None, sa_type=UtcTime)


async def by_number(tx: Tx, repository_id: int, number: int) -> Pull | None:
    found = select(Pull).where(Pull.repository_id == repository_id, Pull.number == number)
    return (await tx.exec(found)).first()


async def get(tx: Tx, pull_id: int) -> Pull:
    return await load(tx, Pull, pull_id)


async def count(tx: Tx, repository_id: int) -> int:
    """How many pull requests of a repository are known."""
    known = select(func.count()).select_from(Pull).where(Pull.repository_id == repository_id)
    return (await tx.exec(known)).one()


async def numbered(tx: Tx, repository_id: int, numbers: Collection[int]) -> dict[int, Pull]:
    """Those of a repository's pull requests that are known, by number."""
    found = select(Pull).where(Pull.repository_id == repository_id, col(Pull.number).in_(numbers))
    return {pull.number: pull for pull in await tx.exec(found)}


async def at_head(tx: Tx, repository_id: int, head_sha: str) -> list[Pull]:
    """The pull requests whose newest commit this is."""
    found = select(Pull).where(Pull.repository_id == repository_id, Pull.head_sha == head_sha)
    return list(await tx.exec(found))


async def authors(tx: Tx) -> list[str]:
    """The logins that wrote one."""
    return [login for login in await tx.exec(select(Pull.author).distinct()) if login]
