"""A job that runs here now: since when, and what it was told."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from bot.worker.run import Kind
from storage.queue import Job

Why = Literal["lost", "cancelled", "drained"]


@dataclass(eq=False)
class Attempt:
    """`started` is in seconds of the event loop's clock."""

    job: Job
    kind: Kind
    started: float
    why: Why | None = None
    is_superseded: bool = False
    is_over: bool = False  # only its end is still to be recorded
    ignored_for: float = 0.0  # seconds that it went on although it was cancelled
    task: asyncio.Task[None] = field(init=False)

    def tell(self, why: Why) -> None:
        """Cancel the body, once."""
        if self.why is None and not self.is_over:
            self.why = why
            self.task.cancel()

    def may_hold_its_lease(self, now: float) -> bool:
        """Whether its lease is renewed: not when it was told to stop, nor beyond its time limit."""
        return self.why is None and self.left(now) > 0

    def left(self, now: float) -> float:
        """Seconds until its time limit, beyond which no lease lasts."""
        return self.started + self.kind.time_limit - now

    def is_cancelled(self, now: float) -> bool:
        """Whether the body should have stopped by now, because of its time limit or because of us."""
        return not self.is_over and not self.may_hold_its_lease(now)
