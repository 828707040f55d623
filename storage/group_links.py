"""Which GitHub team or Slack group stands for which team or other group, and who was in them when they were read."""

from datetime import datetime

from sqlmodel import JSON, Field, UniqueConstraint, col, delete, select

from storage.columns import Row, UtcTime
from storage.database import Tx


class GroupLink(Row, table=True):
    """`source` is `acme/platform`, or the id of a Slack group; it is linked with `team_id` or with `usergroup_id`.

    `here` and `there` are the members of the source and of the Slack group as they were read at `read_at`: logins of a
    GitHub team, Slack ids of a group. `problem` says why they could not be read. `reported` is the difference that its
    managers were told of last, so that each is told once.
    """

    __tablename__ = "group_links"
    __table_args__ = (UniqueConstraint("workspace_id", "source"),)

    source: str
    name: str  # of the source, as people read it
    team_id: int | None = Field(default=None, foreign_key="teams.id")
    usergroup_id: str | None = None
    usergroup_name: str = ""
    here: list[str] = Field(default_factory=list, sa_type=JSON)
    there: list[str] = Field(default_factory=list, sa_type=JSON)
    read_at: datetime | None = Field(default=None, sa_type=UtcTime)
    problem: str = ""
    reported: str = ""
    created_at: datetime = Field(sa_type=UtcTime)

    @property
    def is_github(self) -> bool:
        """Whether the source is a team of GitHub."""
        return "/" in self.source

    @property
    def usergroups(self) -> tuple[str, ...]:
        """The Slack groups that it is about."""
        return tuple(one for one in (None if self.is_github else self.source, self.usergroup_id) if one)


async def every(tx: Tx) -> list[GroupLink]:
    """All links, by name."""
    return list(await tx.exec(select(GroupLink).order_by(col(GroupLink.name))))


async def of_source(tx: Tx, workspace_id: str, source: str) -> GroupLink | None:
    """The link of one GitHub team, in any case, or of one Slack group."""
    wanted = source.lower() if "/" in source else source
    found = select(GroupLink).where(GroupLink.workspace_id == workspace_id, GroupLink.source == wanted)
    return (await tx.exec(found)).first()


async def get(tx: Tx, link_id: int) -> GroupLink | None:
    """A link by its id, unless it is gone."""
    return await tx.get(GroupLink, link_id)


async def drop(tx: Tx, link_id: int) -> None:
    await tx.exec(delete(GroupLink).where(col(GroupLink.id) == link_id))
