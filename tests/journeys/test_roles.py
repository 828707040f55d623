"""Several processes share one workspace: each has its part, none is missed, and they are restarted in turn."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bench.balancer import balancer, free_ports
from bot.roles import Part
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from storage import leases, workers
from storage.database import Database, open_database
from storage.tickets import Ticket
from storage.workers import Process
from tests.github import SECRET
from tests.process import Served, serving
from tests.team import DATABASES, Bot, quiet, report, running, said, select_all
from tests.waiting import until

BOTH = pytest.mark.parametrize("engine", DATABASES)
INGRESS, WORKER, CLOCK = frozenset({Part.INGRESS}), frozenset({Part.WORKER}), frozenset({Part.CLOCK})


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    """A Slack that waits long for an acknowledgement: what comes again, came again because a socket was closed."""
    async with SlackSandbox.start(redeliver_after=30) as sandbox:
        yield sandbox


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    """A look at the database from outside."""
    async with open_database(settings.database, settings.connections) as database:
        yield database


async def listed(db: Database) -> list[Process]:
    async with db.read() as tx:
        return await workers.listing(tx)


async def is_ready(db: Database) -> bool:
    """Whether there is a process that can do its job."""
    return any([(await readiness(process))[0] == 200 for process in await listed(db) if process.address])


async def draining(db: Database) -> Process | None:
    """The process that says that it takes no more work."""
    return next((process for process in await listed(db) if process.draining), None)


async def readiness(process: Process) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"http://{process.address}/readyz") as answer:
        return answer.status, (await answer.json())["checks"]


async def clock_of(db: Database) -> str | None:
    async with db.read() as tx:
        lease = await leases.of(tx, "clock")
    return lease.holder if lease else None


@BOTH
async def test_each_role_does_its_part_and_says_where_it_is(
    slack: SlackSandbox, settings: Settings, db: Database
) -> None:
    async with AsyncExitStack() as processes:
        for parts in (INGRESS, CLOCK):
            await processes.enter_async_context(running(slack, settings, parts))
        bot = await processes.enter_async_context(running(slack, settings, WORKER))
        ts = await report(bot, "frank", "redis is down")
        assert len(said(slack.thread("#ops", ts))) == 1
        there = {process.role: process for process in await listed(db)}
        assert there.keys() == {"ingress", "worker", "clock"}
        checks = {role: (await readiness(process))[1] for role, process in there.items()}
        assert {role for role, names in checks.items() if "slack" in names} == {"ingress"}
        assert {tuple(names.values()) for names in checks.values()} == {("ok",) * 3, ("ok",) * 4}
        assert await until(lambda: clock_of(db)) == there["clock"].id
    assert await listed(db) == []


@BOTH
async def test_a_clock_that_is_killed_is_followed_within_twenty_seconds(
    slack: SlackSandbox, settings: Settings, db: Database, tmp_path: Path
) -> None:
    usual = settings.model_copy(update={"lease_s": 60.0})
    async with serving(usual, tmp_path / "first.log", "clock") as first:
        leader = await until(lambda: clock_of(db), timeout=60)
        async with running(slack, usual, CLOCK):
            [second] = {process.id for process in await listed(db)} - {leader}
            first.kill()
            await first.wait()
            killed_at = time.monotonic()

            async def is_followed() -> bool:
                return await clock_of(db) == second

            await until(is_followed, timeout=25)
            assert time.monotonic() - killed_at <= 20.5  # a moment for the test itself to look


async def test_restarted_in_turn_under_load_they_lose_double_and_refuse_nothing(
    slack: SlackSandbox, github: GitHubSandbox, settings: Settings, tmp_path: Path
) -> None:
    reports: list[str] = []
    enough = asyncio.Event()
    ports = free_ports(4)
    hears_both = {"github_webhook_secret": SecretStr(SECRET), "github_channel": slack.channel("#general").id}
    settings = settings.model_copy(update=hears_both | {"github_api_url": github.url, "webhook_rate": "1000/minute"})
    free = iter(ports)
    async with (
        running(slack, settings, WORKER) as bot,
        balancer(ports, random.Random(1)) as front,
        AsyncExitStack() as processes,
        asyncio.TaskGroup() as speakers,
    ):

        async def one_more(*roles: str) -> Served:
            log = tmp_path / f"{'-'.join(roles)}-{len(reports)}.log"
            port = next(free) if "ingress" in roles else 0
            return await processes.enter_async_context(
                serving(settings.model_copy(update={"http_port": port}), log, *roles)
            )

        async def is_at_work(role: Part, count: int) -> bool:
            async with bot.ctx.db.read() as tx:
                there = [one for one in await workers.listing(tx) if one.does(role) and not one.draining]
            return len(there) == count

        async def more(count: int) -> None:
            wanted = len(reports) + count
            await slack.until(lambda: len(reports) >= wanted, timeout=60)

        hearing = [await one_more("ingress"), await one_more("ingress")]
        working = [await one_more("worker", "clock")]
        await slack.until(lambda: slack.sockets == 2, timeout=60)
        await until(partial(is_at_work, Part.CLOCK, 1), timeout=60)
        github.deliver_to(f"{front}/webhooks/github", secret=SECRET)
        speakers.create_task(keep_reporting(slack, "frank", reports, enough))
        speakers.create_task(keep_opening(github, slack, enough))
        for old in tuple(hearing):
            await more(3)
            old.terminate()
            assert await old.wait() == 0
            hearing.append(await one_more("ingress"))
            await slack.until(lambda: slack.sockets == 2, timeout=60)
        await more(3)
        working[0].terminate()
        assert await working[0].wait() == 0
        working.append(await one_more("worker", "clock"))
        await until(partial(is_at_work, Part.CLOCK, 1), timeout=60)
        await more(3)
        enough.set()
        await github.settled()
        await quiet(bot, timeout=60)
        assert [len(said(slack.thread("#ops", ts))) for ts in reports] == [1] * len(reports)
        sent = github.deliveries("issues")
        assert [(one.status, one.response_body) for one in sent if one.status_code != 202] == []
        assert len(said(slack.messages("#general"))) == len(sent)
        assert len(await select_all(bot, Ticket)) == len(reports) + len(sent)
        assert not any(envelope.timeouts for envelope in slack.envelopes)
        for process in (*hearing[2:], working[1]):
            process.terminate()
    assert [process.returncode for process in (*hearing, *working)] == [0] * 6


async def keep_opening(github: GitHubSandbox, slack: SlackSandbox, enough: asyncio.Event) -> None:
    """Open an issue, wait for its card, and open the next one."""
    while not enough.is_set():
        before = len(said(slack.messages("#general")))
        github.open_issue("frank", "acme/shop", title=f"kafka node k{before} is down")
        await slack.until(partial(has_more, slack, before), timeout=60)


def has_more(slack: SlackSandbox, cards: int) -> bool:
    """Whether there are more cards of issues by now."""
    return len(said(slack.messages("#general"))) > cards


async def keep_reporting(slack: SlackSandbox, who: str, reports: list[str], enough: asyncio.Event) -> None:
    """Report, wait for the card, and report the next thing."""
    while not enough.is_set():
        ts = await slack.say(who, "#ops", f"@chargehand redis node n{len(reports)} of {who} is down")
        reports.append(ts)
        await slack.until(partial(has_card, slack, ts), timeout=60)


def has_card(slack: SlackSandbox, ts: str) -> bool:
    return bool(said(slack.thread("#ops", ts)))


async def test_one_that_is_told_to_stop_is_seen_to_drain_before_it_refuses(
    slack: SlackSandbox, settings: Settings, db: Database, tmp_path: Path
) -> None:
    slow = settings.model_copy(update={"drain_delay_s": 2.0})
    async with serving(slow, tmp_path / "bot.log") as process:
        await until(lambda: is_ready(db), timeout=60)
        process.terminate()
        seen = await until(lambda: draining(db))
        assert seen
        status, checks = await readiness(seen)
        assert (status, checks["accepting"]) == (503, "draining")
        ts = await slack.say("frank", "#ops", "@chargehand redis is down")
        await slack.until(partial(has_card, slack, ts))
    assert process.returncode == 0
    assert await listed(db) == []


async def test_what_it_has_heard_at_its_end_it_still_acknowledges(
    slack: SlackSandbox, settings: Settings, db: Database
) -> None:
    async with running(slack, settings.model_copy(update={"drain_delay_s": 0.3})) as bot:
        bot.stop.set()
        await until(lambda: draining(db))
        async with db.write() as tx:
            await workers.listing(tx)  # from here on nobody else can write, so it cannot be stored yet
            await slack.say("frank", "#ops", "@chargehand redis is down")
            await until(lambda: is_refused(bot))
            with pytest.raises(AssertionError, match="still waiting"):  # it waits, though it hears nothing new
                await slack.until(lambda: not slack.sockets, timeout=0.5)
        await slack.until(lambda: not slack.sockets)
        [envelope] = [one for one in slack.envelopes if one.payload["event"]["type"] == "app_mention"]
        assert envelope.acked_at
        assert envelope.attempt == 0


async def is_refused(bot: Bot) -> bool:
    """Whether nobody listens on its port any more."""
    with suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", bot.port)
        writer.close()
        return False
    return True


async def test_told_twice_it_ends_at_once(
    slack: SlackSandbox, settings: Settings, db: Database, tmp_path: Path
) -> None:
    patient = settings.model_copy(update={"drain_delay_s": 300.0})
    with suppress(RuntimeError):  # it has ended with an error
        async with serving(patient, tmp_path / "bot.log") as process:
            await until(lambda: is_ready(db), timeout=60)
            process.terminate()
            await until(lambda: draining(db))
            process.terminate()
    assert process.returncode == 128 + signal.SIGTERM
    async with running(slack, settings) as bot:
        await report(bot, "frank", "redis is down")
        assert (await bot.ticket()).name == "CH-1"
