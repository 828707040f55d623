"""Who is asked to review which pull request, and what they said of which commit: as GitHub told it last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Field, UniqueConstraint, col, select, update

from storage import reminders
from storage.columns import Row, UtcTime
from storage.database import Tx
from storage.identities import GITHUB, VERIFIED, Identity
from storage.pulls import Pull
from storage.reminders import LIVE, Reminder
from storage.repositories import Repository

CHANGES_REQUESTED = "changes_requested"


class ReviewRequest(Row, table=True):
    """One person on one pull request. `asked_at` is None while nobody waits for them."""

    __tablename__ = "review_requests"
    __table_args__ = (UniqueConstraint("pull_id", "login"),)

    pull_id: int = Field(foreign_key="pulls.id")
    login: str = Field(index=True)  # in lower case, as identities have it
    asked_at: datetime | None = Field(default=None, sa_type=UtcTime)
    verdict: str = ""  # approved, changes_requested, commented or dismissed
    verdict_sha: str = ""  # the newest commit when it was said
    verdict_at: datetime | None = Field(default=None, sa_type=UtcTime)

    def is_awaited(self, pull: Pull) -> bool:
        """Whether it is their turn: of a draft, their own or a commit that they have reviewed it is not."""
        is_due = self.asked_at is not None and pull.state == "open" and not pull.is_draft
        return is_due and self.login != (pull.author or "").lower() and self.verdict_sha != pull.head_sha


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """A pull request that waits for somebody's review."""

    pull: Pull
    review: ReviewRequest
    repository: str


_OF_PULL = select(ReviewRequest).where(ReviewRequest.pull_id == bindparam("pull")).order_by(col(ReviewRequest.id))
_AWAITED = (
    select(Pull, ReviewRequest, Repository.full_name)
    .join(ReviewRequest, col(ReviewRequest.pull_id) == Pull.id)
    .join(Identity, col(Identity.value) == ReviewRequest.login)
    .join(Repository, col(Repository.id) == Pull.repository_id)
    .where(
        Identity.person_id == bindparam("person"),
        Identity.kind == GITHUB,
        Identity.state == VERIFIED,
        col(ReviewRequest.asked_at).is_not(None),
        Pull.state == "open",
        col(Repository.is_gone).is_(False),
        col(Repository.disconnected_at).is_(None),
    )
    .order_by(col(ReviewRequest.asked_at), col(ReviewRequest.id))
)


async def of_pull(tx: Tx, pull_id: int) -> list[ReviewRequest]:
    """Everybody who was asked, or has said something."""
    return list(await tx.exec(_OF_PULL, params={"pull": pull_id}))


async def get(tx: Tx, pull_id: int, login: str) -> ReviewRequest | None:
    """Somebody's on a pull request."""
    found = select(ReviewRequest).where(ReviewRequest.pull_id == pull_id, ReviewRequest.login == login.lower())
    return (await tx.exec(found)).first()


async def awaited(tx: Tx, person_id: int) -> list[Awaited]:
    """What waits for somebody's review, by their verified login; what waits longest first."""
    rows = await tx.exec(_AWAITED, params={"person": person_id})
    return [
        Awaited(pull=pull, review=review, repository=name) for pull, review, name in rows if review.is_awaited(pull)
    ]


async def replan(tx: Tx, pull_id: int, wanted: Sequence[Reminder]) -> None:
    """Make these the reminders that a pull request still has before it; what was sent or dropped stays so."""
    keys = [one.plan_key for one in wanted]
    others = (col(Reminder.pull_id) == pull_id) & col(Reminder.state).in_(LIVE) & col(Reminder.plan_key).not_in(keys)
    await tx.exec(update(Reminder).where(others).values(state="cancelled"))
    await reminders.plan(tx, wanted)


async def planned_keys(tx: Tx, pull_id: int) -> list[str]:
    """The keys of all that ever came, or is to come, of a pull request."""
    return list(await tx.exec(select(Reminder.plan_key).where(Reminder.pull_id == pull_id)))


async def is_overtaken(tx: Tx, reminder: Reminder, *, now: datetime) -> bool:
    """Whether the next one about the same request is due too, so that this one would come twice."""
    same = (col(Reminder.pull_id) == reminder.pull_id) & (col(Reminder.reason) == reminder.reason)
    later = (col(Reminder.generation) > reminder.generation) & (col(Reminder.due_at) <= now)
    return (await tx.exec(select(Reminder.id).where(same & later, col(Reminder.state).in_(LIVE)))).first() is not None
