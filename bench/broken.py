"""One protection switched off in this process, to see that the kill campaign finds it."""

import asyncio
import secrets
import sys
from collections.abc import Sequence
from typing import Any

from sqlalchemy import update

from bot.github.effects import Writer
from bot.slack.outbox import Outbox
from handlers.intake import Intake
from storage import inbox, queue
from storage.database import Tx, run
from storage.inbox import Delivery
from storage.queue import Job, leave
from storage.queue.jobs import jobs

LATE = 1.0  # seconds from an acknowledgement to its commit
_store, _leave_as, _keep = inbox.store, leave._leave_as, Intake._store
_tasks: set[asyncio.Task[int | None]] = set()


async def store_again(tx: Tx, deliveries: Sequence[Delivery]) -> dict[str, int]:
    """dedupe: what has come in before is stored once more, as if it were new."""
    new = await _store(tx, deliveries)
    known = [delivery for delivery in deliveries if delivery.dedupe_key not in new]
    for delivery in known:
        delivery.dedupe_key, delivery.claim = f"{delivery.dedupe_key}:{secrets.token_hex(4)}", None
    return new | (await _store(tx, known) if known else {})


async def leave_unfenced(tx: Tx, job: Job, *given: Any, **named: Any) -> None:
    """fence: whoever had a job may end it, whoever has it or has ended it since."""
    values = {"state": "running", "fence": job.fence, "finished_at": None}
    await run(tx, update(jobs).where(jobs.c.id == job.id).values(**values))
    await _leave_as(tx, job, *given, **named)


async def renew_unseen(_: Tx, held: Sequence[Job], **__: Any) -> Sequence[Job]:
    """fence: nobody sees that a job has gone to somebody else."""
    return held


async def find_nothing(*_: Any) -> None:
    """lookup: nobody looks whether an uncertain effect is there."""


async def keep_later(self: Intake, waiting: Any) -> int | None:
    """persist: acknowledged first, committed a little later."""

    async def later() -> int | None:
        await asyncio.sleep(LATE)
        return await _keep(self, waiting)

    task = asyncio.create_task(later())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return 0


# Protection -> what stands in for it: owner, name, substitute.
SUBSTITUTES: dict[str, Sequence[tuple[object, str, object]]] = {
    "dedupe": [(inbox, "store", store_again)],
    "fence": [(leave, "_leave_as", leave_unfenced), (queue, "renew", renew_unseen)],
    "lookup": [(sys.modules[Outbox.__module__], "find", find_nothing), (Writer, "_find", find_nothing)],
    "persist": [(Intake, "_store", keep_later)],
}


def switch_off(protection: str) -> None:
    """Do without it from now on."""
    for owner, name, substitute in SUBSTITUTES[protection]:
        setattr(owner, name, substitute)
