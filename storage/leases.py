"""Roles that one process holds at a time: the clock, the sender of the outbox."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlalchemy import select as select_columns
from sqlmodel import Field, SQLModel, col, select, update

from storage.columns import UtcTime
from storage.database import Tx, run


class Lease(SQLModel, table=True):
    """`term` grows with each new holder, so that a former one can be told from the present one."""

    __tablename__ = "leases"

    role: str = Field(primary_key=True)
    holder: str
    term: int
    until: datetime = Field(sa_type=UtcTime)


_leases = SQLModel.metadata.tables["leases"]
_OF = select_columns(*_leases.c).where(_leases.c.role == bindparam("wanted"))
_RENEW = (
    update(_leases)
    .where(
        _leases.c.role == bindparam("wanted"), _leases.c.holder == bindparam("by"), _leases.c.term == bindparam("held")
    )
    .values(until=bindparam("longer", type_=UtcTime))
)


async def renew(tx: Tx, role: str, *, holder: str, term: int, now: datetime, seconds: float) -> bool:
    """Keep a role that one has, however late; False when somebody else took it."""
    longer = now + timedelta(seconds=seconds)
    kept = await run(tx, _RENEW, {"wanted": role, "by": holder, "held": term, "longer": longer})
    return kept.rowcount > 0


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
    row = (await run(tx, _OF, {"wanted": role})).first()
    return None if row is None else Lease(**row._mapping)


async def until(tx: Tx, role: str) -> datetime | None:
    """When a role ran out or will; None when nobody ever held it."""
    return (await tx.exec(select(Lease.until).where(Lease.role == role))).first()


async def release(tx: Tx, role: str, *, holder: str, now: datetime) -> None:
    """Give a role back at once instead of letting it run out."""
    await tx.exec(update(Lease).where(col(Lease.role) == role, col(Lease.holder) == holder).values(until=now))
