"""A full queue puts deliveries off and loses none; one that is far too full, or a full disk, shuts the door."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from bot.gauges import FRESH_SECONDS
from handlers.feed import feed
from storage import queue
from storage.database import Database
from storage.gaps import Gap
from storage.inbox import Delivery
from storage.queue import Job
from tests.handlers.github.conftest import ISSUE, NOON, Street, street_with

MOST = 10  # jobs that may wait


@pytest.fixture
async def crowded(db: Database, tmp_path: Path) -> AsyncIterator[Street]:
    """A door before a queue that takes ten jobs."""
    url = db.url or f"sqlite:///{db.path}"
    async with street_with(tmp_path, database_url=url, queue_max=MOST) as opened:
        yield opened


async def fill(street: Street, number: int) -> None:
    """More jobs that wait, seen by whoever looks at the queue from now on."""
    others = [Job(workspace_id="T1", kind="triage", created_at=NOON) for _ in range(number)]
    async with street.db.write() as tx:
        await queue.put_all(tx, others)
    street.pass_time(FRESH_SECONDS)


async def finish(street: Street, number: int) -> None:
    """The jobs that waited longest are done."""
    oldest = "SELECT id FROM jobs WHERE finished_at IS NULL ORDER BY seq LIMIT :number"
    end = f"UPDATE jobs SET state = 'done', finished_at = created_at WHERE id IN ({oldest})"
    async with street.db.write() as tx:
        await (await tx.connection()).execute(text(end), {"number": number})
    street.pass_time(FRESH_SECONDS)


async def open_issue(street: Street, number: int) -> Any:
    issue = {"number": number, "title": "redis is down"}
    return await street.send(ISSUE | {"issue": issue})


async def work(street: Street) -> list[str | None]:
    """The issues that there are jobs for, in their order."""
    async with street.db.read() as tx:
        return list(await tx.exec(select(Job.key).where(Job.kind == "github.issues").order_by("seq")))


async def statuses(street: Street) -> list[str]:
    return list(await street.rows(select(Delivery.status).order_by("id")))


async def feed_all(street: Street) -> int:
    return await feed(street.db, most=MOST, clock=lambda: street.now)


async def test_at_the_limit_deliveries_wait_for_their_jobs_and_get_them_in_order(crowded: Street) -> None:
    await fill(crowded, MOST)
    answers = [await open_issue(crowded, number) for number in (1, 2, 3)]
    assert [(answer.status, answer.said["status"]) for answer in answers] == [(202, "accepted")] * 3
    assert await statuses(crowded) == ["waiting"] * 3
    assert (await work(crowded), await feed_all(crowded)) == ([], 0)

    await finish(crowded, 2)
    assert await feed_all(crowded) == 2
    assert await statuses(crowded) == ["accepted", "accepted", "waiting"]
    await finish(crowded, 6)
    await open_issue(crowded, 4)  # there is room, and somebody before it
    assert await statuses(crowded) == ["accepted", "accepted", "waiting", "waiting"]
    assert await feed_all(crowded) == 2
    await finish(crowded, 3)
    await open_issue(crowded, 5)
    assert await work(crowded) == [f"issue:1:{number}" for number in (1, 2, 3, 4, 5)]
    assert await statuses(crowded) == ["accepted"] * 5
    assert set(await crowded.rows(select(Delivery.reason))) == {""}


async def test_a_redelivery_of_what_waits_is_told_so(crowded: Street) -> None:
    await fill(crowded, MOST)
    await open_issue(crowded, 1)
    again = await crowded.send(ISSUE | {"issue": {"number": 1, "title": "redis is down"}}, X_GitHub_Delivery="guid-1")
    assert (again.status, again.said["status"]) == (202, "duplicate")
    assert again.said["reason"] == "the queue is full: its job follows"
    assert await statuses(crowded) == ["waiting"]


async def test_an_event_that_asks_for_no_work_waits_for_none(crowded: Street) -> None:
    await fill(crowded, MOST)
    await crowded.send({"zen": "Keep it logically awesome."}, event="star")
    assert await statuses(crowded) == ["ignored"]


async def test_two_that_feed_at_once_make_one_job_of_each(crowded: Street) -> None:
    await fill(crowded, MOST)
    for number in range(5):
        await open_issue(crowded, number + 1)
    await finish(crowded, MOST)
    other = Database(crowded.db.where, crowded.db.connections)
    try:
        await asyncio.gather(feed(other, most=MOST, clock=lambda: crowded.now), feed_all(crowded))
    finally:
        await other.close()
    assert await work(crowded) == [f"issue:1:{number + 1}" for number in range(5)]


async def test_far_beyond_the_limit_the_door_is_shut_for_a_minute(crowded: Street) -> None:
    await fill(crowded, 4 * MOST)
    answer = await open_issue(crowded, 1)
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "queue_full", "60")
    assert [gap.reason for gap in await crowded.rows(select(Gap))] == ["queue_full"]
    assert await statuses(crowded) == []


async def test_with_too_little_room_on_the_disk_the_door_is_shut(tmp_path: Path) -> None:
    async with street_with(tmp_path, disk_free_mb=100_000_000) as street:
        answer = await open_issue(street, 1)
        assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "disk_full", "60")
        assert [gap.reason for gap in await street.rows(select(Gap))] == ["disk_full"]
