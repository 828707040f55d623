"""What failed for good is told once to everybody it concerns, runs again when an admin says so, and is on record."""

import pytest

from bot.sandbox.slack import SlackSandbox
from storage import people, trace
from storage.audit import AuditEvent
from storage.outbox import Receipt
from storage.queue import Job
from tests.team import DATABASES, Bot, make_admin, quiet, report, said, select_all, slash

WHO = ("frank", "bob", "carol")
SORRY = "Something went wrong on my side with your message. Nothing is lost: the admins have been told, and one of them"


async def three_fail(slack: SlackSandbox, bot: Bot) -> None:
    """Slack takes back a permission while three people report something; then it is given again."""
    slack.fail(method="users.info", error="missing_scope", times=len(WHO))
    for number, name in enumerate(WHO):
        await report(bot, name, f"redis node {number} is down")


def heard(slack: SlackSandbox, name: str = "alice") -> list[str]:
    return [text for text in said(slack.dms(name)) if "dead letter" in text]


@pytest.mark.parametrize("engine", DATABASES)
async def test_dead_letters_are_replayed_and_done(slack: SlackSandbox, bot: Bot) -> None:
    await make_admin(bot, "alice")
    await three_fail(slack, bot)
    assert {(job.kind, job.state) for job in await select_all(bot, Job)} == {("slack.message", "dead")}
    [told] = heard(slack)
    assert told.startswith("*3 dead letters*: `slack.message` (permanent): CallFailed: missing_scope\n")
    for name in WHO:
        assert [text.startswith(SORRY) for text in said(slack.dms(name))] == [True]

    listed = await slash(bot, "alice", "jobs")
    assert "• 3 × `slack.message` (permanent): CallFailed: missing_scope – " in listed
    answer = await slash(bot, "alice", "jobs replay kind=slack.message the permission is back")
    assert answer == "3 jobs run again, in their order."
    titles = {(await bot.ticket(number)).title for number in (1, 2, 3)}
    assert titles == {f"Redis node {number} is down" for number in range(3)}
    assert heard(slack) == ["No `slack.message` is a dead letter of this cause any more: CallFailed: missing_scope"]

    events = [event for event in await select_all(bot, AuditEvent) if event.object_kind == "job"]
    async with bot.ctx.db.read() as tx:
        alice = await people.the(tx, slack.workspace_id, slack.user("alice").id)
    assert [(event.action, event.actor) for event in events] == [
        *[("bury", "system")] * 3,
        *[("replay", f"person:{alice.id}")] * 3,
    ]
    assert events[0].after["reason"] == "CallFailed: missing_scope"
    assert events[3].before == {"state": "dead"}
    assert events[3].after == {"state": "ready", "reason": "the permission is back"}


async def test_a_cause_that_was_settled_is_news_when_it_is_back(slack: SlackSandbox, bot: Bot) -> None:
    await make_admin(bot, "alice")
    await three_fail(slack, bot)
    await slash(bot, "alice", "jobs replay kind=slack.message the permission is back")
    slack.fail(method="users.info", error="missing_scope")
    await report(bot, "dave", "kafka is down")
    assert [text.split(":")[0] for text in heard(slack)] == [
        "No `slack.message` is a dead letter of this cause any more",
        "*1 dead letter*",
    ]


async def test_who_waits_is_told_once_however_often_it_fails(slack: SlackSandbox, bot: Bot) -> None:
    await make_admin(bot, "alice")
    slack.fail(method="users.info", error="missing_scope")
    await report(bot, "frank", "redis is down")
    await slash(bot, "alice", "list")  # now Slack has said who alice is
    slack.fail(method="users.info", error="missing_scope")
    [job] = [job for job in await select_all(bot, Job) if job.state == "dead"]
    await slash(bot, "alice", f"jobs replay {job.id} perhaps now")
    assert len(said(slack.dms("frank"))) == 1
    assert f"*Job {job.id}* `slack.message` is dead" in await slash(bot, "alice", f"jobs show {job.id}")


@pytest.mark.settings(admin_channel="#payments")
async def test_with_an_admin_channel_it_is_told_there(slack: SlackSandbox, bot: Bot) -> None:
    await make_admin(bot, "alice")
    await three_fail(slack, bot)
    assert heard(slack) == []
    [told] = said(slack.messages("#payments"))
    assert told.startswith("*3 dead letters*: `slack.message`")


async def test_only_admins_see_jobs_and_other_words_are_a_report(slack: SlackSandbox, bot: Bot) -> None:
    refused = "You may not see or repeat failed work: that is for admins."
    assert await slash(bot, "bob", "jobs list") == refused
    await report(bot, "frank", "jobs are stuck since noon")
    assert (await bot.ticket()).title == "Jobs are stuck since noon"
    await make_admin(bot, "alice")
    assert await slash(bot, "alice", "jobs list") == "No dead letters."
    assert (await slash(bot, "alice", "jobs replay 77 it is mended")).startswith("There is no job 77")
    assert "A reason is missing" in await slash(bot, "alice", "jobs discard 1")
    assert "only jobs that have not ended" in await slash(bot, "alice", "jobs cancel 1 not needed")


@pytest.mark.parametrize("engine", DATABASES)
async def test_a_life_is_found_by_any_of_its_names(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await quiet(bot)
    ops = slack.channel("#ops").id
    link = f"https://acme.slack.com/archives/{ops}/p{ts.replace('.', '')}"
    async with bot.ctx.db.read() as tx:
        [ours] = await trace.find(tx, "CH-1")
        assert await trace.find(tx, link) == {ours}
        assert await trace.find(tx, ours) == {ours}
        assert await trace.find(tx, "CH-99") == set()
        story = await trace.story(tx, {ours})
        assert await trace.find(tx, story[0].detail) == {ours}
    stages = [event.stage for event in story]
    assert stages[:2] == ["delivery.received", "delivery.stored"]
    for job in await select_all(bot, Job):
        steps = [event.stage for event in story if event.job_id == job.id]
        assert steps == ["job.queued", "job.reserved", "job.done"], job.kind
    receipts = [receipt for receipt in await select_all(bot, Receipt) if receipt.correlation_id == ours]
    assert stages.count("effect.intended") == stages.count("effect.confirmed") == len(receipts)
    assert [event.at for event in story] == sorted(event.at for event in story)
