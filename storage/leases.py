"""Roles that one process holds at a time: the clock, the sender of the outbox."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Field, SQLModel, col, select, update

from storage.columns import UtcTime
from storage.database import Tx


class Lease(SQLModel, table=True):
    """`term` grows with each new holder, so that a former one can be told from the present one."""

    __tablename__ = "leases"

    role: str = Field(primary_key=True)
    holder: str
    term: int
    until: datetime = Field(sa_type=UtcTime)


async def hold(
    tx: Tx, role: str, *, holder: str, now: datetime, seconds: float, is_dead: Callable[[str], bool]
) -> int | None:
    """Take or renew a role and return the term; None while another living process has it."""
    lease = (await tx.exec(select(Lease).where(Lease.role == role))).first()
    until = now + timedelta(seconds=seconds)
    if lease is None:
        tx.add(Lease(role=role, holder=holder, term=1, until=until))
        return 1
    if lease.holder == holder:
        lease.until = until
        return lease.term
    if lease.until > now and not is_dead(lease.holder):
        return None
    lease.holder, lease.until, lease.term = holder, until, lease.term + 1
    return lease.term


async def of(tx: Tx, role: str) -> Lease | None:
    """Who holds a role, or held it last; None when nobody ever did."""
    return (await tx.exec(select(Lease).where(Lease.role == role))).first()


async def until(tx: Tx, role: str) -> datetime | None:
    """When a role ran out or will; None when nobody ever held it."""
    return (await tx.exec(select(Lease.until).where(Lease.role == role))).first()


async def release(tx: Tx, role: str, *, holder: str, now: datetime) -> None:
    """Give a role back at once instead of letting it run out."""
    await tx.exec(update(Lease).where(col(Lease.role) == role, col(Lease.holder) == holder).values(until=now))
