"""Every kind of job runs once, though Slack tells of everything twice and the clock ticks twice."""

from collections import Counter

from sqlmodel import select

from bot.elected import Role
from bot.sandbox.slack import SlackSandbox
from bot.scheduler import Clock
from handlers.jobs import JOBS
from storage.queue import Job
from tests.team import Bot, quiet, report, slash

# What the story below sets in motion: one for each thing that people, Slack or the clock did.
ASKED_FOR = {
    "slack.message": 1,
    "slack.edit": 1,
    "slack.delete": 1,
    "slack.command": 1,
    "slack.press": 1,
    "slack.form": 1,
    "slack.person": 1,
    "triage": 1,
    "reassign": 1,
    "prune": 1,
}


async def test_each_job_runs_once(slack: SlackSandbox, bot: Bot) -> None:
    assert set(ASKED_FOR) == set(JOBS), "a new job belongs into this story"
    slack.duplicate_events = True
    slack.fail(method="chat.postMessage", error="user_disabled", channel="@bob")  # gone, so carol gets it
    ts = await report(bot, "frank", "redis is down")
    card = slack.thread("#ops", ts)[1].ts
    await slack.edit("frank", "#ops", ts, "@chargehand redis is down in Frankfurt")
    await slash(bot, "frank", "list")
    await slack.click("carol", "#ops", card, "Claim")
    await quiet(bot)
    await slack.click("carol", "#ops", card, "Resolve…")
    await slack.until(lambda: slack.modal("carol"))
    assert await slack.submit("carol", {"reason": "failed over"}) == {}
    await slack.delete("frank", "#ops", ts)
    slack.deactivate("bob")
    clock = Clock(bot.ctx.db, Role(bot.ctx.db, "clock of the test", holder="the test", seconds=60))
    assert await clock.role.hold()
    assert [await clock.tick("prune"), await clock.tick("prune")] == [True, False]
    slack.redeliver()
    await quiet(bot)
    jobs = await bot.rows(select(Job))
    assert Counter(job.name for job in jobs) == ASKED_FOR
    assert {(job.name, job.state, job.attempts) for job in jobs} == {(name, "done", 1) for name in JOBS}
