"""What is missed is asked for once a minute, and never forgotten because a look has just been had."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from agent.desk import Desk
from agent.github.reconcile import ask_for
from storage import queue
from storage.queue import Job
from tests.agent.conftest import NOW

SECOND = timedelta(seconds=1)


async def looks(desk: Desk) -> list[Job]:
    return list(await desk.tx.exec(select(Job).where(Job.kind == "reconcile").order_by(col(Job.id))))


async def ask(desk: Desk, *, seconds: int) -> None:
    await ask_for(desk.tx, workspace_id="T1", now=NOW + timedelta(seconds=seconds))


async def test_it_is_asked_for_once_a_minute(desk: Desk) -> None:
    await ask(desk, seconds=1)
    await ask(desk, seconds=20)
    assert len(await looks(desk)) == 1


@pytest.mark.parametrize("is_over", [False, True])
async def test_after_the_look_has_begun_the_next_minute_has_another(desk: Desk, *, is_over: bool) -> None:
    await ask(desk, seconds=0)
    [taken] = await queue.reserve(desk.tx, worker="w", now=NOW + SECOND, lease=SECOND, limit=1)
    if is_over:
        await queue.finish(desk.tx, taken, now=NOW + SECOND)
    desk.tx.expunge_all()
    await ask(desk, seconds=5)
    await ask(desk, seconds=6)
    _, second = await looks(desk)
    assert second.not_before == NOW + timedelta(minutes=1)
