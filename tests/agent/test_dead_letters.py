"""The admins hear of each cause in every place where they are, whenever they came to be there."""

from dataclasses import replace

from sqlmodel import select

from agent import dead_letters
from agent.desk import Desk
from storage import people
from storage.outbox import Outgoing
from storage.queue import Job


async def _one_more_dies(desk: Desk, number: int, *, admin_channel: str = "") -> None:
    job = Job(workspace_id="T1", kind="sync", created_at=desk.now, correlation_id=f"c{number}")
    job.not_before, job.ready_at, job.seq = desk.now, desk.now, number
    job.state, job.error_class, job.error_text, job.finished_at = "dead", "permanent", "gone", desk.now
    desk.tx.add(job)
    await desk.tx.flush()
    settings = desk.settings.model_copy(update={"admin_channel": admin_channel or None})
    await dead_letters.record(replace(desk, key=f"job:{job.id}", settings=settings), job)


async def test_a_place_that_is_new_hears_of_a_cause_that_is_not(desk: Desk) -> None:
    """Nothing waits for a message that was never posted there."""
    await _one_more_dies(desk, 1)
    assert list(await desk.tx.exec(select(Outgoing))) == []  # there is no admin yet
    (await people.the(desk.tx, "T1", "UBO")).is_admin = True
    await _one_more_dies(desk, 2)
    await _one_more_dies(desk, 3, admin_channel="C9")
    await _one_more_dies(desk, 4, admin_channel="C9")
    rows = list(await desk.tx.exec(select(Outgoing)))
    assert [(row.kind, row.channel_id, row.anchor) for row in rows] == [("post", "UBO", None), ("post", "C9", None)]
    assert ["*2 dead letters*" in rows[0].payload, "*4 dead letters*" in rows[1].payload] == [True, True]
