"""How an attempt ends that its body did not finish: tried again, put off, handed back, or a dead letter."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.errors import TryLater, Verdict, classify
from bot.metrics import ATTEMPTS, LEASE_LOST
from bot.redact import redact
from bot.worker.attempt import Attempt, Why
from bot.worker.delays import backoff, patience
from bot.worker.run import Kind, OnDead, Run
from storage import queue
from storage.columns import storable
from storage.database import Database, StorageError, Tx
from storage.queue import Job, LostLeaseError

log = structlog.get_logger()

HOPELESS = {"permanent", "uncertain"}
BUG_ATTEMPTS = 3  # a fault of ours seldom mends itself
UNKNOWN_SECONDS = 60.0  # until a kind is tried again that this version does not have
LONGEST_ERROR = 4000


async def _unknown(run: Run) -> None:
    raise TryLater(f"no worker knows the kind {run.job.kind}", after=UNKNOWN_SECONDS)


UNKNOWN = Kind(_unknown)  # another version's job, while that one is being rolled out or back


@dataclass(frozen=True)
class Ending:
    """Writes down how attempts end; `attempts` is what a kind gets that names no number."""

    db: Database
    attempts: int
    on_dead: OnDead
    clock: Callable[[], datetime]
    chance: Callable[[], float]

    async def failed(self, attempt: Attempt, error: BaseException) -> None:
        """Whatever the body raised, by what it means."""
        job, verdict = attempt.job, classify(error)
        text = storable(redact(f"{type(error).__name__}: {error}"))[:LONGEST_ERROR]
        ATTEMPTS.labels(job.kind, verdict.fault).inc()
        if (hopeless := self._hopeless(attempt, verdict)) is not None:
            why = f"{hopeless}{text}"
            log.error("job.dead", error=why, fault=verdict.fault, exc_info=_trace(error, verdict))
            await self._record(lambda tx: self._bury(tx, job, why, verdict))
            return
        at = self.clock() + self._pause(job, verdict)
        log.warning("job.retried", error=text, fault=verdict.fault, at=at, exc_info=_trace(error, verdict))
        again = queue.throttle if verdict.fault == "throttled" else queue.retry
        await self._record(lambda tx: again(tx, job, at=at, now=self.clock(), error=text, error_class=verdict.fault))

    async def _bury(self, tx: Tx, job: Job, why: str, verdict: Verdict) -> None:
        await queue.bury(tx, job, now=self.clock(), error=why, error_class=verdict.fault)
        await self.on_dead(tx, job)

    async def stopped(self, attempt: Attempt, why: Why) -> None:
        """The body was cancelled by us: it goes to the next worker, or ends here if somebody asked for that."""
        log.info("job.stopped", why=why)
        if why == "lost":
            LEASE_LOST.inc()
        else:
            await self._record(lambda tx: queue.give_back(tx, attempt.job, now=self.clock()))

    async def ignored(self, attempt: Attempt, why: str) -> None:
        """There was nothing in it to do."""
        log.info("job.ignored", why=why)
        reason = redact(why)[:LONGEST_ERROR]
        await self._record(lambda tx: queue.ignore(tx, attempt.job, now=self.clock(), why=reason))

    def _hopeless(self, attempt: Attempt, verdict: Verdict) -> str | None:
        """Why there is no further attempt, as the beginning of the reason; None when there is one."""
        job, kind = attempt.job, attempt.kind
        if verdict.fault == "throttled":
            deadline = job.deadline or job.ready_at + kind.patience
            return "waited in vain until its deadline: " if self.clock() >= deadline else None
        most = job.max_attempts or kind.attempts or self.attempts
        most = min(most, BUG_ATTEMPTS) if verdict.fault == "bug" else most
        return "" if verdict.fault in HOPELESS or job.attempts >= most else None

    def _pause(self, job: Job, verdict: Verdict) -> timedelta:
        if verdict.fault == "throttled":
            return timedelta(seconds=patience(verdict.after, self.chance()))
        return timedelta(seconds=max(backoff(job.attempts, self.chance()), verdict.after or 0.0))

    async def _record(self, write: Callable[[Tx], Awaitable[object]]) -> None:
        """Write in a transaction whose failure changes nothing: the lease runs out and the job comes back."""
        try:
            async with self.db.write() as tx:
                await write(tx)
        except LostLeaseError as lost:
            LEASE_LOST.inc()
            log.warning("job.lost", error=str(lost))
        except StorageError as error:
            log.error("queue cannot write", error=str(error)[:200])


def _trace(error: BaseException, verdict: Verdict) -> BaseException | None:
    return error if verdict.fault == "bug" else None
