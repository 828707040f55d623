"""Which channels have more heard than what mentions the bot: asked for each message, read once for all of a burst."""

import asyncio

from agent.channels.settings import hearing
from storage.database import Database


class Listening:
    """The readings of one process; nothing is remembered, so that a change counts for the next message."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._asked: set[str] = set()
        self._reading: asyncio.Task[frozenset[str]] | None = None

    async def is_on(self, channel_id: str) -> bool:
        """Whether what is said in this channel has to be looked at."""
        self._asked.add(channel_id)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return channel_id in await asyncio.shield(self._reading)  # others wait for it too

    async def _read(self) -> frozenset[str]:
        await asyncio.sleep(0)  # envelopes of one burst are read in one round of the loop: ask for them together
        asked, self._asked, self._reading = self._asked, set(), None
        async with self._db.read() as tx:
            return await hearing(tx, asked)
