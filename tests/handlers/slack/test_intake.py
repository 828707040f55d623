"""Envelopes that arrive together are stored in one commit: a burst is acknowledged after one wait for the disk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from sqlmodel import col, func, select

from handlers.slack.intake import Intake
from storage.database import Database, Tx
from storage.inbox import Delivery
from tests.team import Bot

AT_ONCE = 16


def chatter(number: int) -> dict[str, Any]:
    """An event that the bot keeps and does nothing about."""
    said = {"type": "message", "channel": "C1", "user": "U1", "text": "lunch?", "ts": f"{number}.0"}
    return {"type": "event_callback", "team_id": "T1", "event_id": f"EvBurst{number}", "event": said}


class Counted(Database):
    """A database that counts its write transactions."""

    writes = 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        self.writes += 1
        async with super().write() as tx:
            yield tx


async def test_a_burst_is_one_commit(bot: Bot) -> None:
    db = Counted(bot.ctx.db.path)
    intake = Intake(replace(bot.ctx, db=db))
    stored = await asyncio.gather(*(intake.store(chatter(number)) for number in range(AT_ONCE)))
    assert all(one.is_new for one in stored)
    assert db.writes == 1
    async with db.read() as tx:
        kept = select(func.count()).where(col(Delivery.dedupe_key).startswith("EvBurst"))
        assert (await tx.exec(kept)).one() == AT_ONCE
    await db.close()
