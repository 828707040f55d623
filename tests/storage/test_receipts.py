"""An effect outside of Slack is in one run's hands at a time: who lost its job changes no receipt."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from storage import queue, receipts
from storage.database import Database
from storage.queue import Job, LostLeaseError
from storage.receipts import Receipt
from tests.team import LONG_AGO

LATER = LONG_AGO + timedelta(minutes=1)


def comment(fence: int) -> Receipt:
    return Receipt(
        workspace_id="T1",
        key="comment:1",
        kind="github.comment",
        channel_id="",
        at=LONG_AGO,
        fence=fence,
        correlation_id="c1",
    )


async def intend(db: Database, fence: int) -> Receipt:
    async with db.write() as tx:
        return await receipts.intend(tx, comment(fence))


async def sent(db: Database, fence: int) -> None:
    async with db.write() as tx:
        await receipts.sent(tx, "comment:1", at=LATER, fence=fence)


async def confirm(db: Database, fence: int) -> None:
    async with db.write() as tx:
        await receipts.confirm(tx, "comment:1", external_id=f"{fence}", url="https://x", at=LATER, fence=fence)


async def test_an_intent_is_kept_until_it_is_confirmed(db: Database) -> None:
    first = await intend(db, 1)
    assert (first.state, first.sent_at) == ("pending", None)
    await sent(db, 1)
    again = await intend(db, 2)
    assert (again.state, again.sent_at, again.fence) == ("pending", LATER, 2)
    await confirm(db, 2)
    known = await intend(db, 3)
    assert (known.state, known.external_id, known.at) == ("confirmed", "2", LATER)


async def test_a_run_that_lost_its_job_changes_no_receipt(db: Database) -> None:
    await intend(db, 1)
    await intend(db, 2)
    for change in (sent(db, 1), confirm(db, 1)):
        with pytest.raises(LostLeaseError):
            await change
    with pytest.raises(LostLeaseError):
        await intend(db, 1)
    known = await intend(db, 2)
    assert (known.state, known.sent_at, known.fence) == ("pending", None, 2)


@pytest.mark.parametrize(
    "statement", ["UPDATE receipts SET said = 'nothing'", "UPDATE receipts SET number = NULL", "DELETE FROM receipts"]
)
async def test_what_has_a_number_stays_as_it_is(db: Database, statement: str) -> None:
    await intend(db, 1)
    await confirm(db, 1)
    async with db.write() as tx:
        (await receipts.by_key(tx, "comment:1")).number = 1  # type: ignore[union-attr]
    with pytest.raises(Exception, match="receipts is append-only"):
        async with db.write() as tx:
            await (await tx.connection()).execute(text(statement))
    known = await intend(db, 3)
    assert (known.number, known.said, known.state) == (1, "", "confirmed")


async def test_what_was_sent_is_uncertain_until_its_job_has_found_out_or_nobody_sees_to_it(db: Database) -> None:
    async with db.write() as tx:
        await queue.put(tx, Job(workspace_id="T1", kind="comment", created_at=LONG_AGO, correlation_id="c1"))
    await intend(db, 1)
    assert await uncertain(db) == 0  # not sent
    await sent(db, 1)
    assert await uncertain(db) == 0  # nobody has tried: what is on record is of another time
    async with db.write() as tx:
        [job] = await queue.reserve(tx, worker="w", now=LATER, lease=timedelta(minutes=1), limit=1)
    assert await uncertain(db) == 1
    assert await uncertain(db, before=LATER) == 0  # under way
    async with db.write() as tx:
        await queue.bury(tx, job, now=LATER, error_class="permanent", error="it cannot be looked up")
    assert await uncertain(db) == 1
    async with db.write() as tx:
        await queue.discard(tx, job.id, now=LATER, why="seen there")
    assert await uncertain(db) == 0


async def test_what_is_confirmed_is_certain(db: Database) -> None:
    async with db.write() as tx:
        await queue.put(tx, Job(workspace_id="T1", kind="comment", created_at=LONG_AGO, correlation_id="c1"))
        await queue.reserve(tx, worker="w", now=LATER, lease=timedelta(minutes=1), limit=1)
    await intend(db, 1)
    await sent(db, 1)
    await confirm(db, 1)
    assert await uncertain(db) == 0


async def uncertain(db: Database, *, before: datetime = LATER + timedelta(minutes=1)) -> int:
    async with db.read() as tx:
        return await receipts.uncertain(tx, before=before)
