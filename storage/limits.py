"""How often the outside world may be called: counted in the database, so that all processes together keep to it.

A bucket holds one moment: when the next call fits (GCRA). Who asks takes the next moment and waits for it, so turns are
given in the order of asking, and a bucket needs no timer to fill up again. A slot is one call under way; slots are
leased, so those of a process that died come back. Who would wait too long may stand in line instead: its place is kept,
also leased, while it is away. No turn is: it would be lost with a process that dies, and early for one that comes late.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, bindparam, or_
from sqlalchemy import delete as delete_rows
from sqlalchemy import select as select_columns
from sqlalchemy import update as update_rows
from sqlmodel import Field, Index, SQLModel, col, delete, func, select

from storage.columns import UtcTime
from storage.database import Tx, run
from storage.upsert import insert

PATIENCE = timedelta(seconds=5)  # who would wait longer takes no turn and comes back later


@dataclass(frozen=True, kw_only=True)
class Rate:
    """`calls` in `seconds`, of which up to `burst` may follow each other at once.

    `kept`: the share of the burst that only calls a person waits for may use. `weight`: what one call counts for, where
    not calls are limited but what they carry.
    """

    calls: float
    seconds: float
    burst: int = 1
    kept: float = 0.0
    weight: int = 1

    def time_for(self, calls: int) -> timedelta:
        """The time in which so many become free."""
        return timedelta(seconds=calls * self.seconds / self.calls)


class Bucket(SQLModel, table=True):
    """One limit of one service: `slack:post:C123`, `github:core`. `next_at`: when all calls so far are paid for."""

    __tablename__ = "buckets"

    name: str = Field(primary_key=True)
    next_at: datetime = Field(sa_type=UtcTime)
    blocked_until: datetime | None = Field(default=None, sa_type=UtcTime)  # the service said so itself


class Slot(SQLModel, table=True):
    """One call under way, or a place in line for one."""

    __tablename__ = "slots"
    __table_args__ = (Index("ix_slots_bucket", "bucket", "until"),)

    id: int = Field(default=None, primary_key=True)
    bucket: str
    holder: str
    until: datetime = Field(sa_type=UtcTime)


# Built once: these run for every call, under the turn that all processes share.
_buckets, _slots = SQLModel.metadata.tables["buckets"], SQLModel.metadata.tables["slots"]
_READ = select_columns(_buckets.c.name, _buckets.c.next_at, _buckets.c.blocked_until).where(
    _buckets.c.name.in_(bindparam("wanted", expanding=True))
)
_put = insert(_buckets)
_PUT = _put.on_conflict_do_update(
    index_elements=["name"],
    set_={"next_at": _put.excluded.next_at, "blocked_until": _put.excluded.blocked_until},
)
_taken = (
    select_columns(func.count())
    .where(_slots.c.bucket == bindparam("of"), _slots.c.until > bindparam("now"))
    .scalar_subquery()
)
_free = select_columns(
    bindparam("of", type_=String), bindparam("by", type_=String), bindparam("end", type_=UtcTime)
).where(_taken < bindparam("size"))
_OCCUPY = insert(_slots).from_select(["bucket", "holder", "until"], _free).returning(_slots.c.id)
_VACATE = delete_rows(_slots).where(_slots.c.id == bindparam("held"))
_FREE_AT = select_columns(func.min(_slots.c.until, type_=UtcTime)).where(
    _slots.c.bucket == bindparam("of"), _slots.c.until > bindparam("now")
)
_others = _slots.alias("others")
_is_own = (_slots.c.bucket == bindparam("of")) & (_slots.c.holder == bindparam("by"))
_own_place = select_columns(func.min(_slots.c.id)).where(_is_own).scalar_subquery()
_AHEAD = select_columns(func.count()).where(
    _others.c.bucket == bindparam("of"),
    _others.c.until > bindparam("now"),
    or_(_own_place.is_(None), _others.c.id < _own_place),
)
_KEEP = update_rows(_slots).where(_is_own).values(until=bindparam("end"))
_LEAVE = delete_rows(_slots).where(_is_own)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The next turn of a bucket, which nobody has yet: how long to wait for it, and for one after those in line."""

    bucket: str
    wait: timedelta
    in_line: timedelta
    paid: datetime
    blocked_until: datetime | None


async def take(
    tx: Tx, name: str, rate: Rate, *, now: datetime, is_urgent: bool = False, patience: timedelta = PATIENCE
) -> timedelta:
    """Take a turn.

    Returns:
        How long to wait before the call. Above `patience` no turn was taken: come back after that long.
    """
    [found] = await next_turns(tx, {name: rate}, now=now, is_urgent=is_urgent)
    if found.wait <= patience:
        await pay(tx, found)
    return found.wait


async def next_turns(
    tx: Tx, rates: Mapping[str, Rate], *, now: datetime, ahead: int = 0, is_urgent: bool = False
) -> list[Turn]:
    """The turns of these buckets that can be paid for in this transaction, with so many others in line before them."""
    known, turns = await _buckets_of(tx, rates, now), []
    for name, rate in rates.items():
        next_at, blocked_until = known[name]
        wait, paid = turn(rate, next_at=next_at, now=now, is_urgent=is_urgent)
        in_line, _ = turn(rate, next_at=next_at, now=now, ahead=ahead, is_urgent=is_urgent)
        waits = [max(one, (blocked_until or now) - now) for one in (wait, in_line)]
        turns.append(Turn(bucket=name, wait=waits[0], in_line=waits[1], paid=paid, blocked_until=blocked_until))
    return turns


async def pay(tx: Tx, *turns: Turn) -> None:
    """Take them."""
    rows = [{"name": one.bucket, "next_at": one.paid, "blocked_until": one.blocked_until} for one in turns]
    await run(tx, _PUT, rows)


def turn(
    rate: Rate, *, next_at: datetime, now: datetime, ahead: int = 0, is_urgent: bool = False
) -> tuple[timedelta, datetime]:
    """How long to wait for a turn after so many others', and when all calls are paid for once it is taken."""
    paid = max(next_at, now)
    usable = rate.burst if is_urgent else max(rate.burst - int(rate.burst * rate.kept), 1)
    until = paid + rate.time_for((ahead + 1) * rate.weight - usable)
    return max(until - now, timedelta()), paid + rate.time_for(rate.weight)


async def settle(tx: Tx, name: str, rate: Rate, *, more: int, now: datetime) -> None:
    """A call used more than its weight, or less where that is negative."""
    next_at, blocked_until = await _bucket(tx, name, now)
    paid = max(next_at, now) + rate.time_for(more)
    await run(tx, _PUT, {"name": name, "next_at": paid, "blocked_until": blocked_until})


async def block(tx: Tx, name: str, *, until: datetime, now: datetime) -> None:
    """The service refuses calls until a moment; every process sees it with its next turn."""
    next_at, blocked_until = await _bucket(tx, name, now)
    later = max(until, blocked_until or until)
    await run(tx, _PUT, {"name": name, "next_at": next_at, "blocked_until": later})


async def observe(tx: Tx, name: str, rate: Rate, *, remaining: int, now: datetime) -> None:
    """The service says how many calls are left: others may use the same budget, so its count goes before ours."""
    next_at, blocked_until = await _bucket(tx, name, now)
    spent = max(next_at, now + rate.time_for(max(rate.burst - remaining, 0)))
    await run(tx, _PUT, {"name": name, "next_at": spent, "blocked_until": blocked_until})


async def occupy(tx: Tx, name: str, *, size: int, holder: str, now: datetime, until: datetime) -> int | None:
    """Take one of `size` slots until a moment; its id, or None while all are taken."""
    asked = {"of": name, "by": holder, "end": until, "now": now, "size": size}
    slot_id: int | None = (await run(tx, _OCCUPY, asked)).scalar()
    return slot_id


async def count_in(tx: Tx, name: str, *, most: int, span: timedelta, holder: str, now: datetime) -> timedelta:
    """Make one of at most `most` calls in any `span`: all at once, if so few were made lately.

    Returns:
        How long until one fits; if that is no time, this one is counted.
    """
    if await occupy(tx, name, size=most, holder=holder, now=now, until=now + span) is not None:
        return timedelta()
    free_at: datetime = (await run(tx, _FREE_AT, {"of": name, "now": now})).scalar_one()
    return free_at - now


async def vacate(tx: Tx, slot_id: int) -> None:
    """Give a slot back."""
    await run(tx, _VACATE, {"held": slot_id})


async def vacate_all(tx: Tx, holders: Collection[str]) -> None:
    """Give back the slots of processes that are no more: their calls ended with them."""
    await tx.exec(delete(Slot).where(col(Slot.holder).in_(holders)))


async def ahead(tx: Tx, name: str, asker: str, *, now: datetime) -> int:
    """How many are in line before who asks: all, if it has no place there."""
    asked = {"of": _line(name), "by": asker, "now": now}
    number: int = (await run(tx, _AHEAD, asked)).scalar_one()
    return number


async def line_up(tx: Tx, name: str, asker: str, *, until: datetime) -> None:
    """Keep one's place in line, or take the last one; from `until` on the others no longer wait for who has it."""
    place = {"of": _line(name), "by": asker, "end": until}
    if not (await run(tx, _KEEP, place)).rowcount:
        await run(tx, insert(_slots), {"bucket": _line(name), "holder": asker, "until": until})


async def leave_line(tx: Tx, name: str, asker: str) -> None:
    """Its turn has come."""
    await run(tx, _LEAVE, {"of": _line(name), "by": asker})


async def blocked(tx: Tx, *, now: datetime) -> list[Bucket]:
    """The buckets whose service refuses calls at the moment."""
    return list(await tx.exec(select(Bucket).where(col(Bucket.blocked_until) > now).order_by(col(Bucket.name))))


async def prune(tx: Tx, *, before: datetime) -> int:
    """Drop buckets that were full again before a moment, and slots of calls that ended before it without a word."""
    await tx.exec(delete(Slot).where(col(Slot.until) < before))
    idle = (col(Bucket.next_at) < before) & (func.coalesce(col(Bucket.blocked_until), before) <= before)
    return (await tx.exec(delete(Bucket).where(idle))).rowcount


def _line(name: str) -> str:
    return f"{name}:line"


async def _bucket(tx: Tx, name: str, now: datetime) -> tuple[datetime, datetime | None]:
    return (await _buckets_of(tx, [name], now))[name]


async def _buckets_of(tx: Tx, names: Iterable[str], now: datetime) -> dict[str, tuple[datetime, datetime | None]]:
    """When all their calls are paid for, and until when their service refuses them."""
    found = {row.name: (row.next_at, row.blocked_until) for row in await run(tx, _READ, {"wanted": list(names)})}
    return {name: found.get(name, (now, None)) for name in names}
