"""An admin connects a repository; its issues are read once, whatever happens to the process."""

import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlmodel import select

from agent.github.connections import connect
from bot.sandbox.github import Fault, GitHubSandbox
from bot.sandbox.slack import SlackSandbox
from handlers.cli.desk import operator
from storage import queue
from storage.audit import AuditEvent
from storage.database import open_database
from storage.inbox import Delivery
from storage.issues import Issue
from storage.pulls import Pull
from storage.queue import Job
from storage.repositories import Repository
from storage.tickets import Ticket
from tests.github import SECRET, hearing, settle
from tests.handlers.cli.conftest import ended, started
from tests.openapi import Contract
from tests.process import serving
from tests.team import DATABASES, Bot, quiet, said, seed_teams, select_all, settings_for, slash
from tests.waiting import until


@pytest.fixture
async def bot(github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot with a token, whose admin is alice."""
    public = "http://127.0.0.1:9"  # nobody listens there
    admin = slack.user("alice").id
    async with hearing(github, slack, tmp_path, github_token=github.token, admins=admin, public_url=public) as team:
        await quiet(team)
        yield team


async def test_a_repository_is_connected_read_and_let_go(github: GitHubSandbox, slack: SlackSandbox, bot: Bot) -> None:
    """The jobs "github.connect", "github.sync" and "github.disconnect"."""
    github.app_hook.is_active = False
    for title in ("redis is down", "kafka is slow"):
        github.open_issue("frank", "acme/shop", title=title)
    github.open_pull("bob", "acme/shop", title="Fix redis", head="fix")
    assert "Looking up acme/shop" in await slash(bot, "alice", "repo connect acme/shop --channel #payments --hook")
    assert said(slack.dms("alice")) == [
        "acme/shop is connected; its issues are being read (`repo list` shows how far)."
    ]
    assert [len(await select_all(bot, table)) for table in (Issue, Pull, Ticket)] == [2, 1, 0]
    [hook] = github.hooks_of("acme/shop")
    assert hook.url == "http://127.0.0.1:9/webhooks/github"
    assert "repository" in hook.events
    listed = await slash(bot, "alice", "repo list")
    assert "acme/shop* in <#C0PAYMENTS>: done; 3 of about 3; last webhook never; read until 20" in listed
    assert "; next look " in listed
    assert "is disconnected" in await slash(bot, "alice", "repo disconnect acme/shop")
    assert github.hooks_of("acme/shop") == []
    github.app_hook.is_active = True
    github.open_issue("frank", "acme/shop", title="redis is down again")
    await settle(github, bot)
    assert await select_all(bot, Ticket) == []
    assert {event.action for event in await select_all(bot, AuditEvent)} >= {"connect", "disconnect"}


async def test_a_hook_keeps_what_its_admin_chose_and_gets_what_is_missing(github: GitHubSandbox, bot: Bot) -> None:
    hook = github.add_hook("acme/shop", "http://127.0.0.1:9/webhooks/github", secret=SECRET, events=("issues", "star"))
    await slash(bot, "alice", "repo connect acme/shop --hook")
    assert hook.events[:2] == ("issues", "star")
    assert {"issue_comment", "pull_request", "push"} <= set(hook.events)


async def test_only_admins_may(bot: Bot) -> None:
    assert await slash(bot, "bob", "repo list") == "You may not see or connect repositories: that is for admins."
    assert "is for admins" in await slash(bot, "bob", "reconcile --since 2h")


async def test_what_is_not_there_is_said(slack: SlackSandbox, github: GitHubSandbox, bot: Bot) -> None:
    await slash(bot, "alice", "repo connect acme/nothing")
    [told] = said(slack.dms("alice"))
    assert told == "acme/nothing is not connected: GitHub says http_404: Not Found."
    assert "I do not know acme/nothing." in await slash(bot, "alice", "repo sync acme/nothing")


async def test_a_channel_may_be_named(slack: SlackSandbox, github: GitHubSandbox, bot: Bot) -> None:
    for name in ("#payments", "#nowhere"):
        async with operator(bot.ctx.settings) as desk:
            await connect(desk, "acme/shop", channel=name)
        await quiet(bot)
    [known] = await select_all(bot, Repository)
    assert known.channel_id == slack.channel("#payments").id
    assert known.tickets == "all"
    [refused] = [event for event in await select_all(bot, AuditEvent) if event.action == "refuse"]
    assert refused.after["reason"] == (
        "acme/shop is not connected: I am in no channel #nowhere; `/invite @chargehand` there comes first."
    )


async def test_an_admin_says_which_issues_become_tickets(github: GitHubSandbox, bot: Bot) -> None:
    assert "not of “some”" in await slash(bot, "alice", "repo connect acme/shop --tickets some")
    await slash(bot, "alice", "repo connect acme/shop --tickets label:bug")
    github.open_issue("frank", "acme/shop", title="redis is slow")
    github.open_issue("frank", "acme/shop", title="redis is down", labels=("bug",))
    await settle(github, bot)
    assert [ticket.title for ticket in await select_all(bot, Ticket)] == ["redis is down"]
    await slash(bot, "alice", "repo connect acme/shop")
    [known] = await select_all(bot, Repository)
    assert known.tickets == "label:bug"


async def test_a_limit_pauses_the_reading_and_says_until_when(github: GitHubSandbox, bot: Bot) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    await settle(github, bot)
    github.fail(Fault(call="GET /repos/acme/shop/issues", kind="secondary", retry_after=1))
    await bot.slack.command("alice", "#ops", "/chargehand", "repo sync acme/shop --full")

    async def is_paused() -> bool:
        [known] = await select_all(bot, Repository)
        return bool(known.sync_state == "paused" and "GitHub limit" in known.sync_note)

    await until(is_paused)
    await quiet(bot)
    [known] = await select_all(bot, Repository)
    assert (known.sync_state, known.sync_note) == ("done", "")


@pytest.mark.parametrize("engine", DATABASES)
async def test_a_queue_that_is_nearly_full_pauses_the_reading(
    github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path
) -> None:
    admin = slack.user("alice").id
    async with hearing(github, slack, tmp_path, github_token=github.token, admins=admin, queue_max=10) as bot:
        github.open_issue("frank", "acme/shop", title="redis is down")
        await settle(github, bot)
        now = bot.ctx.clock()
        later = [
            Job(workspace_id="T1", kind="prune", created_at=now, not_before=now + timedelta(days=1)) for _ in range(9)
        ]
        async with bot.ctx.db.write() as tx:
            await queue.put_all(tx, later)
        await bot.slack.command("alice", "#ops", "/chargehand", "repo sync acme/shop --full")

        async def is_paused() -> bool:
            [known] = await select_all(bot, Repository)
            return bool(known.sync_state == "paused" and "the queue is nearly full" in known.sync_note)

        await until(is_paused)


def steps() -> Iterator[float]:
    """Seconds of a day on which much was written at once."""
    start = time.time() - 86_400
    for number in count():
        yield start + number // 400


async def test_a_killed_reading_goes_on_where_it_was(slack: SlackSandbox, tmp_path: Path) -> None:
    clock = steps()
    async with GitHubSandbox.start(observe=Contract(), now=lambda: next(clock)) as github:
        for number in range(600):
            github.open_issue("frank", "acme/shop", title=f"issue {number}")
        settings = settings_for(
            slack,
            tmp_path,
            github_webhook_secret=SECRET,
            github_token=github.token,
            github_api_url=github.url,
            lease_s=1.0,
        )
        await seed_teams(settings, slack)
        async with operator(settings) as desk:
            await connect(desk, "acme/shop")

        def pages() -> int:
            return len([one for one in github.calls("GET /repos/acme/shop/issues") if "since" in one.query])

        async with serving(settings, tmp_path / "first.log") as first:
            await github.until(lambda: pages() >= 3, timeout=60)
            first.kill()
            await first.wait()
        before = pages()
        async with (
            serving(settings, tmp_path / "second.log") as second,
            open_database(settings.database, settings.connections) as db,
        ):

            async def is_read() -> bool:
                async with db.read() as tx:
                    return len(list(await tx.exec(select(Issue)))) == 600

            await until(is_read, timeout=60)
            async with db.read() as tx:
                deliveries = list(await tx.exec(select(Delivery)))
            assert len(deliveries) == len({one.dedupe_key for one in deliveries}) == 600
            second.terminate()
            await second.wait()
        resumed = github.calls("GET /repos/acme/shop/issues")
        [first_page] = [one.query["since"] for one in resumed if "since" in one.query][before : before + 1]
        assert not first_page.startswith("2000")


async def test_the_command_line_waits_and_says_what_came_of_it(github: GitHubSandbox, bot: Bot) -> None:
    github.open_issue("frank", "acme/shop", title="redis is down")
    here = {"DATABASE_URL": bot.ctx.settings.database_url, "GITHUB_TOKEN": github.token}
    done = await ended(await started("repo", "connect", "acme/shop", **here))
    assert (done.code, done.out.splitlines()[-1]) == (0, "done: 1 of about 1")
    refused = await ended(await started("repo", "connect", "acme/nothing", **here))
    assert (refused.code, refused.err) == (1, "acme/nothing is not connected: GitHub says http_404: Not Found.\n")
    again = await ended(await started("repo", "sync", "acme/shop", "--full", **here))
    assert (again.code, again.out.splitlines()[-1]) == (0, "done: 1 of about 1")


async def test_the_command_line_waits_for_nobody(tmp_path: Path) -> None:
    here = {"DATABASE_URL": f"sqlite:///{tmp_path}/new.db", "GITHUB_TOKEN": "anything"}
    left = await ended(await started("repo", "connect", "acme/shop", **here))
    assert left.code == 0
    assert left.out.splitlines()[-1].startswith("Nobody works on it at the moment: once `serve` runs, ")
