"""The GitHub repositories Chargehand hears of, each under the id that outlives its name."""

from datetime import datetime

from sqlalchemy import BigInteger, bindparam
from sqlmodel import JSON, Field, col, func, select

from storage.columns import Row, UtcTime
from storage.database import Tx, load


class Repository(Row, table=True):
    """`tickets` says which new issues become tickets: all, label:NAME or none. `cursors` are reconcile's."""

    __tablename__ = "repositories"

    github_id: int = Field(sa_type=BigInteger, unique=True)
    host: str
    full_name: str = Field(index=True)
    installation_id: int | None = Field(default=None, sa_type=BigInteger)
    hook_id: int | None = Field(default=None, sa_type=BigInteger)
    channel_id: str | None = None
    tickets: str = "all"
    cursors: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    sync_state: str = ""  # pending, running, paused, done or failed; `sync_note` says why
    sync_note: str = ""
    expected: int | None = None  # about how many issues and pull requests it has
    is_gone: bool = False  # deleted, or the App may no longer see it
    disconnected_at: datetime | None = Field(default=None, sa_type=UtcTime)  # by a person: its events are ignored
    pushed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    created_at: datetime = Field(sa_type=UtcTime)

    @property
    def owner(self) -> str:
        return self.full_name.partition("/")[0]


_BY_GITHUB_ID = select(Repository).where(Repository.github_id == bindparam("wanted"))


async def by_github_id(tx: Tx, github_id: int) -> Repository | None:
    return (await tx.exec(_BY_GITHUB_ID, params={"wanted": github_id})).first()


async def get(tx: Tx, repository_id: int) -> Repository:
    return await load(tx, Repository, repository_id)


async def named(tx: Tx, full_name: str) -> Repository | None:
    """The repository that has this name now, in whatever case; the newest, when an old one of the same name is gone."""
    found = select(Repository).where(func.lower(Repository.full_name) == full_name.lower())
    return (await tx.exec(found.order_by(col(Repository.is_gone), col(Repository.id).desc()))).first()


async def installed(tx: Tx, installation_id: int) -> list[Repository]:
    """The repositories of one installation of the App."""
    return list(await tx.exec(select(Repository).where(Repository.installation_id == installation_id)))


async def connected(tx: Tx) -> list[Repository]:
    """Those whose news we want and may see, by name."""
    wanted = select(Repository).where(col(Repository.is_gone).is_(False), col(Repository.disconnected_at).is_(None))
    return list(await tx.exec(wanted.order_by(col(Repository.full_name))))


async def all_known(tx: Tx) -> list[Repository]:
    """Every repository there ever was, by name."""
    return list(await tx.exec(select(Repository).order_by(col(Repository.full_name))))
