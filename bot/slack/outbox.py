"""Sends what the outbox holds: paced per channel, in order per thread, repeated when safe, looked up when in doubt."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot import stages
from bot.elected import Role
from bot.redact import redact
from bot.settings import Settings
from bot.slack.client import DONE, RATE_LIMITED, CallFailed
from bot.slack.deliver import LOOKS, UNCERTAIN, deliver, find
from bot.slack.lookup import Call
from bot.slack.pace import Pace
from bot.spans import trace
from bot.worker import ROUND_SECONDS, backoff
from storage import doubt, outbox, sending
from storage.database import Database, StorageError, Tx
from storage.outbox import Outgoing
from storage.sending import Sent

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
        self._pace = Pace(settings)
        self._settle = timedelta(seconds=settings.effect_settle_s)
        self._next_due: datetime | None = None
        self._outcomes: list[tuple[Outgoing, Sent | CallFailed]] = []
        self._doubts: dict[str, datetime] = {}  # correlation id -> since when it may have been said, after a restore
        self._missing_since: datetime | None = None  # until that is made up for, what comes of any event is in doubt
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
        if self.role.term is None:
            return
        outcomes, self._outcomes = self._outcomes, []
        try:
            async with self.db.write() as tx:
                is_sender = await self.role.is_certain(tx)  # not if this process stood still for too long
                chosen = await self._exchange(tx, outcomes, may_send=tasks is not None) if is_sender else []
        except StorageError as error:
            log.error("outbox cannot write", error=str(error)[:200])
            self._outcomes = outcomes + self._outcomes
            return
        if not is_sender:  # the new sender looks up what was in the air
            await self.role.hold()
            return
        for row, outcome in outcomes:
            stages.effect("confirmed" if isinstance(outcome, Sent) else "failed", **_named(row))
        self._term = self.role.term
        for call in chosen:
            assert tasks is not None  # only then something is chosen
            self._in_flight += 1
            stages.effect("intended", **_named(call.row))
            tasks.create_task(self._send(call))

    async def _exchange(
        self, tx: Tx, outcomes: list[tuple[Outgoing, Sent | CallFailed]], *, may_send: bool
    ) -> list[Call]:
        term = self.role.term
        assert term is not None  # certain
        if term != self._term:
            await self._take_over(tx, term)
        await self._record(tx, outcomes, term)
        return await self._claim(tx, term) if may_send else []

    async def _take_over(self, tx: Tx, term: int) -> None:
        now = self.role.clock()
        if left := await sending.take_over(tx, term=term, at=now + self._settle):
            log.info("uncertain calls of the former sender", count=left)
        await self._pace.take_over(tx, since=self.role.taken_from, now=now)
        await self._look_for_doubts(tx)

    async def _look_for_doubts(self, tx: Tx) -> None:
        self._doubts, self._missing_since = await doubt.doubts(tx), await doubt.missing_since(tx)

    async def _claim(self, tx: Tx, term: int) -> list[Call]:
        now = self.role.clock()
        resting, room = self._pace.resting(now), IN_FLIGHT - self._in_flight
        due = await sending.due(tx, now=now, resting=resting, limit=BATCH) if room > 0 else []
        anchors = {row.id: anchor for row, anchor in due}
        chosen = await self._pace.choose(tx, [row for row, _ in due], most=room, now=now)
        causes = await sending.causes(tx, chosen) if chosen else {}
        if chosen and self._missing_since:
            await self._look_for_doubts(tx)
        for row in chosen:
            since = self._doubts.get(row.correlation_id) or (row.correlation_id in causes and self._missing_since)
            if row.first_sent_at is None and since:
                await sending.put_in_doubt(tx, row, since=since)
        if chosen:
            await sending.claim(tx, chosen, term=term, now=now)
        self._next_due = None if chosen else await sending.next_due(tx, after=now)
        return [Call(row, anchors[row.id], causes.get(row.correlation_id)) for row in chosen]

    async def _send(self, call: Call) -> None:
        row = call.row
        named = structlog.contextvars.bound_contextvars(correlation_id=row.correlation_id)
        with named, trace.effect(**_named(row)) as span:
            outcome = await self._outcome(call)
            span.problem = outcome.code if isinstance(outcome, CallFailed) else ""
        self._in_flight -= 1
        self._outcomes.append((row, outcome))
        self.db.signal(outbox.SIGNAL).set()

    async def _outcome(self, call: Call) -> Sent | CallFailed:
        row = call.row
        try:
            done = await find(self.client, call) if row.is_uncertain else None
            if not self.role.is_held:  # this process stood still, and another one may be the sender by now
                raise CallFailed("not sent: the role of the sender ran out", retry_after=0.0)
            sent = done or await deliver(self.client, call)
            stages.effect("found" if done else "sent", **_named(row))
        except CallFailed as failure:
            is_done = row.kind in {"react", "unreact", outbox.DELETE} and failure.code in DONE
            return Sent(row.channel_id, row.target_ts) if is_done else failure
        except Exception as error:  # one bad row must not stop all others; like a job, it is buried
            log.exception("not sent", effect_key=row.key)
            return CallFailed(f"bug: {type(error).__name__}", is_final=True)
        return sent

    async def _record(self, tx: Tx, outcomes: list[tuple[Outgoing, Sent | CallFailed]], term: int) -> None:
        if done := [(row, outcome) for row, outcome in outcomes if isinstance(outcome, Sent)]:
            await sending.sent(tx, done, term=term, now=self.role.clock())
        for row, outcome in outcomes:
            if isinstance(outcome, CallFailed):
                await self._failed(tx, row, outcome)

    async def _failed(self, tx: Tx, row: Outgoing, failure: CallFailed) -> None:
        now, why = self.role.clock(), redact(failure.code)
        log.warning(
            "Slack call failed",
            kind=row.kind,
            code=why,
            attempt=row.attempts,
            correlation_id=row.correlation_id,
        )
        if failure.is_final or self._is_last(row, failure):
            if failure.is_uncertain and row.kind in LOOKS:
                why = f"{UNCERTAIN} ({why})"
            if await sending.bury(tx, row, now=now, error=why):
                await self.on_undeliverable(tx, row, why)
            return
        if failure.retry_after is not None:
            until = now + timedelta(seconds=failure.retry_after)
            if failure.code == RATE_LIMITED:
                await self._pace.wait(tx, row, until=until, now=now)
            else:
                self._pace.rest(row, until=until)
            await sending.put_off(tx, row, until=until, error=why)
            return
        pause = timedelta(seconds=backoff(row.attempts, self.jitter()))
        uncertain = row.is_uncertain or failure.is_uncertain
        if uncertain and row.kind in LOOKS:  # what is still on its way would not be found
            pause = max(pause, self._settle)
        await sending.again(tx, row, at=now + pause, error=why, is_uncertain=uncertain)

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
        awaited = (*self._pace.rest_until.values(), self._next_due)
        waits = [until for until in awaited if until is not None and until > now]
        pause = min([(until - now).total_seconds() for until in waits], default=POLL_SECONDS)
        try:
            async with asyncio.timeout(min(pause, POLL_SECONDS)):
                await self.db.signal(outbox.SIGNAL).wait()
        except TimeoutError:
            return
        await asyncio.sleep(self._began + ROUND_SECONDS - asyncio.get_running_loop().time())


def _named(row: Outgoing) -> dict[str, str]:
    return {"target": f"slack.{row.kind}", "key": row.key, "correlation_id": row.correlation_id}
