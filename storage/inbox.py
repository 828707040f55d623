"""What came in, each event once: stored before Slack is told that we have it."""

import zlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, literal_column
from sqlmodel import JSON, Field, Index, SQLModel, UniqueConstraint, col, select, update

from storage.columns import Row, UtcTime, values_of, where
from storage.database import Tx, run
from storage.queue.jobs import UNFINISHED, Job
from storage.upsert import insert

SMALL = 4096  # bytes of a body that are not worth packing
AT_ONCE = 500  # keys in one query
WAITING, NO_ROOM = "waiting", "the queue is full: its job follows"  # status and reason
NO_BODY = b"{}"  # of an event that was not for the bot, or whose content was dropped by its age


class Delivery(Row, table=True):
    """One inbound event. `claim` names the thing it is about when two events may tell of one thing."""

    __tablename__ = "deliveries"
    # Jobs are keyed by delivery ids, so a pruned id may never come back.
    __table_args__ = (
        UniqueConstraint("source", "dedupe_key"),
        Index("ix_deliveries_repo", "repo_id", "received_at"),
        Index("ix_deliveries_waiting", "id", **where("status = 'waiting'")),
        {"sqlite_autoincrement": True},
    )

    source: str
    dedupe_key: str
    claim: str | None = Field(default=None, unique=True)
    kind: str  # Slack: what it became; GitHub: the event
    action: str | None = None
    repo_id: int | None = Field(default=None, sa_type=BigInteger)
    enterprise_id: str | None = None
    headers: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    body: bytes = b""
    encoding: str = "identity"  # or zlib
    sha256: str = ""  # of the body as it came
    size: int = 0
    client: str = ""
    secret_id: int | None = None  # which hook's own secret proved it
    correlation_id: str = Field(index=True)
    status: str = "accepted"  # or ignored: no job, or one that found nothing to do; or waiting: its job follows
    reason: str = ""
    received_at: datetime = Field(sa_type=UtcTime, index=True)

    @property
    def is_waiting(self) -> bool:
        """It has no job yet."""
        return self.status == WAITING

    @property
    def raw(self) -> bytes:
        """The body, byte for byte as it came."""
        return zlib.decompress(self.body) if self.encoding == "zlib" else self.body


_deliveries = SQLModel.metadata.tables["deliveries"]
_STORE = insert(_deliveries).on_conflict_do_nothing().returning(_deliveries.c.dedupe_key, _deliveries.c.id)
_GET = select(Delivery).where(Delivery.id == bindparam("wanted"))
_CLAIMED = select(Delivery.id).where(Delivery.claim == bindparam("claimed"))
_is_waiting = col(Delivery.status) == literal_column(f"'{WAITING}'")  # as its index says it
_NEXT_WAITING = select(Delivery).where(_is_waiting).order_by(col(Delivery.id))
_ANY_WAITING = select(Delivery.id).where(_is_waiting).limit(1)
_COUNT_WAITING = select(func.count()).select_from(Delivery).where(_is_waiting)


async def store(tx: Tx, deliveries: Sequence[Delivery]) -> dict[str, int]:
    """Store deliveries; dedupe key -> id of those that are new and first to claim what they are about.

    Slack tells of one message as `message` and as `app_mention`: the second is kept, without the claim, for the record.
    """
    new = await _insert(tx, [values_of(delivery) for delivery in deliveries])
    rest = [delivery for delivery in deliveries if delivery.claim and delivery.dedupe_key not in new]
    if rest:
        await _insert(tx, [values_of(delivery) | {"claim": None} for delivery in rest])
    return new


async def _insert(tx: Tx, rows: list[dict[str, Any]]) -> dict[str, int]:
    added = await run(tx, _STORE, rows if len(rows) > 1 else rows[0])  # a list of one costs twice as much
    return {row.dedupe_key: row.id for row in added}


async def get(tx: Tx, delivery_id: int) -> Delivery:
    return (await tx.exec(_GET, params={"wanted": delivery_id})).one()


async def by_key(tx: Tx, source: str, dedupe_key: str) -> Delivery:
    """What has come in under a key that is known to be used."""
    known = select(Delivery).where(Delivery.source == source, Delivery.dedupe_key == dedupe_key)
    return (await tx.exec(known)).one()


async def held(tx: Tx, source: str, dedupe_keys: Collection[str]) -> set[str]:
    """Those of the keys under which something has come in."""
    keys, found = list(dedupe_keys), set[str]()
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        known = select(Delivery.dedupe_key).where(Delivery.source == source, col(Delivery.dedupe_key).in_(some))
        found |= set(await tx.exec(known))
    return found


async def last_of_repositories(tx: Tx) -> dict[int, datetime]:
    """GitHub's repository id -> when its last webhook came."""
    heard = select(Delivery.repo_id, func.max(Delivery.received_at)).where(
        col(Delivery.repo_id).is_not(None), col(Delivery.dedupe_key).not_like("reconcile:%")
    )
    return {repo_id: at for repo_id, at in await tx.exec(heard.group_by(col(Delivery.repo_id))) if repo_id}


async def job_of(tx: Tx, delivery_id: int) -> Job | None:
    """The job that a delivery asked for."""
    return (await tx.exec(select(Job).where(Job.dedupe_key == f"delivery:{delivery_id}"))).first()


async def waiting(tx: Tx, *, limit: int) -> list[Delivery]:
    """Those that wait for their jobs, in the order in which they came."""
    return list(await tx.exec(_NEXT_WAITING.limit(limit)))


async def is_any_waiting(tx: Tx) -> bool:
    return (await tx.exec(_ANY_WAITING)).first() is not None


async def count_waiting(tx: Tx) -> int:
    return (await tx.exec(_COUNT_WAITING)).one()


async def is_busy(tx: Tx, source: str, dedupe_keys: Collection[str]) -> bool:
    """Whether the work that these deliveries asked for is still to be done."""
    keys = list(dedupe_keys)
    for start in range(0, len(keys), AT_ONCE):
        known = col(Delivery.dedupe_key).in_(keys[start : start + AT_ONCE])
        came = list(await tx.exec(select(Delivery.id, Delivery.status).where(Delivery.source == source, known)))
        if any(status == WAITING for _, status in came):
            return True
        jobs = select(Job.id).where(col(Job.dedupe_key).in_([f"delivery:{id_}" for id_, _ in came]))
        if (await tx.exec(jobs.where(col(Job.state).in_(UNFINISHED)))).first() is not None:
            return True
    return False


async def is_part_busy(tx: Tx, correlation_id: str) -> bool:
    """Whether work is still to be done that some work with this correlation id has found."""
    parts = select(Job.id).where(col(Job.correlation_id).startswith(f"{correlation_id}.", autoescape=True))
    return (await tx.exec(parts.where(col(Job.state).in_(UNFINISHED)))).first() is not None


async def dead_parts(tx: Tx, correlation_id: str, *, name: str) -> int:
    """How many jobs of one kind that some work has found are dead letters."""
    parts = col(Job.correlation_id).startswith(f"{correlation_id}.", autoescape=True)
    dead = select(func.count()).select_from(Job).where(parts, Job.kind == name, Job.state == "dead")
    return (await tx.exec(dead)).one()


async def last_uses(tx: Tx) -> dict[int, datetime]:
    """Secret id -> when the last delivery came that it proved, as far as deliveries are kept."""
    used = select(Delivery.secret_id, func.max(Delivery.received_at)).where(col(Delivery.secret_id).is_not(None))
    return {secret_id: at for secret_id, at in await tx.exec(used.group_by(col(Delivery.secret_id))) if secret_id}


async def fed(tx: Tx, delivery_ids: Sequence[int]) -> None:
    """They wait no longer: they have their jobs."""
    await tx.exec(update(Delivery).where(col(Delivery.id).in_(delivery_ids)).values(status="accepted", reason=""))


async def ignore(tx: Tx, delivery_id: int, reason: str) -> None:
    """Nothing follows from it; the record says why."""
    await tx.exec(update(Delivery).where(col(Delivery.id) == delivery_id).values(status="ignored", reason=reason))


async def let_go(tx: Tx, delivery_id: int, reason: str) -> None:
    """It was looked at and is nobody's business: of its content nothing is kept."""
    emptied = {"body": NO_BODY, "encoding": "identity", "status": "ignored", "reason": reason}
    await tx.exec(update(Delivery).where(col(Delivery.id) == delivery_id).values(**emptied))


def packed(body: bytes) -> tuple[bytes, str]:
    """A body as it is kept, and its encoding; takes a while for a large one."""
    # Level 1: a sixth larger than by default, in two thirds of the time.
    return (zlib.compress(body, 1), "zlib") if len(body) > SMALL else (body, "identity")


async def is_readable(tx: Tx, delivery_id: int) -> bool:
    """Whether the content of a delivery is still kept."""
    body = (await tx.exec(select(Delivery.body).where(Delivery.id == delivery_id))).first()
    return body not in {None, NO_BODY}


def message_claim(channel_id: str, ts: str) -> str:
    """What every event that tells of one new message claims."""
    return f"message:{channel_id}:{ts}"


def edit_claim(channel_id: str, ts: str, edited_ts: str) -> str:
    """What every event that tells of one edit claims."""
    return f"edit:{channel_id}:{ts}:{edited_ts}"


def deleted_claim(channel_id: str, ts: str) -> str:
    """What the deletion of a message claims."""
    return f"deleted:{channel_id}:{ts}"


async def is_claimed(tx: Tx, claim: str) -> bool:
    """Whether an event with this claim has come in."""
    return (await run(tx, _CLAIMED, {"claimed": claim})).first() is not None
