"""A dead letter is run again or discarded by an operator, and the record says so."""

from agent.desk import Desk
from bot.errors import UserError
from storage import queue


async def replay(desk: Desk, job_id: int) -> None:
    """Queue a dead or discarded job again, with fresh attempts.

    Raises:
        UserError: there is no such dead letter.
    """
    before = await _state(desk, job_id)
    if not await queue.replay(desk.tx, job_id, now=desk.now):
        raise UserError(f"Job {job_id} is {before}; only dead and discarded jobs can run again.")
    desk.audit("replay", "job", job_id, before={"state": before}, after={"state": "ready"})


async def discard(desk: Desk, job_id: int) -> None:
    """Take a dead letter off the list.

    Raises:
        UserError: there is no such dead letter.
    """
    before = await _state(desk, job_id)
    if not await queue.discard(desk.tx, job_id):
        raise UserError(f"Job {job_id} is {before}; only dead jobs can be discarded.")
    desk.audit("discard", "job", job_id, before={"state": before}, after={"state": "discarded"})


async def _state(desk: Desk, job_id: int) -> str:
    job = await queue.get(desk.tx, job_id)
    if job is None:
        raise UserError(f"There is no job {job_id}: `python app.py jobs list` shows them.")
    return job.state
