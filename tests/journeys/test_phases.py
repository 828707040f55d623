"""The phase of a thread's work follows its ticket and the pull request that names it, on record."""

import pytest
from sqlmodel import col, select

from bot.sandbox.github import GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from storage.audit import AuditEvent
from storage.pulls import Pull
from storage.thread_links import ThreadLink
from tests.github import settle
from tests.team import DATABASES, Bot, report

pytestmark = pytest.mark.parametrize("engine", DATABASES)
SHOP = "acme/shop"


async def link(bot: Bot) -> ThreadLink:
    found = await bot.rows(select(ThreadLink).order_by(col(ThreadLink.id)))
    row: ThreadLink = found[0]
    return row


async def phase(bot: Bot) -> str:
    return (await link(bot)).phase


async def test_the_phase_follows_ticket_and_pull_request(
    github: GitHubSandbox, slack: SlackSandbox, listener: Bot
) -> None:
    bot = listener
    root = await report(bot, "frank", "carts are lost")
    assert await phase(bot) == "open"
    github.open_pull("bob", SHOP, title="Keep carts", head="ch-1-carts")
    await settle(github, bot)
    assert await phase(bot) == "in-progress"
    github.ask_for_review("bob", SHOP, 1, "carol")
    await settle(github, bot)
    assert await phase(bot) == "review"
    github.review("carol", SHOP, 1, "changes_requested")
    await settle(github, bot)
    assert await phase(bot) == "revision"
    github.ask_for_review("bob", SHOP, 1, "dave")
    await settle(github, bot)
    assert await phase(bot) == "review"
    await report(bot, "alice", "resolve it is kept now", thread_ts=root)
    assert await phase(bot) == "done"
    await report(bot, "alice", "reopen still lost", thread_ts=root)
    assert await phase(bot) == "in-progress", "its pull request is still open"
    await report(bot, "alice", "close we never wanted it", thread_ts=root)
    assert await phase(bot) == "abandoned"
    row = await link(bot)
    told = [(before, event, after) for _, before, event, after in row.phase_changes]
    assert told == [
        ("open", "pull opened", "in-progress"),
        ("in-progress", "review asked", "review"),
        ("review", "changes asked", "revision"),
        ("revision", "review asked", "review"),
        ("review", "resolved", "done"),
        ("done", "reopened with a pull", "in-progress"),
        ("in-progress", "not planned", "abandoned"),
    ]
    recorded = await bot.rows(select(AuditEvent).where(AuditEvent.action == "phase").order_by(col(AuditEvent.id)))
    assert [event.object_kind for event in recorded] == ["thread"] * 7


async def test_a_pull_request_that_closes_the_issue_counts_and_the_newest_is_the_active_one(
    github: GitHubSandbox, slack: SlackSandbox, listener: Bot
) -> None:
    bot = listener
    github.open_issue("frank", SHOP, title="Carts are lost")
    await settle(github, bot)
    github.open_pull("bob", SHOP, title="Keep carts", head="carts", body="Fixes #1, and more")
    github.open_pull("carol", SHOP, title="CH-1: keep carts otherwise", head="other")
    await settle(github, bot)
    row, pulls = await link(bot), {pull.id: pull for pull in await bot.rows(select(Pull))}
    assert row.phase == "in-progress"
    assert pulls[row.pull_id or 0].number == 3
    assert [pull.closes for pull in pulls.values()] == [[1], []]
    await report(bot, "alice", f"look at https://github.com/{SHOP}/pull/2 please", thread_ts=row.thread_ts)
    assert pulls[(await link(bot)).pull_id or 0].number == 2
    github.close_issue("bob", SHOP, 2)
    await settle(github, bot)
    assert await phase(bot) == "open"
    github.merge("carol", SHOP, 3)
    await settle(github, bot)
    assert await phase(bot) == "open", "the thread is about another one"
