"""Waits until a bot on the sandbox has nothing left to do: what people do not see then will not come."""

import asyncio
from contextlib import suppress

from bot.sandbox.slack import SlackSandbox
from storage import outbox, queue
from storage.database import Database
from storage.queue.jobs import BUSY

LOOK_AGAIN = 0.05  # seconds; the last receipts change nothing that people see


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


async def _is_quiet(slack: SlackSandbox, db: Database) -> bool:
    if not all(envelope.acked_at or envelope.is_lost for envelope in slack.envelopes):
        return False
    async with db.read() as tx:
        jobs = await queue.counts(tx)
        if any(jobs.get(state) for state in BUSY):
            return False
        rows = await outbox.backlog(tx)
    return not any(rows.get(state) for state in outbox.UNFINISHED)
