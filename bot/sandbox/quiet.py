"""Waits until a bot on the sandbox has nothing left to do: what people do not see then will not come."""

import asyncio
from contextlib import suppress

from bot.sandbox.slack import SlackSandbox
from storage import unfinished
from storage.database import Database

LOOK_AGAIN = 0.05  # seconds; the last receipts change nothing that people see
BREATH = 0.01  # seconds: what people see changes in bursts, and to look at each change takes the bot's own time


async def quiet(slack: SlackSandbox, db: Database, *, timeout: float = 15.0) -> None:
    """Return when every event was heard, worked off and answered.

    Raises:
        TimeoutError: it did not come to rest in time.
    """
    async with asyncio.timeout(timeout):
        while not await _is_quiet(slack, db):
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN):
                    await slack.world.pulse.wait()
            await asyncio.sleep(BREATH)


async def _is_quiet(slack: SlackSandbox, db: Database) -> bool:
    if not all(envelope.acked_at or envelope.is_lost for envelope in slack.envelopes):
        return False
    async with db.read() as tx:
        return not await unfinished.is_any(tx)
