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
from bot.slack.deliver import deliver, find
from bot.worker import ROUND_SECONDS, backoff
from storage import outbox
from storage.database import Database, StorageError, Tx
from storage.outbox import Outgoing, Sent

log = structlog.get_logger()

BATCH = 100  # rows looked at in one round
IN_FLIGHT = 24  # calls to Slack at a time
POLL_SECONDS = 1.0
LONGEST_OUTAGE = timedelta(days=1)  # Slack's, waited out however many attempts it takes
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
        self._next_due: datetime | None = None
        self._outcomes: list[tuple[Outgoing, Sent | CallFailed]] = []
        self._in_flight = 0
        self._term: int | None = None  # whose leftovers have been taken over
        self._began = 0.0  # the latest round
        self._stopping = False

    async def run(self) -> None:
        """Send until `stop`; calls in flight are awaited and recorded, what is left stays stored."""
        async with self.role.kept():
            async with asyncio.TaskGroup() as tasks:
                while not self._stopping:
                    self.db.signal(outbox.SIGNAL).clear()
                    self._began = asyncio.get_running_loop().time()
                    if self.role.is_held or await self.role.hold():
                        await self._round(tasks)
                    await self._rest()
            await self._round(None)

    def stop(self) -> None:
        """Start no further call."""
        self._stopping = True
        self.db.signal(outbox.SIGNAL).set()

    async def _round(self, tasks: asyncio.TaskGroup | None) -> None:
        """One transaction: record what came back, choose what goes next. Without tasks nothing new goes out."""
        if (term := self.role.term) is None:
            return
        outcomes, self._outcomes = self._outcomes, []
        try:
            async with self.db.write() as tx:
                if term != self._term and (left := await outbox.take_over(tx, term=term)):
                    log.info("uncertain calls of the former sender", count=left)
                await self._record(tx, outcomes, term)
                chosen = await self._claim(tx, term) if tasks else []
        except StorageError as error:
            log.error("outbox cannot write", error=str(error)[:200])
            self._outcomes = outcomes + self._outcomes
            return
        self._term = term
        for row, anchor in chosen:
            assert tasks is not None  # only then something is chosen
            self._in_flight += 1
            tasks.create_task(self._send(row, anchor))

    async def _claim(self, tx: Tx, term: int) -> list[tuple[Outgoing, Sent | None]]:
        now = self.role.clock()
        self._rest_until = {key: until for key, until in self._rest_until.items() if until > now}
        room = IN_FLIGHT - self._in_flight
        due = await outbox.due(tx, now=now, resting=list(self._rest_until), limit=BATCH) if room > 0 else []
        anchors = {row.id: Sent(receipt.channel_id, receipt.ts) if receipt else None for row, receipt in due}
        chosen = self._choose([row for row, _ in due])[:room]
        for row in chosen:
            self._pace(row, now)
            outbox.claim(row, term=term, now=now)
        self._next_due = None if chosen else await outbox.next_due(tx, after=now)
        return [(row, anchors[row.id]) for row in chosen]

    def _choose(self, due: list[Outgoing]) -> list[Outgoing]:
        """At most one post a channel and one edit a message, none of them too soon after the last."""
        free = [row for row in due if _pace_key(row) not in self._rest_until]
        by_key = itertools.groupby(sorted(free, key=lambda row: (_pace_key(row), row.id)), key=_pace_key)
        return sorted((next(rows) for _, rows in by_key), key=attrgetter("id"))

    def _pace(self, row: Outgoing, now: datetime) -> None:
        seconds = {"post": self.settings.post_interval_seconds, "edit": self.settings.edit_interval_seconds}
        if pause := seconds.get(row.kind, 0.0):
            self._rest_until[_pace_key(row)] = now + timedelta(seconds=pause)

    async def _send(self, row: Outgoing, anchor: Sent | None) -> None:
        outcome: Sent | CallFailed
        with structlog.contextvars.bound_contextvars(correlation_id=row.correlation_id):
            try:
                done = await find(self.client, row, anchor) if row.is_uncertain else None
                outcome = done or await deliver(self.client, row, anchor)
            except CallFailed as failure:
                outcome = failure if failure.code not in DONE else Sent(row.channel_id, row.target_ts)
            except Exception as error:  # one bad row must not stop all others; like a job, it is buried
                log.exception("not sent", key=row.key)
                outcome = CallFailed(f"bug: {type(error).__name__}", is_final=True)
        self._in_flight -= 1
        self._outcomes.append((row, outcome))
        self.db.signal(outbox.SIGNAL).set()

    async def _record(self, tx: Tx, outcomes: list[tuple[Outgoing, Sent | CallFailed]], term: int) -> None:
        if done := [(row, outcome) for row, outcome in outcomes if isinstance(outcome, Sent)]:
            await outbox.sent(tx, done, term=term, now=self.role.clock())
        for row, outcome in outcomes:
            if isinstance(outcome, CallFailed):
                await self._failed(tx, row, outcome)

    async def _failed(self, tx: Tx, row: Outgoing, failure: CallFailed) -> None:
        now = self.role.clock()
        log.warning(
            "Slack call failed",
            kind=row.kind,
            code=failure.code,
            attempt=row.attempts,
            correlation_id=row.correlation_id,
        )
        if failure.is_final or self._is_last(row, failure):
            if await outbox.bury(tx, row, now=now, error=failure.code):
                await self.on_undeliverable(tx, row, failure.code)
            return
        if failure.retry_after is not None:
            until = now + timedelta(seconds=failure.retry_after)
            self._rest_until[_limit_key(row)] = until
            await outbox.put_off(tx, row, until=until, error=failure.code)
            return
        at = now + timedelta(seconds=backoff(row.attempts, self.jitter()))
        uncertain = row.is_uncertain or failure.is_uncertain
        await outbox.again(tx, row, at=at, error=failure.code, is_uncertain=uncertain)

    def _is_last(self, row: Outgoing, failure: CallFailed) -> bool:
        """What one person sees and nobody can look up is repeated once; the rest as often as the settings say."""
        if failure.retry_after is not None:
            return False
        if row.kind in outbox.EPHEMERAL and (failure.is_uncertain or row.is_uncertain):
            return row.attempts >= 2
        if failure.is_uncertain and self.role.clock() - row.created_at < LONGEST_OUTAGE:
            return False
        return row.attempts >= self.settings.max_attempts

    async def _rest(self) -> None:
        """Wait for a new row, the end of a call, the next due time or the poll."""
        now = self.role.clock()
        waits = [until for until in (*self._rest_until.values(), self._next_due) if until is not None and until > now]
        pause = min([(until - now).total_seconds() for until in waits], default=POLL_SECONDS)
        try:
            async with asyncio.timeout(min(pause, POLL_SECONDS)):
                await self.db.signal(outbox.SIGNAL).wait()
        except TimeoutError:
            return
        await asyncio.sleep(self._began + ROUND_SECONDS - asyncio.get_running_loop().time())


def _pace_key(row: Outgoing) -> str:
    """What is used up by sending this: a post takes its channel's turn, an edit its message's, others nothing."""
    if row.kind == "post":
        return row.channel_id
    return f"edit:{row.anchor}" if row.kind == "edit" else f"row:{row.id}"


def _limit_key(row: Outgoing) -> str:
    """What a 429 stops: Slack counts posts per channel, everything else per method."""
    return row.channel_id if row.kind == "post" else row.kind
