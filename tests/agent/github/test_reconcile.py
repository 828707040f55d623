"""What is missed is asked for once a minute, and never forgotten because a look has just been had."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from agent.desk import Desk
from agent.github.reconcile import AWAY_AFTER, ask_for, close, line, notice_absence, notice_silence
from storage import gaps, queue, sound
from storage.gaps import ASKED, AWAY, CHECK, CUT_OFF, DEAF, UNLISTED, UNREAD, Gap
from storage.outbox import Outgoing
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


def gap(reason: str = CHECK, **noted: Any) -> Gap:
    return Gap(workspace_id="T1", source="github", reason=reason, since=NOW - 2 * SECOND, until=NOW, **noted)


@pytest.mark.parametrize(
    ("reason", "noted", "until"),
    [
        (CHECK, {}, NOW),
        ("draining", {}, NOW),
        (CHECK, {"asked": {f"{UNLISTED}acme/shop": "http_403"}}, NOW),
        (ASKED, {"repository": "acme/shop"}, None),
        (CHECK, {"asked": {DEAF: ""}}, NOW - 2 * SECOND),
    ],
)
async def test_nothing_is_missing_until_then_only_after_a_look_at_all_of_github(
    desk: Desk, reason: str, noted: dict[str, Any], until: datetime | None
) -> None:
    made_up = await gaps.note(desk.tx, gap(reason, **noted))
    await close(desk, [made_up], unheard={})
    assert await sound.github_sound(desk.tx) == until


def test_the_line_names_what_was_refused() -> None:
    refused = {f"{UNREAD}acme/{name}": "http_404" for name in "dcba"} | {f"{UNLISTED}acme/shop": "", "guid-1": ""}
    assert line([gap(found=2, redelivered=1, failed=5, asked=refused)], unheard={}) == (
        "A look at what was sent. GitHub: 2 deliveries missed, 1 fetched again, 1 not to be had, deliveries of "
        "acme/shop cannot be listed, only what changed is looked at, acme/a, acme/b, acme/c and 1 more cannot be read."
    )
    assert line([gap(asked={DEAF: ""})], unheard={}) == (
        "A look at what was sent. GitHub: no delivery fetched again (GITHUB_WEBHOOK_SECRET is not set)."
    )


async def test_what_stays_unreadable_is_told_once_a_day(desk: Desk) -> None:
    settings = desk.settings.model_copy(update={"admin_channel": "C9"})
    for days, reason in ((0, AWAY), (0, CHECK), (1, CHECK), (1, CHECK)):
        later = replace(desk, settings=settings, now=NOW + timedelta(days=days))
        look = await gaps.note(desk.tx, gap(reason, failed=1, asked={f"{UNREAD}acme/shop": "http_404"}))
        await close(later, [look], unheard={})
    assert len(list(await desk.tx.exec(select(Outgoing)))) == 2
    assert [one.reason for one in await desk.tx.exec(select(Gap).order_by(col(Gap.id)))] == [AWAY, CHECK]
