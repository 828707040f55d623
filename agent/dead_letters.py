"""A job that failed for good is on record, and the admins hear of it: one message a cause, edited as it grows."""

import hashlib
from collections.abc import Iterable

from agent.admins import where_admins_are
from agent.desk import Desk
from agent.language import of_place
from agent.notices.notify import outgoing
from bot.messages import Message, escape
from prompts.words import fixed, say, say_of, speaking
from storage import inbox, outbox, queue, settings_kv, tickets
from storage.database import Tx
from storage.queue import MOST_COUNTED, Job

SAID = 300  # characters of an error
STATES = {
    "scheduled": fixed("is scheduled"),
    "ready": fixed("is ready"),
    "running": fixed("is running"),
    "done": fixed("is done"),
    "dead": fixed("is dead"),
    "discarded": fixed("is discarded"),
    "cancelled": fixed("is cancelled"),
    "superseded": fixed("is superseded"),
}


async def record(desk: Desk, job: Job) -> None:
    """Keep for good that a job was buried and why, and tell the admins."""
    desk.audit(
        "bury",
        "job",
        job.id,
        before={"state": "running"},
        after={"state": "dead", "reason": (job.error_text or "")[:SAID], "attempts": job.attempts},
    )
    number = await queue.count_alike(desk.tx, job)
    if number < MOST_COUNTED:  # beyond that the message says no more than it says already
        await _say(desk, job, number, is_new=number == 1)


async def recount(desk: Desk, settled: Iterable[Job]) -> None:
    """The admins' messages follow when dead letters are replayed or discarded."""
    for job in {_cause(job): job for job in settled}.values():
        if await settings_kv.get(desk.tx, "", _cause(job)):
            await _say(desk, job, await queue.count_alike(desk.tx, job), is_grown=False)


def _cause(job: Job) -> str:
    """The key of a cause in settings_kv; its value is the job with which the cause was new."""
    alike = "\n".join((job.kind, job.error_class or "", queue.gist(job.error_text)))
    return f"dead:{hashlib.sha256(alike.encode()).hexdigest()[:16]}"


async def _say(desk: Desk, job: Job, number: int, *, is_new: bool = False, is_grown: bool = True) -> None:
    """In each place of the admins one message a cause, which follows.

    Args:
        is_grown: one more died, which is news wherever the admins have not heard of the cause yet.
    """
    cause = _cause(job)
    first = None if is_new else await settings_kv.get(desk.tx, "", cause)
    if first is None:
        first = f"{job.id}:{job.fence}"
        await settings_kv.put(desk.tx, "", cause, first, workspace_id=desk.workspace_id)
    for place in await where_admins_are(desk):
        with speaking(await of_place(desk, place)):
            payload = Message(text=_words(job, number)).model_dump_json()
        key = f"{cause}:{first}:{place}"
        if await outbox.exists_for(desk.tx, key):
            edit = f"{key}:{desk.key}:{job.id}:{job.fence}:{number}"
            row = outgoing(desk, key=edit, kind="edit", lane=f"edit:{key}", channel_id=place, payload=payload)
            row.anchor = key
            await outbox.edit(desk.tx, row)
        elif is_grown:
            lane = f"dm:{place}" if place.startswith(("U", "W")) else f"channel:{place}"
            row = outgoing(desk, key=key, kind="post", lane=lane, channel_id=place, payload=payload)
            await outbox.add(desk.tx, row)


def _words(job: Job, number: int) -> str:
    if not number:
        gone = fixed("No `{kind}` is a dead letter of this cause any more: {error}")
        return say(gone, kind=escape(job.kind), error=_error(job))
    counted = say_of(number, "*1 dead letter*", "*{count} dead letters*")
    how = say(
        "When the cause is gone: `/chargehand jobs replay kind={kind} REASON`, or `/chargehand jobs show {job}` for the"
        " last one. Reference: `{reference}`.",
        kind=escape(job.kind),
        job=job.id,
        reference=job.correlation_id,
    )
    return f"{counted}: `{escape(job.kind)}` ({escape(job.error_class or '')}): {_error(job)}\n{how}"


def _error(job: Job) -> str:
    return escape((job.error_text or "").partition("\n")[0][:SAID])


async def refusal(tx: Tx, job: Job, *, force: bool = False) -> str | None:
    """Why a job cannot run again, as the end of "job 7 …"; None when it can."""
    if job.state != "dead":
        return say("{is_so}; only dead jobs can run again", is_so=say(STATES[job.state]))
    if not force and (newer := await queue.newer(tx, job)) is not None:
        return say("was superseded by job {newer}; `--force` runs it all the same", newer=newer)
    if (ticket_id := job.args.get("ticket_id")) and not await tickets.exists(tx, ticket_id):
        return say("is about a ticket that is deleted")
    if (delivery_id := job.args.get("delivery_id")) and not await inbox.is_readable(tx, delivery_id):
        return say("came of an event whose content is past its retention")
    return None


async def prospect(tx: Tx, job: Job) -> str:
    """What a replay would do."""
    if no := await refusal(tx, job):
        return say("A replay is refused: it {no}.", no=no)
    order = say(", in its old place among the jobs of `{key}`", key=job.key) if job.key else ""
    runs = fixed("A replay runs it with fresh attempts{order}; effects that are confirmed are not repeated.")
    return say(runs, order=order)
