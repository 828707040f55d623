"""Asks for what is due at a time of day; it needs the database and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.scheduler import Clock
from handlers.roles.start import Running


@asynccontextmanager
async def ticking(running: Running) -> AsyncIterator[None]:
    """Tick while inside, if no other process does; at the end another one may."""
    clock = Clock(running.db, running.elected("clock"))
    async with asyncio.TaskGroup() as tasks:
        end = tasks.create_task(clock.run())
        try:
            yield
        finally:
            clock.stop()
            await end
