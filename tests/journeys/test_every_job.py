"""Every kind of job runs once, though Slack and GitHub tell of everything twice and the clock ticks twice."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.elected import Role
from bot.sandbox.github import GitHubSandbox, Mischief
from bot.sandbox.llm import LlmSandbox
from bot.sandbox.slack import SlackSandbox
from bot.scheduler import SCHEDULES, Clock
from handlers.context import Context
from handlers.jobs import JOBS
from storage.leases import Lease
from storage.queue import Job
from storage.reminders import Reminder
from tests.github import hearing, settle
from tests.team import Bot, quiet, report, slash

# What the story below sets in motion: one for each thing that people, Slack or the clock did.
ASKED_FOR = {
    "slack.message": 2,
    "slack.reply": 1,
    "slack.reaction": 1,
    "slack.edit": 1,
    "slack.delete": 1,
    "slack.command": 6,
    "turn": 1,
    "slack.press": 1,
    "slack.form": 1,
    "slack.home": 1,
    "home": 1,
    "slack.person": 1,
    "slack.channel": 1,
    "slack.usergroup": 1,
    "channels": 1,
    "groups": 1,
    "people": 1,
    "leaving": 1,
    "github.issues": 1,
    "github.issue_comment": 2,
    "github.pull_request": 1,
    "github.push": 2,  # the pull request's branch, and main
    "github.check_run": 1,
    "github.installation": 1,
    "github.installation_repositories": 1,
    "github.repository": 1,
    "github.comment": 1,
    "github.command": 1,
    "github.answer": 1,
    "github.facts": 2,  # at the start and once a day
    "github.connect": 1,
    "github.sync": 1,
    "github.disconnect": 1,
    "reconcile": 1,
    "digests": 1,
    "plain_words": 1,
    "narrate": 1,  # of the comment
    "thread_summary": 1,
    "triage": 2,  # a report's and an issue's
    "budget.warning": 1,
    "reassign": 1,
    "reminder": 1,
    "deadlines": 1,  # of other hours for all
    "cards": 1,  # of what that moved
    "backup": 1,
    "prune": 1,
    "audit.head": 1,
}


async def a_day_passes(ctx: Context) -> list[int]:
    """What the clock makes of a day on which nobody was there, and of looking again."""
    yesterday = ctx.clock() - timedelta(days=1)
    async with ctx.db.write() as tx:
        tx.add(Lease(role="clock of the test", holder="somebody", term=1, until=yesterday))
    clock = Clock(ctx.db, Role(ctx.db, "clock of the test", holder="the test", seconds=60))
    await clock.role.hold()
    async with ctx.db.write() as tx:
        about = {"workspace_id": ctx.workspace_id, "kind": "snooze", "ticket_id": 1, "plan_key": "yesterday"}
        tx.add(Reminder(due_at=yesterday, created_at=yesterday, **about))
    return [await clock.look(), await clock.look()]


@pytest.fixture
async def bot(github: GitHubSandbox, slack: SlackSandbox, tmp_path: Path) -> AsyncIterator[Bot]:
    choices = {"admins": slack.user("alice").id, "public_url": "http://127.0.0.1:9"}
    async with LlmSandbox.start() as llm:
        choices |= {"anthropic_api_key": "sk-test", "anthropic_base_url": llm.url}
        async with hearing(github, slack, tmp_path, github_token=github.token, github_comment=True, **choices) as team:
            await quiet(team)
            yield team


async def test_each_job_runs_once(slack: SlackSandbox, github: GitHubSandbox, bot: Bot) -> None:
    assert set(ASKED_FOR) == set(JOBS), "a new job belongs into this story"
    github.misdeliver(Mischief(doubled=1.0))
    slack.duplicate_events = True
    slack.fail(method="chat.postMessage", error="user_disabled", channel="@bob")  # gone, so carol gets it
    ts = await report(bot, "frank", "redis is down")
    card = slack.thread("#ops", ts)[1].ts
    await slack.edit("frank", "#ops", ts, "@chargehand redis is down in Frankfurt")
    await slack.say("dave", "#ops", "the replica is fine", thread_ts=ts)
    await slack.react("dave", "#ops", ts, "x")
    await slash(bot, "frank", "list")
    await slack.click("carol", "#ops", card, "Claim")
    await quiet(bot)
    await slack.click("carol", "#ops", card, "Resolve…")
    await slack.until(lambda: slack.modal("carol"))
    assert await slack.submit("carol", {"reason": "failed over"}) == {}
    await slack.delete("frank", "#ops", ts)
    slack.deactivate("bob")
    slack.rename("#general", "everyone")
    slack.regroup("oncall", "dave")
    assert await a_day_passes(bot.ctx) == [len(SCHEDULES) + 1, 0]
    slack.redeliver()
    await quiet(bot)
    await slash(bot, "alice", "repo connect acme/payments --hook")
    await slash(bot, "alice", "repo disconnect acme/payments")
    await slash(bot, "alice", "link github dave @dave")
    await slash(bot, "alice", "budget set workspace 4k")  # the next call to the model takes most of it
    on_github(github)
    await settle(github, bot)
    await slash(bot, "alice", "hours workspace Mon-Sun 0-24")
    long = "what was said of it before? " * 500
    await slack.say("frank", "#ops", f"@chargehand ask who has the most tickets? {long}", thread_ts=ts)
    await settle(github, bot)
    await slack.open_home("frank")
    slack.redeliver()
    await settle(github, bot)
    jobs = await bot.rows(select(Job))
    assert Counter(job.kind for job in jobs) == ASKED_FOR
    assert {(job.kind, job.state, job.attempts) for job in jobs} == {(name, "done", 1) for name in JOBS}


def on_github(github: GitHubSandbox) -> None:
    """One event of each kind."""
    github.open_issue("frank", "acme/shop", title="kafka is slow")
    github.comment("carol", "acme/shop", 1, "since noon")
    github.comment("dave", "acme/shop", 1, "/chargehand comment only in eu-1")
    github.open_pull("bob", "acme/shop", title="Fix it", head="fix")
    github.push("bob", "acme/shop", "main")
    github.check("acme/shop", "0" * 39 + "1")
    github.give_app("alice", "acme/vault")
    github.rename_repository("alice", "acme/site", "web")
    github.suspend_app("alice")
