"""The sender of a database's outbox, on a Slack of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from bot.elected import Role
from bot.messages import Message
from bot.sandbox.slack import SlackSandbox
from bot.slack.client import open_client
from bot.slack.outbox import Outbox
from handlers.jobs.undeliverable import undeliverable
from storage import outbox
from storage.database import Database, Tx
from storage.outbox import Outgoing
from tests.team import settings_for
from tests.waiting import until

PAUSE = 1.0  # seconds; the first there is


@dataclass
class Mouth:
    """The outbox of a database, and the sender that empties it into the sandbox."""

    db: Database
    slack: SlackSandbox
    path: Path
    dead: list[str] = field(default_factory=list)
    stands_at: datetime | None = None  # where its clock was stopped

    def now(self) -> datetime:
        return self.stands_at or datetime.now(UTC)

    def pass_time(self, seconds: float) -> None:
        self.stands_at = self.now() + timedelta(seconds=seconds)
        self.db.signal(outbox.SIGNAL).set()

    @asynccontextmanager
    async def sending(self, *, holder: str = "first", **settings: Any) -> AsyncIterator[Role]:
        given = settings_for(self.slack, self.path, **settings)
        role = Role(self.db, "outbox", holder=holder, seconds=60, clock=self.now)
        async with open_client(given) as client:
            sender = Outbox(
                self.db, client, given, role=role, on_undeliverable=self.on_undeliverable, jitter=lambda: 0.0
            )
            task = asyncio.create_task(sender.run())
            try:
                yield role
            finally:
                sender.stop()
                await task

    async def on_undeliverable(self, tx: Tx, row: Outgoing, error: str) -> None:
        self.dead.append(f"{row.key}: {error}")
        await undeliverable(tx, row, error, now=datetime.now(UTC), language="en")

    async def put(self, *rows: Outgoing) -> None:
        async with self.db.write() as tx:
            for row in rows:
                await outbox.add(tx, row)

    async def backlog(self) -> dict[str, int]:
        async with self.db.read() as tx:
            return await outbox.backlog(tx)

    async def is_empty(self) -> bool:
        return not {"waiting", "sending"} & (await self.backlog()).keys()

    async def has_failed(self) -> bool:
        async with self.db.read() as tx:
            return all(row.error for row in await tx.exec(select(Outgoing)))

    async def emptied(self) -> None:
        await until(self.is_empty)

    async def emptied_at_once(self) -> None:
        """The same where the pause before another attempt is over as soon as it begins: only the clock waits for it."""

        async def is_so() -> bool:
            async with self.db.read() as tx:
                left = list(await tx.exec(select(Outgoing).where(col(Outgoing.state).in_(("waiting", "sending")))))
            if left and all(row.state == "waiting" and row.error for row in left):
                self.pass_time(PAUSE)
            return not left

        await until(is_so)

    async def left_with(self, waiting: int) -> None:
        """Wait until all but so many are sent."""

        async def is_so() -> bool:
            left = await self.backlog()
            return (left.get("waiting", 0), left.get("sending", 0)) == (waiting, 0)

        await until(is_so)

    def row(self, key: str, *, to: str = "#ops", **given: Any) -> Outgoing:
        """A post, unless it is something else; `to` is a channel, or a person's name."""
        where = self.slack.channel(to).id if to.startswith("#") else self.slack.user(to).id
        now = self.now()
        values: dict[str, Any] = {
            "workspace_id": self.slack.workspace_id,
            "key": key,
            "kind": "post",
            "lane": key,
            "channel_id": where,
            "payload": Message(text=key).model_dump_json(),
            "due_at": now,
            "created_at": now,
        }
        return Outgoing(**(values | given))

    def edit(self, number: int, *, of: str) -> Outgoing:
        return self.row(f"{of} edit {number}", kind="edit", lane=f"edit:{of}", anchor=of)

    def texts(self, channel: str = "#ops") -> list[str]:
        return [message.text for message in self.slack.messages(channel) if message.bot_id]

    def times(self, method: str, channel: str) -> list[float]:
        where = self.slack.channel(channel).id
        return [call.at for call in self.slack.calls(method) if call.args["channel"] == where]
