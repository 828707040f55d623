"""Whoever runs a collector sees an event and all that came of it as one trace; a dead one costs nobody anything."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.balancer import free_ports
from bot.roles import Part
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.llm import LlmSandbox
from bot.sandbox.slack import SlackSandbox
from bot.spans.otlp import FLUSH_SECONDS, REQUEST_SECONDS
from storage.inbox import Delivery
from tests.collector import Collector, Seen, collecting
from tests.github import SECRET, door_of, hearing, settle
from tests.journeys.test_model_triage import READING
from tests.team import Bot, report, running, seed_teams, select_all, settings_for

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    async with collecting() as one:
        yield one


def above(span: Seen, spans: list[Seen]) -> str:
    """The name of the span that it is part of."""
    return {one.span_id: one.name for one in spans}.get(span.parent_id, "")


async def issue_of(bot: Bot) -> Delivery:
    [delivery] = [one for one in await select_all(bot, Delivery) if one.kind == "issues"]
    return delivery


async def test_an_issue_and_all_that_comes_of_it_is_one_trace(
    github: GitHubSandbox, slack: SlackSandbox, collector: Collector, tmp_path: Path
) -> None:
    chosen = {"github_token": github.token, "github_comment": True, "otel_endpoint": collector.url}
    async with LlmSandbox.start() as llm:
        llm.answer(json=READING)
        model = {"anthropic_api_key": "sk-test", "anthropic_base_url": llm.url}
        async with hearing(github, slack, tmp_path, **chosen, **model) as bot:
            github.open_issue("frank", "acme/shop", title="redis is down", body="the orders of Zebulon are lost")
            await settle(github, bot)
            delivery = await issue_of(bot)
    spans = collector.trace(delivery.correlation_id)
    assert len({span.trace_id for span in spans}) == 1
    assert len({span.span_id for span in spans}) == len(spans)
    parents = {(span.name, above(span, spans)) for span in spans}
    assert parents >= {
        ("receive github", ""),
        ("job github.issues", "receive github"),
        ("job triage", "job github.issues"),
        ("job github.comment", "job github.issues"),
        ("wait", "job triage"),
        ("attempt", "job triage"),
        ("model", "attempt"),
        ("effect github.comment", "attempt"),
    }
    assert [span.name for span in spans if not above(span, spans)] == ["receive github"]
    assert {name for name, _ in parents} >= {"effect slack.post"}
    assert all(span.start <= span.end for span in spans)
    assert [(span.name, span.problem) for span in spans if span.problem] == []
    assert {span.about["service.name"] for span in spans} == {"chargehand"}
    assert not any(word in str(spans) for word in ("Zebulon", "redis", SECRET, github.token))


async def test_processes_that_share_the_work_share_the_trace(
    github: GitHubSandbox, slack: SlackSandbox, collector: Collector, tmp_path: Path
) -> None:
    known = {"github_webhook_secret": SECRET, "github_channel": slack.channel("#ops").id, "github_api_url": github.url}
    settings = settings_for(slack, tmp_path, **known, otel_endpoint=collector.url)
    await seed_teams(settings, slack)
    async with AsyncExitStack() as processes:
        ear = await processes.enter_async_context(running(slack, settings, frozenset({Part.INGRESS})))
        await processes.enter_async_context(running(slack, settings, frozenset({Part.WORKER})))
        github.deliver_to(door_of(ear), secret=SECRET)
        github.open_issue("frank", "acme/shop", title="redis is down")
        await settle(github, ear)
        delivery = await issue_of(ear)
    spans = collector.trace(delivery.correlation_id)
    assert {(span.about["role"], span.name) for span in spans} >= {
        ("ingress", "receive github"),
        ("worker", "job github.issues"),
        ("worker", "effect slack.post"),
    }
    assert len({span.about["service.instance.id"] for span in spans}) == 2
    assert len({span.trace_id for span in spans}) == 1
    assert [span.name for span in spans if not above(span, spans)] == ["receive github"]


@dataclass
class Silent:
    """Somebody who takes every connection and never says anything."""

    url: str
    called: asyncio.Event


@asynccontextmanager
async def silent() -> AsyncIterator[Silent]:
    called, gone = asyncio.Event(), asyncio.Event()

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        await gone.wait()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    try:
        yield Silent(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", called)
    finally:
        gone.set()
        server.close()


async def test_one_that_never_answers_holds_nobody_up(slack: SlackSandbox, tmp_path: Path) -> None:
    async with silent() as dead:
        settings = settings_for(slack, tmp_path, otel_endpoint=dead.url)
        await seed_teams(settings, slack)
        async with running(slack, settings) as bot:
            await report(bot, "frank", "redis is down")
            async with asyncio.timeout(30):
                await dead.called.wait()  # from here on somebody waits for its answer
            start = time.monotonic()
            await report(bot, "frank", "kafka is slow")
            assert time.monotonic() - start < REQUEST_SECONDS
            ending = time.monotonic()
        assert time.monotonic() - ending < FLUSH_SECONDS + 2


async def test_one_that_is_not_there_holds_nobody_up(slack: SlackSandbox, tmp_path: Path) -> None:
    [port] = free_ports(1)
    settings = settings_for(slack, tmp_path, otel_endpoint=f"http://127.0.0.1:{port}")
    await seed_teams(settings, slack)
    async with running(slack, settings) as bot:
        start = time.monotonic()
        await report(bot, "frank", "redis is down")
        assert time.monotonic() - start < REQUEST_SECONDS
        ending = time.monotonic()
    assert time.monotonic() - ending < FLUSH_SECONDS + 2


OFF = """
import asyncio, pathlib, sys
from bot.clock import utc_now
from bot.roles import EVERYTHING
from handlers.roles import clock, ingress, pages, worker
from handlers.roles.start import start
from bot.settings import Settings
from tests.storage.queue import steps

async def main(path):
    url = f"sqlite:///{path / 'chargehand.db'}"
    settings = Settings(_env_file=None, database_url=url)
    async with start(settings, EVERYTHING, clock=utc_now) as running:
        await steps.put(running.db, steps.job(correlation_id="abcdefgh"))
        await steps.finish(running.db, *await steps.take(running.db))

asyncio.run(main(pathlib.Path(sys.argv[1])))
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""


def test_without_a_collector_nothing_of_it_is_imported(tmp_path: Path) -> None:
    here = {name: value for name, value in os.environ.items() if name != "OTEL_EXPORTER_OTLP_ENDPOINT"}
    command = [sys.executable, "-c", OFF, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=here, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr
