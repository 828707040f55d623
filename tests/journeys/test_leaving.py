"""Somebody leaves or goes away: nothing they had is forgotten, and managers read one list."""

from datetime import UTC, datetime

import pytest

from agent.people.leaving import left
from bot.roles import Part
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.seed import person
from bot.scheduler import SCHEDULES
from bot.settings import Settings
from storage import agenda, people, queue, settings_kv
from storage.people import Person
from storage.queue import Job
from storage.reminders import Reminder
from tests.team import (
    DATABASES,
    Bot,
    assignees,
    make_admin,
    quiet,
    report,
    running,
    said,
    select_all,
    slash,
)

BOTH = pytest.mark.parametrize("engine", DATABASES)
GONE = "@bob is deactivated. Their 2 open tickets go to others:"


async def two_for_bob(bot: Bot) -> None:
    await slash(bot, "carol", "rotation off")
    await report(bot, "frank", "redis is down, payments failing for everyone")
    await report(bot, "frank", "kafka is slow")
    assert [await assignees(bot, number) for number in (1, 2)] == [["bob"], ["bob"]]
    await slash(bot, "carol", "rotation on")


async def plan_for_bob(bot: Bot) -> None:
    async with bot.ctx.db.write() as tx:
        bob = await people.the(tx, bot.ctx.workspace_id, bot.slack.user("bob").id)
        late = datetime(2100, 1, 1, tzinfo=UTC)
        plan = {
            "workspace_id": bob.workspace_id,
            "kind": "note",
            "person_id": bob.id,
            "due_at": late,
            "created_at": late,
        }
        tx.add(Reminder(plan_key="note:1", **plan))


@BOTH
async def test_what_a_deactivated_person_had_goes_to_others(slack: SlackSandbox, bot: Bot) -> None:
    await two_for_bob(bot)
    await plan_for_bob(bot)
    await slash(bot, "bob", "watch CH-2")
    known = len(said(slack.dms("alice")))
    slack.deactivate("bob")
    await quiet(bot)
    assert [await assignees(bot, number) for number in (1, 2)] == [["carol"], ["carol"]]
    [told] = said(slack.dms("alice"))[known:]
    assert told.splitlines() == [
        GONE,
        "• *CH-1* Redis is down, payments failing for everyone *(critical)* → @carol",
        "• *CH-2* Kafka is slow → @carol",
    ]
    [planned] = [one for one in await select_all(bot, Reminder) if one.kind == "note"]
    assert planned.state == "cancelled"
    slack.change("bob", deleted=False)
    await quiet(bot)
    assert "responder of Platform" in await slash(bot, "bob", "me")
    assert await assignees(bot) == ["carol"]
    heard = len(said(slack.dms("bob")))
    await slash(bot, "carol", "resolve CH-2 rebalanced")
    assert len(said(slack.dms("bob"))) == heard


@BOTH
async def test_one_ticket_that_cannot_move_holds_up_no_other(slack: SlackSandbox, bot: Bot) -> None:
    slack.invite_bot("#secret")
    await slash(bot, "carol", "rotation off")
    await report(bot, "alice", "redis key leaked", channel="#secret")
    await report(bot, "frank", "kafka is slow")
    await slash(bot, "carol", "rotation on")
    bot.ctx.directory.forget_channel(slack.channel("#secret").id)
    slack.fail(method="conversations.info", times=1000)
    slack.deactivate("bob")
    await slack.until(lambda: any("*CH-2* Kafka is slow is yours" in text for text in said(slack.dms("carol"))))
    assert await assignees(bot, 1) == ["bob"]
    slack.mend()
    await quiet(bot)
    assert [await assignees(bot, number) for number in (1, 2)] == [[], ["carol"]]


@BOTH
async def test_what_is_stored_when_a_process_dies_is_done_once_by_the_next(
    slack: SlackSandbox, settings: Settings
) -> None:
    async with running(slack, settings) as bot:
        await two_for_bob(bot)
        bob = slack.user("bob").id
    ingress: frozenset[Part] = frozenset({"ingress"})
    async with running(slack, settings, ingress) as door, door.ctx.db.write() as tx:
        await left(tx, await people.the(tx, slack.workspace_id, bob), now=door.ctx.clock())
    slack.change("bob", is_told=False, deleted=True)
    async with running(slack, settings) as bot:
        await quiet(bot)
        assert [await assignees(bot, number) for number in (1, 2)] == [["carol"], ["carol"]]
        assert len([text for text in said(slack.dms("alice")) if text.startswith(GONE)]) == 1
        yours = [text for text in said(slack.dms("carol")) if "is yours" in text]
        assert len(yours) == 2


async def test_who_goes_away_is_asked_about(slack: SlackSandbox, bot: Bot) -> None:
    await two_for_bob(bot)
    await slash(bot, "bob", "away 3d")
    asked = slack.dms("alice")[-1]
    assert asked.plain.splitlines()[:3] == [
        "@bob is away and has 2 open:",
        "• *CH-1* Redis is down, payments failing for everyone *(critical)*",
        "• *CH-2* Kafka is slow",
    ]
    assert asked.buttons == ["Reassign all", "Keep"]
    assert await assignees(bot) == ["bob"]
    await slack.click("alice", "@chargehand", asked.ts, "Keep")
    await quiet(bot)
    assert slack.dms("alice")[-1].plain == "@alice keeps CH-1, CH-2 with @bob."
    await slash(bot, "bob", "back")
    await slash(bot, "bob", "away 3d")
    await slack.click("alice", "@chargehand", slack.dms("alice")[-1].ts, "Reassign all")
    await quiet(bot)
    assert [await assignees(bot, number) for number in (1, 2)] == [["carol"], ["carol"]]
    assert any("@bob is away. Their 2 open tickets go to others:" in text for text in said(slack.dms("alice")))


async def test_a_team_may_want_it_to_happen_by_itself(slack: SlackSandbox, bot: Bot) -> None:
    await two_for_bob(bot)
    async with bot.ctx.db.write() as tx:
        await settings_kv.put(tx, "team:1", "reassign_on_absence", "on", workspace_id=slack.workspace_id)
    await slash(bot, "bob", "away 3d")
    assert [await assignees(bot, number) for number in (1, 2)] == [["carol"], ["carol"]]
    assert not any(message.buttons == ["Reassign all", "Keep"] for message in slack.dms("alice"))


async def test_who_joins_is_known_and_what_was_missed_is_found_at_night(slack: SlackSandbox, bot: Bot) -> None:
    slack.hire(person("nora", "Nora North"))
    await quiet(bot)
    assert "nora" in [one.name for one in await select_all(bot, Person)]
    await make_admin(bot, "alice")
    await report(bot, "frank", "kafka is slow")
    slack.change("bob", is_told=False, deleted=True)
    slack.change("carol", is_told=False, name="caroline")
    assert "people" in {schedule.job for schedule in SCHEDULES}
    async with bot.ctx.db.write() as tx:
        night = Job(workspace_id=slack.workspace_id, kind="people", args={}, key="schedule:people", dedupe_key="night")
        night.created_at, night.correlation_id = bot.ctx.clock(), "c"
        await queue.put(tx, night)
    await quiet(bot)
    told = [text for text in said(slack.dms("alice")) if "no event had told" in text]
    assert told == ["Slack knows of people what no event had told: @bob is deactivated, @carol is @caroline now."]
    assert await assignees(bot) == ["caroline"]
    async with bot.ctx.db.read() as tx:
        assert not await agenda.coming(tx, 2)
