"""What is recorded is sealed by the process that holds the clock, and by no other."""

import asyncio

from bot.elected import Role
from bot.sealer import look, sealing
from storage.database import Database
from tests.storage.test_audit import adopt, record, verified
from tests.waiting import until


async def test_the_holder_of_the_clock_seals_and_the_others_do_not(db: Database) -> None:
    await adopt(db)
    await record(db, 1, 2)
    one, two = (Role(db, "clock", holder=name, seconds=60) for name in ("one", "two"))
    await one.hold()
    assert await look(db, two) == 0
    assert await look(db, one) == 2


async def test_it_goes_on_until_it_is_stopped(db: Database) -> None:
    await adopt(db)
    role = Role(db, "clock", holder="one", seconds=60)
    await role.hold()
    stop = asyncio.Event()
    task = asyncio.create_task(sealing(db, role, stop=stop, every=0.01))
    for number in (1, 2):
        await record(db, number)

        async def is_sealed(number: int = number) -> bool:
            return (await verified(db)).sealed == number

        await until(is_sealed)
    stop.set()
    await task
