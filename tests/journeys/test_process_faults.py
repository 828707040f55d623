"""The process is told to stop, is joined by a second one, or has no disk left; what was accepted is done, once."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest
from sqlmodel import select, text

from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from storage import outbox, queue, workers
from storage.database import Database, open_database
from storage.leases import Lease
from storage.queue import Job
from storage.tickets import Ticket
from tests.process import serving
from tests.team import Bot, quiet, report, running, said, select_all
from tests.waiting import until

NOISE = random.Random(1).randbytes(75_000).hex()  # text that hardly shrinks when it is packed
GONE_SOON = pytest.mark.settings(lease_s=1.0)
ON_A_FILE = pytest.mark.parametrize("engine", ["sqlite"])  # a disk of its own that can be full


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    """A Slack that sends an event again soon."""
    async with SlackSandbox.start(redeliver_after=0.5) as sandbox:
        yield sandbox


async def burst(slack: SlackSandbox, count: int) -> list[str]:
    return [
        await slack.say("frank", "#ops", f"@chargehand redis node n{number} is down {number}")
        for number in range(count)
    ]


def cards(slack: SlackSandbox, reports: list[str]) -> list[int]:
    """How many cards each report has."""
    return [len(said(slack.thread("#ops", ts))) for ts in reports]


@ON_A_FILE
async def test_what_cannot_be_stored_is_not_acknowledged_and_comes_again(slack: SlackSandbox, bot: Bot) -> None:
    async with bot.ctx.db.write() as tx:
        await tx.exec(text("PRAGMA max_page_count = 1"))  # the file may not grow: SQLite says that the disk is full
    ts = await slack.say("frank", "#ops", f"@chargehand redis is down {NOISE}")
    await slack.until(lambda: any(envelope.attempt for envelope in slack.envelopes))
    assert not any(envelope.acked_at for envelope in slack.envelopes)
    assert await select_all(bot, Ticket) == []
    async with bot.ctx.db.write() as tx:
        await tx.exec(text("PRAGMA max_page_count = 1000000"))
    await quiet(bot)
    assert [ticket.name for ticket in await select_all(bot, Ticket)] == ["CH-1"]
    assert cards(slack, [ts]) == [1]
    assert [len(said(slack.dms(name))) for name in ("alice", "bob")] == [1, 1]


@ON_A_FILE
async def test_a_disk_that_fills_up_while_it_works_delays_and_doubles_nothing(slack: SlackSandbox, bot: Bot) -> None:
    slack.hold_events()
    reports = [await slack.say("frank", "#ops", f"@chargehand redis {n} is down {NOISE[:9_000]}") for n in range(10)]
    slack.release_events()
    await slack.until(lambda: slack.calls("chat.postMessage"))
    async with bot.ctx.db.write() as tx:
        await tx.exec(text("PRAGMA max_page_count = 1"))
    seen = len(slack.envelopes)
    await slack.say("frank", "#ops", f"@chargehand kafka is down {NOISE}")
    await slack.until(lambda: any(envelope.attempt for envelope in slack.envelopes[seen:]))
    async with bot.ctx.db.write() as tx:
        await tx.exec(text("PRAGMA max_page_count = 1000000"))
    await quiet(bot)
    assert len(await select_all(bot, Ticket)) == 11
    assert cards(slack, reports) == [1] * 10


@GONE_SOON
@ON_A_FILE
async def test_a_disk_that_takes_no_more_does_not_keep_it_from_ending(slack: SlackSandbox, settings: Settings) -> None:
    async with running(slack, settings) as bot, bot.ctx.db.write() as tx:
        await tx.exec(text("PRAGMA query_only = ON"))
    async with running(slack, settings) as bot:
        await report(bot, "frank", "redis is down")
        assert (await bot.ticket()).name == "CH-1"


@GONE_SOON
async def test_sigterm_ends_it_in_order_and_the_next_one_finishes(
    slack: SlackSandbox, settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "bot.log"
    async with serving(settings, log) as process:
        await slack.until(lambda: slack.sockets, timeout=60)
        reports = await burst(slack, 30)
        await slack.until(lambda: slack.calls("chat.postMessage"))
        process.terminate()
    assert process.returncode == 0
    assert not slack.sockets
    assert "Traceback" not in log.read_text()
    async with running(slack, settings) as bot:
        await quiet(bot)
        assert len(await select_all(bot, Ticket)) == 30
        assert not [job for job in await select_all(bot, Job) if job.crashes]
    assert cards(slack, reports) == [1] * 30


@pytest.mark.settings(lease_s=5.0)  # both stay what they are though the machine stalls
async def test_a_second_process_works_and_takes_the_roles_when_the_first_ends(
    slack: SlackSandbox, settings: Settings, tmp_path: Path
) -> None:
    settings = settings.model_copy(update={"worker_concurrency": 1})  # so that neither has time for all
    async with open_database(settings.database, settings.connections) as db, AsyncExitStack() as first:
        bot = await first.enter_async_context(running(slack, settings))
        mine = await alone(db)
        await until(lambda: holders(db, {mine}))
        async with serving(settings, tmp_path / "second.log") as second:
            await slack.until(lambda: slack.sockets == 2, timeout=60)
            slack.fail(method="chat.getPermalink", hang=True, times=3)  # jobs last, so that one can see whose they are
            reports = await burst(slack, 3)
            [other] = await until(lambda: at_work(db)) - {mine}
            await quiet(bot)
            assert await holders(db, {mine})
            await first.aclose()
            await until(lambda: holders(db, {other}))
            reports += await burst(slack, 3)
            await slack.until(lambda: cards(slack, reports) == [1] * 6)
            await until(lambda: all_done(db))
            second.terminate()
    assert cards(slack, reports) == [1] * 6


async def alone(db: Database) -> str:
    """The only process at work."""
    async with db.read() as tx:
        [process] = await workers.listing(tx)
    return process.id


async def holders(db: Database, wanted: set[str]) -> bool:
    """Whether all roles are held by these."""
    async with db.read() as tx:
        return {lease.holder for lease in await tx.exec(select(Lease))} == wanted


async def at_work(db: Database) -> set[str | None]:
    """Who has jobs, once that are two."""
    async with db.read() as tx:
        busy = set(await tx.exec(select(Job.worker_id).where(Job.state == "running")))
    return busy if len(busy) == 2 else set()


async def all_done(db: Database) -> bool:
    async with db.read() as tx:
        left = await queue.counts(tx) | await outbox.backlog(tx)
    return left.keys() <= {"done", "sent"}


@ON_A_FILE
async def test_who_asks_while_the_database_is_busy_hears_that_nothing_was_done(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    card = slack.thread("#ops", ts)[1].ts
    with closing(sqlite3.connect(bot.ctx.settings.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # a backup of somebody else's, say
        asked = [slack.command("bob", "#ops", "/chargehand", "claim CH-1"), slack.click("bob", "#ops", card, "Claim")]
        await asyncio.gather(*asked)
        await slack.until(lambda: len(slack.ephemerals("bob")) == 2)
        other.execute("ROLLBACK")
    typed, pressed = sorted(slack.ephemerals("bob"), key=lambda message: len(message.buttons))
    assert typed.plain == (
        "My database is busy, so nothing was done yet. Please try again in a minute: `/chargehand claim CH-1`"
    )
    assert (pressed.plain, pressed.buttons) == ("My database is busy, so nothing was done yet.", ["Try again"])
    await quiet(bot)
    assert (await bot.ticket()).acknowledged_at is None  # and neither is done later
    await slack.click_ephemeral("bob", "Try again")
    await quiet(bot)
    assert (await bot.ticket()).acknowledged_at is not None
