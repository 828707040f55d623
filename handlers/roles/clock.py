"""Asks for what is due at a time of day, and seals the audit record; it needs the database and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agent.alarms.keep import ALARM
from bot.scheduler import Clock
from bot.sealer import sealing
from handlers.roles.start import Running


@asynccontextmanager
async def ticking(running: Running) -> AsyncIterator[None]:
    """Tick while inside, if no other process does; at the end another one may."""
    role, stop = running.elected("clock"), asyncio.Event()
    clock = Clock(running.db, role, held_back=() if running.settings.reminders else (ALARM,))
    async with asyncio.TaskGroup() as tasks:
        end = tasks.create_task(clock.run())
        tasks.create_task(sealing(running.db, role, stop=stop))
        try:
            yield
        finally:
            stop.set()
            clock.stop()
            await end
