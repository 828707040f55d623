"""Requests to the agent that ought to have ended and that no job works on are put again; after some attempts to end.

So are those that have waited for an answer of their asker for too long: their job ends them.
"""

from datetime import datetime, timedelta

from bot.elected import Role
from storage import live_turns, questions, queue, turns
from storage.database import Database, Tx
from storage.queue import Job
from storage.turns import Turn

KIND = "turn"
EVERY = timedelta(minutes=1)
ATTEMPTS = 3  # after so many the job says that the turn is to be given up


async def put_again(db: Database, role: Role, *, now: datetime) -> int:
    """Put a job for each; how many that made.

    Raises:
        StorageError: the next look finds them again.
    """
    async with db.read() as tx:
        if not await live_turns.overdue(tx, now) and not await questions.overdue(tx, now):
            return 0
    async with db.write() as tx:
        if not await role.is_certain(tx):
            return 0
        found = [turn for turn in await live_turns.overdue(tx, now) if not await queue.is_busy(tx, key_of(turn))]
        waiting = {one.turn_id: one for one in await questions.overdue(tx, now)}
        ended = [await _put(tx, await turns.get(tx, id_), now, f"unanswered:{one.id}") for id_, one in waiting.items()]
        return sum([await put(tx, turn, now) for turn in found]) + sum(ended)


def key_of(turn: Turn) -> str:
    """The key of its jobs: those of one thread wait for each other."""
    return f"turn:{turn.channel_id}:{turn.thread_ts or turn.slack_id}"


async def put(tx: Tx, turn: Turn, now: datetime) -> bool:
    """The next attempt, unless it was the last."""
    for attempt in range(1, ATTEMPTS + 2):
        if await _put(tx, turn, now, f"again:{attempt}", gives_up=attempt > ATTEMPTS):
            return True
    return False


async def _put(tx: Tx, turn: Turn, now: datetime, why: str, *, gives_up: bool = False) -> bool:
    """A job for it; False when there was one for the same reason."""
    dedupe_key = f"turn:{turn.id}:{why}"
    if await queue.known(tx, dedupe_key) is not None:
        return False
    job = Job(
        workspace_id=turn.workspace_id,
        kind=KIND,
        args={"turn_id": turn.id, "gives_up": gives_up},
        key=key_of(turn),
        dedupe_key=dedupe_key,
        priority=queue.INTERACTIVE,
        created_at=now,
        correlation_id=turn.correlation_id,
    )
    await queue.put(tx, job)
    return True
