"""Who somebody is outside of Slack: a login is one person's alone, and it is known how sure that is."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from sqlmodel import Field, UniqueConstraint, col, select

from storage.columns import Row, UtcTime
from storage.database import Tx

GITHUB = "github"
State = Literal["verified", "claimed", "guessed", "unknown"]
VERIFIED: State = "verified"  # proven by the login itself, or said by an admin
CLAIMED: State = "claimed"  # said by the person
GUESSED: State = "guessed"  # found out, and not yet answered
UNKNOWN: State = "unknown"  # a guess that the person said no to: it is not made again


class Identity(Row, table=True):
    """`value` is what it is compared by, in lower case; `shown` is how it is written.

    `code` proves a claim until `code_ends`, said by the login itself; `source` is who or what said whose it is.
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("workspace_id", "kind", "value"),)

    person_id: int = Field(foreign_key="people.id", index=True)
    kind: str = GITHUB
    value: str
    shown: str
    state: str
    source: str
    at: datetime = Field(sa_type=UtcTime)
    code: str | None = None
    code_ends: datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def is_verified(self) -> bool:
        return self.state == VERIFIED


async def of_login(tx: Tx, workspace_id: str, login: str) -> Identity | None:
    """What is known of a GitHub login, whatever its case."""
    found = select(Identity).where(
        Identity.workspace_id == workspace_id, Identity.kind == GITHUB, Identity.value == login.lower()
    )
    return (await tx.exec(found)).first()


async def of_people(tx: Tx, person_ids: Collection[int]) -> dict[int, Identity]:
    """Person id -> their GitHub login; a guess they said no to is none."""
    found = select(Identity).where(
        col(Identity.person_id).in_(person_ids), Identity.kind == GITHUB, Identity.state != UNKNOWN
    )
    return {identity.person_id: identity for identity in await tx.exec(found)}


async def of_person(tx: Tx, person_id: int) -> Identity | None:
    """Somebody's GitHub login."""
    return (await of_people(tx, [person_id])).get(person_id)


async def all_of(tx: Tx, workspace_id: str) -> list[Identity]:
    """Every login that is somebody's, proven or not."""
    found = select(Identity).where(Identity.workspace_id == workspace_id, Identity.state != UNKNOWN)
    return list(await tx.exec(found.order_by(col(Identity.value))))


async def of_code(tx: Tx, workspace_id: str, code: str) -> Identity | None:
    """The claim that a code proves."""
    return (await tx.exec(select(Identity).where(Identity.workspace_id == workspace_id, Identity.code == code))).first()
