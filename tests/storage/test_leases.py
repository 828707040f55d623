"""A role has one holder; the next one takes over when it is gone, silent or done."""

from datetime import UTC, datetime, timedelta

from storage import leases
from storage.database import Database

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def hold(db: Database, holder: str, *, after: float = 0, dead: tuple[str, ...] = ()) -> int | None:
    now = NOON + timedelta(seconds=after)
    async with db.write() as tx:
        return await leases.hold(tx, "outbox", holder=holder, now=now, seconds=15, is_dead=dead.__contains__)


async def test_a_second_process_waits_while_the_first_renews(db: Database) -> None:
    assert await hold(db, "first") == 1
    assert await hold(db, "second", after=10) is None
    assert await hold(db, "first", after=10) == 1
    assert await hold(db, "second", after=20) is None


async def test_a_silent_holder_loses_the_role_and_each_holder_has_a_greater_term(db: Database) -> None:
    assert await hold(db, "first") == 1
    assert await hold(db, "second", after=15) == 2
    assert await hold(db, "first", after=16) is None
    assert await hold(db, "first", after=31) == 3


async def test_a_dead_holder_is_replaced_at_once(db: Database) -> None:
    assert await hold(db, "first") == 1
    assert await hold(db, "second", dead=("first",)) == 2


async def test_a_role_that_is_given_back_is_free_at_once(db: Database) -> None:
    assert await hold(db, "first") == 1
    async with db.write() as tx:
        await leases.release(tx, "outbox", holder="second", now=NOON)
    assert await hold(db, "second") is None
    async with db.write() as tx:
        await leases.release(tx, "outbox", holder="first", now=NOON)
    assert await hold(db, "second") == 2


async def test_the_holder_keeps_it_until_another_one_has_it(db: Database) -> None:
    async def renew(holder: str, term: int, *, after: float) -> bool:
        now = NOON + timedelta(seconds=after)
        async with db.write() as tx:
            return await leases.renew(tx, "outbox", holder=holder, term=term, now=now, seconds=15)

    assert not await renew("first", 1, after=0)
    assert await hold(db, "first") == 1
    assert await renew("first", 1, after=20)  # nobody wanted it meanwhile
    assert await hold(db, "second", after=34) is None
    assert not await renew("second", 1, after=34)
    assert await hold(db, "second", after=35) == 2
    assert not await renew("first", 1, after=36)
    assert not await renew("second", 1, after=36)
