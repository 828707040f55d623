"""The process is told to stop, is joined by a second one, or has no disk left; what was accepted is done, once."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlmodel import select, text

from bot.process import identity
from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from storage import outbox, queue
from storage.database import Database, open_database
from storage.leases import Lease
from storage.queue import Job
from storage.tickets import Ticket
from tests.process import serving
from tests.team import Bot, quiet, report, running, said, seed_teams, select_all, settings_for
from tests.waiting import until


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    """A Slack that sends an event again soon."""
    async with SlackSandbox.start(redeliver_after=0.5) as sandbox:
        yield sandbox


@pytest.fixture
async def settings(slack: SlackSandbox, tmp_path: Path) -> Settings:
    settings = settings_for(slack, tmp_path, lease_seconds=1.0)
    await seed_teams(settings, slack)
    return settings


async def burst(slack: SlackSandbox, count: int) -> list[str]:
    return [
        await slack.say("frank", "#ops", f"@chargehand redis node n{number} is down {number}")
        for number in range(count)
    ]


def cards(slack: SlackSandbox, reports: list[str]) -> list[int]:
    """How many cards each report has."""
    return [len(said(slack.thread("#ops", ts))) for ts in reports]


async def test_what_cannot_be_stored_is_not_acknowledged_and_comes_again(slack: SlackSandbox, bot: Bot) -> None:
    async with bot.ctx.db.write() as tx:
        await tx.exec(text("PRAGMA max_page_count = 1"))  # the file may not grow: SQLite says that the disk is full
    ts = await slack.say("frank", "#ops", "@chargehand redis is down " + "no " * 50_000)
    await slack.until(lambda: any(envelope.attempt for envelope in slack.envelopes))
    assert not any(envelope.acked_at for envelope in slack.envelopes)
    assert await select_all(bot, Ticket) == []
    async with bot.ctx.db.write() as tx:
        await tx.exec(text("PRAGMA max_page_count = 1000000"))
    await quiet(bot)
    assert [ticket.name for ticket in await select_all(bot, Ticket)] == ["CH-1"]
    assert cards(slack, [ts]) == [1]
    assert [len(said(slack.dms(name))) for name in ("alice", "bob")] == [1, 1]


async def test_a_disk_that_fills_up_while_it_works_delays_and_doubles_nothing(slack: SlackSandbox, bot: Bot) -> None:
    slack.hold_events()
    reports = [await slack.say("frank", "#ops", f"@chargehand redis {n} is down {'x' * 9_000}") for n in range(10)]
    slack.release_events()
    await slack.until(lambda: slack.calls("chat.postMessage"))
    async with bot.ctx.db.write() as tx:
        await tx.exec(text("PRAGMA max_page_count = 1"))
    seen = len(slack.envelopes)
    await slack.say("frank", "#ops", "@chargehand kafka is down " + "x" * 90_000)
    await slack.until(lambda: any(envelope.attempt for envelope in slack.envelopes[seen:]))
    async with bot.ctx.db.write() as tx:
        await tx.exec(text("PRAGMA max_page_count = 1000000"))
    await quiet(bot)
    assert len(await select_all(bot, Ticket)) == 11
    assert cards(slack, reports) == [1] * 10


async def test_a_disk_that_takes_no_more_does_not_keep_it_from_ending(slack: SlackSandbox, settings: Settings) -> None:
    async with running(slack, settings) as bot, bot.ctx.db.write() as tx:
        await tx.exec(text("PRAGMA query_only = ON"))
    async with running(slack, settings) as bot:
        await report(bot, "frank", "redis is down")
        assert (await bot.ticket()).name == "CH-1"


async def test_sigterm_ends_it_in_order_and_the_next_one_finishes(
    slack: SlackSandbox, settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "bot.log"
    async with serving(settings, log) as process:
        await slack.until(lambda: slack.sockets, timeout=20)
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


async def test_a_second_process_works_and_takes_the_roles_when_the_first_ends(
    slack: SlackSandbox, settings: Settings, tmp_path: Path
) -> None:
    async with open_database(settings.database_path) as db, AsyncExitStack() as first:
        bot = await first.enter_async_context(running(slack, settings.model_copy(update={"workers": 1})))
        await until(lambda: holders(db, {identity()}))
        async with serving(settings, tmp_path / "second.log") as second:
            await slack.until(lambda: slack.sockets == 2, timeout=20)
            slack.fail(method="chat.getPermalink", hang=True, times=3)  # jobs last, so that one can see whose they are
            reports = await burst(slack, 3)
            [other] = await until(lambda: at_work(db)) - {identity()}
            await quiet(bot)
            assert await holders(db, {identity()})
            await first.aclose()
            await until(lambda: holders(db, {other}))
            reports += await burst(slack, 3)
            await slack.until(lambda: cards(slack, reports) == [1] * 6)
            await until(lambda: all_done(db))
            second.terminate()
    assert cards(slack, reports) == [1] * 6


async def holders(db: Database, wanted: set[str]) -> bool:
    """Whether all roles are held by these."""
    async with db.read() as tx:
        return {lease.holder for lease in await tx.exec(select(Lease))} == wanted


async def at_work(db: Database) -> set[str | None]:
    """Who has jobs, once that are two."""
    async with db.read() as tx:
        workers = set(await tx.exec(select(Job.worker).where(Job.state == "running")))
    return workers if len(workers) == 2 else set()


async def all_done(db: Database) -> bool:
    async with db.read() as tx:
        left = await queue.counts(tx) | await outbox.backlog(tx)
    return left.keys() <= {"done", "sent"}
