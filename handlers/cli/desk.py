"""The operator's own transaction: what a verb changes is committed at its end, and audited."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from agent.desk import Desk
from bot.settings import Settings
from storage import workspace
from storage.database import open_database
from storage.migrate import upgrade


@asynccontextmanager
async def operator(settings: Settings) -> AsyncIterator[Desk]:
    """A desk on the database of these settings, made and brought up to date first."""
    await asyncio.to_thread(upgrade, settings.database_path)
    correlation_id = secrets.token_hex(6)
    async with open_database(settings.database_path) as db, db.write() as tx:
        yield Desk(
            tx=tx,
            now=datetime.now(UTC),
            settings=settings,
            workspace_id=await workspace.current(tx),
            surface="cli",
            correlation_id=correlation_id,
            key=f"cli:{correlation_id}",
        )
