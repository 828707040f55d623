"""An operator follows one report through the log, by one id, from its arrival to what people saw."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.sandbox.slack import SlackSandbox
from storage import queue, trail
from storage.queue import Job
from tests.logs import captured
from tests.team import LONG_AGO, Bot, quiet, report

WAY = ["delivery.received", "delivery.stored", "job.queued", "job.reserved", "job.started", "job.done"]
EFFECT = ["effect.intended", "effect.sent", "effect.confirmed"]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with captured() as stream:
        yield stream


def stages(lines: list[dict[str, Any]], **named: Any) -> list[str]:
    return [line["event"] for line in lines if all(line.get(name) == value for name, value in named.items())]


async def test_every_step_of_a_report_is_a_line_with_its_id(log: io.StringIO, slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    [stored] = [line for line in lines if line["event"] == "delivery.stored"]
    mine = [line for line in lines if line.get("correlation_id") == stored["correlation_id"]]
    assert [event for event in stages(mine) if event.startswith("delivery.")] == WAY[:2]
    assert stages(mine, job="slack.message", job_id=1) == WAY[2:]
    assert stages(mine, job="triage") == WAY[2:]
    assert stages(mine, effect_key="card:1") == EFFECT
    assert all(line["role"] == "all" and line["worker"] for line in mine)
    assert {(line["attempt"], line["fence"]) for line in mine if line["event"] == "job.started"} == {(1, 1)}


async def test_what_slack_tells_twice_is_a_duplicate(log: io.StringIO, slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert stages(lines, source="slack").count("delivery.stored") == 1
    assert stages(lines, source="slack").count("delivery.duplicate") == 1


async def test_the_head_of_the_record_is_a_line_every_night(log: io.StringIO, slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    async with bot.ctx.db.write() as tx:
        night = Job(workspace_id=slack.workspace_id, kind="audit.head", key="k", dedupe_key="d", created_at=LONG_AGO)
        await queue.put(tx, night)
    await quiet(bot)
    [line] = [one for one in map(json.loads, log.getvalue().splitlines()) if one["event"] == "audit.head"]
    async with bot.ctx.db.read() as tx:
        found = await trail.verify(tx, noted=line["head"])
    assert (line["sequence"], line["head"], found.unsealed) == (found.sealed, found.head, 0)
    assert found.sealed > 0
