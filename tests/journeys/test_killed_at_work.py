"""A process that is killed in the midst of a merge, a departure or an import: the next one goes on, once and whole."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from time import monotonic

import pytest

from bot.sandbox.quiet import quiet as at_rest
from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from storage.database import open_database
from storage.people import Person
from tests.handlers.cli.conftest import ended, started
from tests.journeys.test_bad_input import dump
from tests.process import environment, serving
from tests.team import (
    DATABASES,
    Bot,
    assignees,
    audit_of,
    report,
    running,
    said,
    select_all,
    slash,
)

BOTH = pytest.mark.parametrize("engine", DATABASES)
pytestmark = pytest.mark.settings(admins="@frank")
PAIRS = 2
ROWS = 400
Act = Callable[[], Awaitable[object]]


async def killed_after(slack: SlackSandbox, settings: Settings, log: Path, act: Act, *, calls: int) -> None:
    """Somebody acts, and the bot is killed when Slack has heard so much of it."""
    async with serving(settings, log) as process:
        await slack.until(lambda: slack.sockets, timeout=60)
        before = len(slack.calls())
        await act()
        await slack.until(lambda: len(slack.calls()) >= before + calls, timeout=60)
        process.kill()


async def come_to_rest(slack: SlackSandbox, settings: Settings, log: Path) -> None:
    """The next process does what was left."""
    async with serving(settings, log) as process, open_database(settings.database, settings.connections) as db:
        await slack.until(lambda: slack.sockets, timeout=60)
        await at_rest(slack, db, timeout=120)
        process.terminate()


@BOTH
async def test_each_merge_is_made_once(slack: SlackSandbox, settings: Settings, tmp_path: Path) -> None:
    async with running(slack, settings) as bot:
        for number in range(1, PAIRS + 1):
            await report(bot, "dave", f"redis {number} is down")
            await report(bot, "frank", f"kafka {number} lags")
    for number in range(PAIRS):
        first, second = 2 * number + 1, 2 * number + 2

        async def merge(line: str = f"@chargehand CH-{second} is a duplicate of CH-{first}") -> None:
            await slack.say("alice", "#ops", line)

        await killed_after(slack, settings, tmp_path / "bot.log", merge, calls=3 * number)
    await come_to_rest(slack, settings, tmp_path / "bot.log")
    async with running(slack, settings) as bot:
        for number in range(PAIRS):
            await _is_merged(bot, 2 * number + 2, into=2 * number + 1)


async def _is_merged(bot: Bot, number: int, *, into: int) -> None:
    ticket, canonical = await bot.ticket(number), await bot.ticket(into)
    assert (ticket.status, ticket.duplicate_of) == ("closed", canonical.id)
    assert await assignees(bot, number) == []
    assert [event.action for event in await audit_of(bot, ticket)].count("dup") == 1
    told = [text for text in said(bot.slack.thread("#ops", ticket.message_ts or "")) if "as a duplicate of" in text]
    assert len([text for text in told if text.startswith(f"*CH-{number} closed*")]) == 1
    [card] = [text for text in said(bot.slack.thread("#ops", canonical.message_ts or "")) if "1 duplicate" in text]
    assert f"CH-{into}" in card


@BOTH
async def test_who_was_deactivated_hands_each_ticket_on_once(
    slack: SlackSandbox, settings: Settings, tmp_path: Path
) -> None:
    numbers = range(1, 5)
    async with running(slack, settings) as bot:
        await slash(bot, "carol", "rotation off")
        for number in numbers:
            await report(bot, "frank", f"redis {number} is down")
        await slash(bot, "carol", "rotation on")

    async def deactivate() -> None:
        slack.deactivate("bob")

    await killed_after(slack, settings, tmp_path / "bot.log", deactivate, calls=3)
    await come_to_rest(slack, settings, tmp_path / "bot.log")
    yours = [text for text in said(slack.dms("carol")) if "is yours" in text]
    assert sorted(text.partition("*CH-")[2][:1] for text in yours) == [str(number) for number in numbers]
    lists = [text for text in said(slack.dms("alice")) if text.startswith("@bob is deactivated.")]
    assert len(lists) == 1
    assert lists[0].count("→ @carol") == len(numbers)
    async with running(slack, settings) as bot:
        for number in numbers:
            assert await assignees(bot, number) == ["carol"]
            moved = [event.action for event in await audit_of(bot, await bot.ticket(number))]
            assert moved.count("unassign") == 1


@pytest.fixture
async def writer(slack: SlackSandbox, settings: Settings) -> AsyncIterator[Bot]:
    async with running(slack, settings) as bot:
        yield bot


@BOTH
async def test_an_import_is_made_as_a_whole_or_not_at_all(writer: Bot, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    rows = "".join(f"U{number:08},Platform,responder,5\n" for number in range(ROWS))
    file.write_text(f"slack_id,team,role,capacity\n{rows}", encoding="utf-8")
    command, given = ("person", "import", str(file), "--apply"), environment(settings)
    before = await dump(writer)
    began = monotonic()
    shown = await ended(await started("person", "import", str(file), **given))
    assert shown.out.splitlines()[-1].startswith(f"{3 * ROWS} changes; nothing is changed yet")
    took = monotonic() - began  # to look at it; to make the changes takes as long again
    process = await started(*command, **given)
    await asyncio.sleep(took)
    process.kill()
    await ended(process)
    is_untouched = await dump(writer) == before  # a quick machine may have been done by then
    made = await ended(await started(*command, **given))
    assert made.out.splitlines()[-1] == f"{3 * ROWS if is_untouched else 0} changes made."
    assert len(await select_all(writer, Person)) == ROWS + len(before["people"])
