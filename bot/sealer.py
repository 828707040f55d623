"""What is put on record is sealed within ten seconds, while this process holds the clock."""

import asyncio

import structlog

from bot.elected import Role
from storage import seals
from storage.database import Database, StorageError

log = structlog.get_logger()

LOOK_SECONDS = 10.0


async def look(db: Database, role: Role) -> int:
    """Seal what is new, if this process holds the role; how much. Two that both believe to hold it do no harm.

    Raises:
        StorageError: the next look seals it.
    """
    return await seals.seal(db) if role.is_held else 0


async def sealing(db: Database, role: Role, *, stop: asyncio.Event, every: float = LOOK_SECONDS) -> None:
    """Look every now and then, until `stop` is set."""
    while not stop.is_set():
        try:
            await look(db, role)
        except StorageError as error:
            log.error("the record is not sealed", error=str(error)[:200])
        try:
            async with asyncio.timeout(every):
                await stop.wait()
        except TimeoutError:
            continue
