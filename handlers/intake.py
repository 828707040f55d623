"""What came in is stored, with the work it asks for, in the commit that precedes its acknowledgement.

What arrives together is committed together: whoever gets the turn stores everything that waits by then. While the
queue is full, what comes by a door that has gauges is stored without its work, which follows in the same order.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot import stages
from bot.gauges import Gauges, Reading
from storage import inbox, outbox, queue
from storage.database import Database, StorageError, Tx, begun
from storage.inbox import Delivery
from storage.outbox import Outgoing
from storage.queue import Job
from storage.queue.bounds import Pressure

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Work:
    """The job that a delivery asks for."""

    kind: str
    key: str | None
    priority: int = queue.INTERACTIVE
    parent_id: int | None = None  # the job that has found the delivery


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One event to be stored; `work` and `shown` follow only when it is new."""

    delivery: Delivery
    work: Work | None = None
    shown: Outgoing | None = None  # what people see at once
    is_for_us: bool = True  # otherwise it is kept for the record

    @property
    def outcome(self) -> str:
        """What becomes of it when it is new."""
        return "stored" if self.is_for_us else "ignored"

    def put_off(self) -> None:
        """Have it wait for its job."""
        if self.work:
            self.delivery.status, self.delivery.reason = inbox.WAITING, inbox.NO_ROOM


class Busy(Exception):  # noqa: N818
    """The database was not to be had in time, and nothing is stored."""


@dataclass
class _Waiting:
    arrival: Arrival
    stored: asyncio.Future[int | None]
    is_begun: bool = False  # it is being stored
    is_withdrawn: bool = False  # nobody waits for it any more: it is not to be stored

    @classmethod
    def of(cls, arrival: Arrival) -> "_Waiting":
        return cls(arrival, asyncio.get_running_loop().create_future())


class Intake:
    """The one door of a way in to the inbox."""

    def __init__(self, db: Database, gauges: Gauges | None = None) -> None:
        self.db = db
        self.gauges = gauges  # None: people wait for it, and its work is never put off
        self._turn = asyncio.Lock()
        self._waiting: list[_Waiting] = []
        self._withdrawn: set[asyncio.Task[int | None]] = set()

    async def store(self, arrival: Arrival, *, came: float | None = None, patience: float | None = None) -> int | None:
        """Keep one event under its dedupe key; returns its id, or None when it (or its claim) was known.

        Args:
            came: when its sender began to wait, by `time.perf_counter`; now, if it is not given.
            patience: seconds after which it is withdrawn, if the database is not to be had; without end, if not given.

        Raises:
            Busy: it was withdrawn, and will not be stored.
            StorageError: it is not stored (a full disk, for one); the caller must not acknowledge then.
        """
        start = time.perf_counter() if came is None else came
        named = {
            "source": arrival.delivery.source,
            "event": arrival.delivery.kind,
            "dedupe_key": arrival.delivery.dedupe_key,
            "correlation_id": arrival.delivery.correlation_id,
        }
        stages.delivery("received", **named)
        number = await (self._store(_Waiting.of(arrival)) if patience is None else self._try(arrival, patience))
        outcome = "duplicate" if number is None else arrival.outcome
        caller = arrival.delivery.headers.get("traceparent", "")
        waited = time.perf_counter() - start
        stages.acknowledged(outcome, seconds=waited, caller=caller, delivery_id=number, **named)
        return number

    async def _try(self, arrival: Arrival, patience: float) -> int | None:
        waiting = _Waiting.of(arrival)
        storing = asyncio.create_task(self._store(waiting))
        await asyncio.wait({storing}, timeout=patience)
        if not storing.done() and not waiting.is_begun:
            waiting.is_withdrawn = True
            self._withdrawn.add(storing)  # whose turn it is stores what others wait for
            storing.add_done_callback(self._forget)
            raise Busy
        return await storing

    def _forget(self, storing: asyncio.Task[int | None]) -> None:
        self._withdrawn.discard(storing)
        if not storing.cancelled():
            storing.exception()  # nobody waits for it

    async def _store(self, waiting: _Waiting) -> int | None:
        self._waiting.append(waiting)
        async with self._turn:
            if not waiting.stored.done():
                await asyncio.sleep(0)  # envelopes of one burst are read in one round of the loop: store them together
                await self._store_waiting()
        return await waiting.stored

    async def _store_waiting(self) -> None:
        batch, self._waiting = self._waiting, []
        try:
            reading = await self.gauges.reading() if self.gauges else None
            async with self.db.write() as tx:
                await begun(tx)
                batch = _begin(batch)
                if reading and await _is_full(tx, reading):
                    for one in batch:
                        one.arrival.put_off()
                ids = await _store_all(tx, [one.arrival for one in batch])
            for one, number in zip(batch, ids, strict=True):
                if not one.stored.done():
                    one.stored.set_result(number)
        except StorageError as error:
            for one in _still_waiting(batch):
                one.stored.set_exception(error)
        except Exception as error:
            log.exception("delivery.batch_failed", deliveries=len(batch))
            for one in _still_waiting(batch):  # each may come again, and then without what it was stored with
                one.stored.set_exception(StorageError(f"not stored: {type(error).__name__}"))
        finally:
            for one in _still_waiting(batch):
                one.stored.cancel()


async def _is_full(tx: Tx, reading: Reading) -> bool:
    """Whether what comes now waits for its job: at the limit, and for as long as others wait that came before."""
    if reading.pressure is Pressure.FULL or reading.pressure is Pressure.SHUT:
        return True
    is_near = reading.pressure is Pressure.PAUSE or reading.load.held > 0
    return is_near and await inbox.is_any_waiting(tx)


def _begin(batch: Sequence[_Waiting]) -> list[_Waiting]:
    """What is still to be stored, now that it can be; from here on it cannot be withdrawn."""
    wanted = [one for one in batch if not one.is_withdrawn]
    for one in batch:
        one.is_begun = not one.is_withdrawn
        if one.is_withdrawn and not one.stored.done():
            one.stored.set_result(None)
    return wanted


def _still_waiting(batch: Sequence[_Waiting]) -> Sequence[_Waiting]:
    return [one for one in batch if not one.stored.done()]


async def _store_all(tx: Tx, batch: Sequence[Arrival]) -> list[int | None]:
    """Store in the caller's transaction; the id of each that is new: of two with one key in a batch the first."""
    new = await inbox.store(tx, [one.delivery for one in batch])
    ids = [new.pop(one.delivery.dedupe_key, None) for one in batch]
    fresh = [(one, number) for one, number in zip(batch, ids, strict=True) if number is not None]
    now = [(one.delivery, one.work, number) for one, number in fresh if one.work and not one.delivery.is_waiting]
    if now:
        await queue.put_all(tx, [job_of(*one, now=one[0].received_at) for one in now])
    if shown := [one.shown for one, _ in fresh if one.shown]:
        await outbox.add_all(tx, shown)
    return ids


async def store_found(tx: Tx, found: Sequence[Arrival], *, by: Job, now: datetime) -> list[int]:
    """Store what a job has found; the ids of what is new. The job's own story leads to that of each."""
    ids = await _store_all(tx, found) if found else []
    new = [(one, number) for one, number in zip(found, ids, strict=True) if number is not None]
    for delivery in (one.delivery for one, _ in new if one.work):
        what = f"{delivery.kind} {delivery.dedupe_key}: trace {delivery.correlation_id}"
        queue.note(tx, [by], "brought", now=now, detail=what)
    return [number for _, number in new]


def job_of(delivery: Delivery, work: Work, delivery_id: int, *, now: datetime) -> Job:
    """What a stored delivery asks for."""
    return Job(
        workspace_id=delivery.workspace_id,
        kind=work.kind,
        args={"delivery_id": delivery_id, "event": delivery.kind},
        delivery_id=delivery_id,
        parent_id=work.parent_id,
        key=work.key,
        priority=work.priority,
        dedupe_key=f"delivery:{delivery_id}",
        created_at=now,
        correlation_id=delivery.correlation_id,
        traceparent=delivery.headers.get("traceparent"),
    )
