"""Times in which events were turned away or not heard, until reconcile has fetched what was missed."""

from datetime import datetime

from sqlmodel import JSON, Field, Index, col, func, select

from storage.columns import Row, UtcTime
from storage.database import Tx

AWAY, CUT_OFF, CHECK, ASKED = (
    "away",
    "cut_off",
    "check",
    "asked",
)  # reasons besides those of the door that turned something away
# What reconcile notes in `asked` besides deliveries, of GitHub's gaps. No delivery's id has a space in it.
UNLISTED, UNREAD = "unlisted ", "unread "  # before a name: its deliveries cannot be listed, its state cannot be read
DEAF = "nothing listed"


class Gap(Row, table=True):
    """From the first moment to the last; `closed_at` is when what was missed had been fetched.

    `found` events were missing; of them `redelivered` came after all; `failed` counts those that did not, and the
    repositories that could not be read; `rescanned` changes were seen in the state of things. `asked` is reconcile's
    own note while it works: what was asked for, when, how often, and what GitHub refused.
    """

    __tablename__ = "gaps"
    __table_args__ = (Index("ix_gaps_open", "source", "closed_at"),)

    source: str  # github or slack
    reason: str
    since: datetime = Field(sa_type=UtcTime)
    until: datetime = Field(sa_type=UtcTime)
    repository: str | None = None  # only this one is looked at
    found: int = 0
    redelivered: int = 0
    rescanned: int = 0
    failed: int = 0
    asked: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def deliveries(self) -> dict[str, str]:
        """The notes of `asked` that are about deliveries of GitHub's."""
        return {guid: note for guid, note in self.asked.items() if " " not in guid}

    def names(self, mark: str) -> list[str]:
        """What is noted under UNLISTED or UNREAD."""
        return [noted.removeprefix(mark) for noted in self.asked if noted.startswith(mark)]


async def note(tx: Tx, gap: Gap) -> Gap:
    """Open a gap, or stretch the open one of the same source, reason and repository."""
    known = select(Gap).where(
        Gap.source == gap.source,
        Gap.reason == gap.reason,
        col(Gap.repository).is_not_distinct_from(gap.repository),
        col(Gap.closed_at).is_(None),
    )
    if found := (await tx.exec(known)).first():
        found.since, found.until = min(found.since, gap.since), max(found.until, gap.until)
        return found
    tx.add(gap)
    await tx.flush()
    return gap


async def unclosed(tx: Tx, source: str) -> list[Gap]:
    """The gaps of a source that nobody has made up for, oldest first."""
    known = select(Gap).where(Gap.source == source, col(Gap.closed_at).is_(None)).order_by(col(Gap.since))
    return list(await tx.exec(known))


async def count_open(tx: Tx) -> int:
    """Those in which something may have been missed; a look that was asked for is none."""
    unmade = select(func.count()).where(col(Gap.closed_at).is_(None), col(Gap.reason).not_in((CHECK, ASKED)))
    return int((await tx.exec(unmade)).one())


async def get(tx: Tx, gap_id: int) -> Gap:
    return await tx.get_one(Gap, gap_id)


async def newest(tx: Tx) -> Gap | None:
    """The last gap there was."""
    return (await tx.exec(select(Gap).order_by(col(Gap.until).desc()))).first()
