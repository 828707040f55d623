"""What is missed is asked for once a minute, and never forgotten because a look has just been had."""

from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from agent.desk import Desk
from agent.github.reconcile import AWAY_AFTER, ask_for, notice_absence, notice_silence
from storage import gaps, queue, sound
from storage.gaps import AWAY, CUT_OFF, Gap
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


async def heard(desk: Desk, *, there: timedelta, slack: timedelta) -> None:
    """So long ago a process was there, and had a connection to Slack."""
    await sound.hear(desk.tx, now=NOW - there, workspace_id="T1")
    await sound.hear_slack(desk.tx, until=NOW - slack, workspace_id="T1")


async def noted(desk: Desk, source: str = "slack") -> list[Gap]:
    return await gaps.unclosed(desk.tx, source)


async def test_the_start_after_a_time_without_slack_tells_it_from_a_time_away(desk: Desk) -> None:
    settings = desk.settings.model_copy(update={"github_webhook_secret": SecretStr("a-secret-of-the-shop")})
    await heard(desk, there=SECOND, slack=10 * AWAY_AFTER)
    await notice_absence(desk.tx, settings, workspace_id="T1", now=NOW)
    assert [(gap.reason, gap.until - gap.since) for gap in await noted(desk)] == [(CUT_OFF, 10 * AWAY_AFTER)]
    assert await noted(desk, "github") == []
    assert len(await looks(desk)) == 1
    await notice_silence(desk.tx, workspace_id="T1", now=NOW + SECOND)  # the connection of this start
    assert len(await noted(desk)) == 1


async def test_a_start_after_a_time_away_is_noted_for_both(desk: Desk) -> None:
    settings = desk.settings.model_copy(update={"github_webhook_secret": SecretStr("a-secret-of-the-shop")})
    await heard(desk, there=2 * AWAY_AFTER, slack=3 * AWAY_AFTER)
    await notice_absence(desk.tx, settings, workspace_id="T1", now=NOW)
    [slack], [github] = await noted(desk), await noted(desk, "github")
    assert (slack.reason, slack.until - slack.since) == (AWAY, 3 * AWAY_AFTER)
    assert (github.reason, github.until - github.since) == (AWAY, 2 * AWAY_AFTER)


@pytest.mark.parametrize(("silent", "is_noted"), [(AWAY_AFTER, False), (AWAY_AFTER + SECOND, True)])
async def test_a_short_time_without_slack_is_none(desk: Desk, silent: timedelta, *, is_noted: bool) -> None:
    await heard(desk, there=SECOND, slack=silent)
    await notice_silence(desk.tx, workspace_id="T1", now=NOW)
    assert [gap.reason for gap in await noted(desk)] == [CUT_OFF] * is_noted
    assert len(await looks(desk)) == is_noted


async def test_a_database_of_before_this_mark_has_been_heard_as_long_as_a_process_was_there(desk: Desk) -> None:
    await sound.hear(desk.tx, now=NOW - SECOND, workspace_id="T1")
    await notice_silence(desk.tx, workspace_id="T1", now=NOW)
    assert await noted(desk) == []
