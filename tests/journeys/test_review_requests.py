"""Who is asked to review a pull request hears so after a working day and each one after, until they have done it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.sandbox.github import GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from storage.reminders import Reminder
from tests.clock import Clock, go_to
from tests.github import hearing, settle
from tests.openapi import Contract
from tests.team import DATABASES, Bot, said, slash

BOTH = pytest.mark.parametrize("engine", DATABASES)
WEDNESDAY = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SHOP = "acme/shop"


@pytest.fixture
def clock() -> Clock:
    return Clock(base=WEDNESDAY)


@pytest.fixture
async def github(clock: Clock) -> AsyncIterator[GitHubSandbox]:
    """A GitHub whose time is the bot's."""
    contract = Contract()
    async with GitHubSandbox.start(observe=contract, now=lambda: clock().timestamp()) as sandbox:
        yield sandbox
    assert contract.broken == []


@pytest.fixture
async def bot(github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path, clock: Clock) -> AsyncIterator[Bot]:
    """A bot that hears GitHub; bob and carol are bob and carol there, and dave only says who he is."""
    admin = slack.user("frank").id
    async with hearing(github, slack, tmp_path, clock=clock, admins=admin, digest_time="off") as team:
        for name in ("bob", "carol"):
            await slash(team, "frank", f"link github {name} @{name}")
        await slash(team, "dave", "link github dave")
        yield team


async def a_pull(github: GitHubSandbox, bot: Bot, *asked: str, is_draft: bool = False) -> None:
    github.open_pull("bob", SHOP, title="Cache <the> carts", head="carts", is_draft=is_draft)
    github.ask_for_review("bob", SHOP, 1, *asked)
    await settle(github, bot)


def reminded(slack: SlackSandbox, who: str) -> list[str]:
    return [text for text in said(slack.dms(who)) if "acme/shop#1" in text]


async def states(bot: Bot) -> list[tuple[str, int, str]]:
    found = await bot.rows(select(Reminder).where(Reminder.kind == "review").order_by(col(Reminder.id)))
    return [(one.step, one.generation, one.state) for one in found]


@BOTH
async def test_a_reviewer_is_reminded_three_times_and_not_once_more(
    github: GitHubSandbox, slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await a_pull(github, bot, "carol", "dave")
    await go_to(bot, clock, WEDNESDAY + DAY - MINUTE)
    assert reminded(slack, "carol") == []
    await go_to(bot, clock, WEDNESDAY + DAY + MINUTE)
    [first] = reminded(slack, "carol")
    assert first.endswith("|acme/shop#1>* Cache &lt;the&gt; carts: bob waits for your review.")
    await go_to(bot, clock, WEDNESDAY + 2 * DAY + MINUTE)
    assert len(reminded(slack, "carol")) == 2
    await go_to(bot, clock, WEDNESDAY + 4 * DAY)  # a Sunday
    assert len(reminded(slack, "carol")) == 2
    await go_to(bot, clock, WEDNESDAY + 5 * DAY + MINUTE)
    assert len(reminded(slack, "carol")) == 3
    await go_to(bot, clock, WEDNESDAY + 9 * DAY)
    assert len(reminded(slack, "carol")) == 3
    assert slack.dms("dave") == []  # he says so, but has not proven it
    whys = {
        one.reason
        for one in await bot.rows(select(Reminder).where(Reminder.kind == "review", Reminder.state == "dropped"))
    }
    assert whys == {"dave is nobody's verified login here"}


@BOTH
async def test_a_review_ends_it_and_changes_that_do_not_come_are_asked_for_again(
    github: GitHubSandbox, slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await a_pull(github, bot, "carol")
    assert "*To review (1)*\n• *<" in await slash(bot, "carol", "digest now")
    await go_to(bot, clock, WEDNESDAY + DAY + MINUTE)
    assert len(reminded(slack, "carol")) == 1
    github.review("carol", SHOP, 1, "changes_requested")
    await settle(github, bot)
    assert [state for _, _, state in await states(bot)] == ["sent", "cancelled", "cancelled", "planned"]
    assert (await slash(bot, "carol", "digest now")).startswith("There is nothing for you")
    await go_to(bot, clock, WEDNESDAY + 2 * DAY + 2 * MINUTE)
    assert reminded(slack, "bob") == []
    await go_to(bot, clock, WEDNESDAY + 5 * DAY + 2 * MINUTE)  # two working days later, over a week-end
    [asked] = reminded(slack, "bob")
    assert asked.endswith(": carol asked for changes; nothing has come since.")
    github.push("bob", SHOP, "carts")
    github.ask_for_review("bob", SHOP, 1, "carol")
    await settle(github, bot)
    await go_to(bot, clock, WEDNESDAY + 6 * DAY + 3 * MINUTE)
    assert len(reminded(slack, "carol")) == 2
    github.merge("bob", SHOP, 1)
    await settle(github, bot)
    assert "planned" not in [state for _, _, state in await states(bot)]


async def test_of_a_draft_or_while_away_nobody_is_reminded(
    github: GitHubSandbox, slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await a_pull(github, bot, "carol", is_draft=True)
    assert await states(bot) == []
    await go_to(bot, clock, WEDNESDAY + 2 * DAY)
    assert reminded(slack, "carol") == []
    github.make_ready("bob", SHOP, 1)
    await settle(github, bot)
    await slash(bot, "carol", "away 2026-03-10")
    await go_to(bot, clock, WEDNESDAY + 5 * DAY + MINUTE)
    assert reminded(slack, "carol") == []
    assert ("review", 1, "dropped") in await states(bot)
    await go_to(bot, clock, WEDNESDAY + 6 * DAY + MINUTE)
    assert len(reminded(slack, "carol")) == 1


async def test_what_was_due_meanwhile_comes_once_and_late(
    github: GitHubSandbox, slack: SlackSandbox, bot: Bot, clock: Clock
) -> None:
    await a_pull(github, bot, "carol")
    assert "a pull request waits for your review" in await slash(bot, "carol", "reminders")
    await go_to(bot, clock, WEDNESDAY + 8 * DAY)
    [only] = reminded(slack, "carol")
    assert only.startswith("(Late: this was due ")
    assert [state for _, _, state in await states(bot)] == ["dropped", "dropped", "sent"]


async def test_the_home_tab_shows_what_waits_for_a_review(
    slack: SlackSandbox, github: GitHubSandbox, bot: Bot, clock: Clock
) -> None:
    await a_pull(github, bot, "carol")
    await slash(bot, "carol", "remind me to water the plants in 2h")
    await slack.open_home("carol")
    await settle(github, bot)
    page = str((slack.home("carol") or {})["blocks"])
    assert "To review (1)" in page
    assert "Cache &lt;the&gt; carts (by bob" in page
    assert "water the plants" in page
