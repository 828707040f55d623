"""Sends what the outbox holds: paced per channel, in order per thread, repeated when safe, looked up when in doubt."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from operator import attrgetter

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.elected import Role
from bot.settings import Settings
from bot.slack.client import DONE, CallFailed
from bot.slack.deliver import Sent, deliver, find
from bot.worker import backoff
from storage import outbox
from storage.database import Database, Tx
from storage.outbox import Outgoing

log = structlog.get_logger()

BATCH = 100  # rows looked at in one round
IN_FLIGHT = 24  # calls to Slack at a time
POLL_SECONDS = 1.0
OnUndeliverable = Callable[[Tx, Outgoing, str], Awaitable[None]]


class Outbox:
    """The one sender of a database: it only acts while it holds the role `outbox`."""

    def __init__(
        self,
        db: Database,
        client: AsyncWebClient,
        settings: Settings,
        *,
        role: Role,
        on_undeliverable: OnUndeliverable,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.db = db
        self.client = client
        self.settings = settings
        self.role = role
        self.on_undeliverable = on_undeliverable
        self.jitter = jitter
        self._rest_until: dict[str, datetime] = {}  # channel, message or method -> when it may be called again
        self._in_flight = 0
        self._stopping = False

    async def run(self) -> None:
        """Send until `stop`; calls in flight are awaited, what is left stays stored."""
        async with self.role.kept(), asyncio.TaskGroup() as tasks:
            while not self._stopping:
                self.db.signal(outbox.SIGNAL).clear()
                if self.role.is_held or await self._take_over():
                    await self._send_due(tasks)
                await self._rest()

    def stop(self) -> None:
        """Start no further call."""
        self._stopping = True
        self.db.signal(outbox.SIGNAL).set()

    async def _take_over(self) -> bool:
        if not await self.role.hold() or self.role.term is None:
            return False
        async with self.db.write() as tx:
            if left := await outbox.take_over(tx, term=self.role.term):
                log.info("uncertain calls of the former sender", count=left)
        return True

    async def _send_due(self, tasks: asyncio.TaskGroup) -> None:
        now, term = self.role.clock(), self.role.term
        self._rest_until = {key: until for key, until in self._rest_until.items() if until > now}
        room = IN_FLIGHT - self._in_flight
        if room <= 0 or term is None:
            return
        async with self.db.read() as tx:
            due = await outbox.due(tx, now=now, resting=list(self._rest_until), limit=BATCH)
        chosen = self._choose(due)[:room]
        if not chosen:
            return
        for row in chosen:
            self._pace(row, now)
        async with self.db.write() as tx:
            claimed = await outbox.claim(tx, [row.id for row in chosen], term=term, now=now)
        for row in claimed:
            self._in_flight += 1
            tasks.create_task(self._send(row))

    def _choose(self, due: list[Outgoing]) -> list[Outgoing]:
        """At most one post a channel and one edit a message, and nothing that Slack asked us to wait with."""
        free = [row for row in due if row.kind not in self._rest_until and _pace_key(row) not in self._rest_until]
        by_key = itertools.groupby(sorted(free, key=lambda row: (_pace_key(row), row.id)), key=_pace_key)
        return sorted((next(rows) for _, rows in by_key), key=attrgetter("id"))

    def _pace(self, row: Outgoing, now: datetime) -> None:
        seconds = {"post": self.settings.post_interval_seconds, "edit": self.settings.edit_interval_seconds}
        if pause := seconds.get(row.kind, 0.0):
            self._rest_until[_pace_key(row)] = now + timedelta(seconds=pause)

    async def _send(self, row: Outgoing) -> None:
        with structlog.contextvars.bound_contextvars(correlation_id=row.correlation_id):
            try:
                await self._attempt(row)
            finally:
                self._in_flight -= 1
                self.db.signal(outbox.SIGNAL).set()

    async def _attempt(self, row: Outgoing) -> None:
        try:
            anchor = await self._anchor(row)
            done = await find(self.client, row, anchor) if row.is_uncertain else None
            if done is None:
                done = await deliver(self.client, row, anchor)
        except CallFailed as failure:
            if failure.code not in DONE:
                await self._failed(row, failure)
                return
            done = Sent(row.channel_id, row.target_ts)
        async with self.db.write() as tx:
            await outbox.sent(tx, row, channel_id=done.channel_id, ts=done.ts, now=self.role.clock())

    async def _anchor(self, row: Outgoing) -> Sent | None:
        if row.anchor is None:
            return None
        async with self.db.read() as tx:
            receipt = await outbox.receipt(tx, row.anchor)
        return Sent(receipt.channel_id, receipt.ts) if receipt else None

    async def _failed(self, row: Outgoing, failure: CallFailed) -> None:
        now = self.role.clock()
        log.warning("Slack call failed", kind=row.kind, code=failure.code, attempt=row.attempts)
        if failure.retry_after is not None:
            self._rest_until[_limit_key(row)] = now + timedelta(seconds=failure.retry_after)
        async with self.db.write() as tx:
            if failure.is_final or self._is_last(row, failure):
                if await outbox.bury(tx, row, now=now, error=failure.code):
                    await self.on_undeliverable(tx, row, failure.code)
                return
            pause = backoff(row.attempts, self.jitter()) if failure.retry_after is None else failure.retry_after
            uncertain = row.is_uncertain or failure.is_uncertain
            await outbox.again(tx, row, at=now + timedelta(seconds=pause), error=failure.code, is_uncertain=uncertain)

    def _is_last(self, row: Outgoing, failure: CallFailed) -> bool:
        """What one person sees and nobody can look up is repeated once; the rest as often as the settings say."""
        if failure.retry_after is not None:
            return False
        if row.kind in {"whisper", "respond"} and (failure.is_uncertain or row.is_uncertain):
            return row.attempts >= 2
        return row.attempts >= self.settings.max_attempts

    async def _rest(self) -> None:
        """Wait for a new row, the end of a call, the next due time or the poll."""
        now = self.role.clock()
        async with self.db.read() as tx:
            due = await outbox.next_due(tx, after=now)
        waits = [until for until in (*self._rest_until.values(), due) if until is not None]
        pause = min([(until - now).total_seconds() for until in waits if until > now], default=POLL_SECONDS)
        try:
            async with asyncio.timeout(min(pause, POLL_SECONDS)):
                await self.db.signal(outbox.SIGNAL).wait()
        except TimeoutError:
            return


def _pace_key(row: Outgoing) -> str:
    """What is used up by sending this: a post takes its channel's turn, an edit its message's, others nothing."""
    if row.kind == "post":
        return row.channel_id
    return f"edit:{row.anchor}" if row.kind == "edit" else f"row:{row.id}"


def _limit_key(row: Outgoing) -> str:
    """What a 429 stops: Slack counts posts per channel, everything else per method."""
    return row.channel_id if row.kind == "post" else row.kind
