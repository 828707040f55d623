"""A change can be taken back for a day, unless somebody changed the same since; nobody is pinged again."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from tests.clock import Clock, go_to
from tests.team import (
    DATABASES,
    Bot,
    assignees,
    audit_of,
    quiet,
    report,
    running,
    said,
    slash,
)

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("who", "line"),
    [
        ("bob", "resolve CH-1 failed over"),
        ("alice", "close CH-1 too old"),
        ("bob", "ack CH-1"),
        ("bob", "start CH-1"),
        ("bob", "wait CH-1 on @dave the key"),
        ("bob", "priority CH-1 low"),
        ("bob", "snooze CH-1 2d"),
        ("alice", "assign CH-1 @carol"),
        ("alice", "unassign CH-1 @bob"),
        ("alice", "release CH-1 not mine"),
        ("alice", "claim CH-1"),
        ("alice", "move CH-1 Payments"),
    ],
)
async def test_undo_leaves_it_as_it_was(slack: SlackSandbox, bot: Bot, who: str, line: str) -> None:
    await report(bot, "frank", "redis is down")
    if line.startswith("release"):
        await slash(bot, "alice", "assign CH-1 @alice")
    before, had, told = await state(bot), await assignees(bot), pings(slack)
    await slash(bot, who, line)
    changed = pings(slack)
    undone = await slash(bot, "alice" if not line.startswith("move") else "erin", "undo CH-1")
    assert ": undone by @" in undone
    assert (await state(bot), await assignees(bot)) == (before, had)
    assert pings(slack) == changed >= told
    assert [event.action for event in await audit_of(bot, await bot.ticket())][-1] == "undo"


async def state(bot: Bot) -> dict[str, object]:
    """The ticket without its version and what was done with it last."""
    return (await bot.ticket()).model_dump(exclude={"version", "last_change", "last_change_at", "touched_at"})


def pings(slack: SlackSandbox) -> int:
    return sum(len(said(slack.dms(name))) for name in ("alice", "bob", "carol", "dave", "erin"))


@pytest.mark.parametrize("engine", DATABASES)
async def test_the_button_in_the_thread(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await report(bot, "bob", "resolve failed over", thread_ts=ts)
    told = slack.thread("#ops", ts)[-1]
    assert told.buttons == ["Undo"]
    await slack.click("dave", "#ops", told.ts, "Undo")
    await quiet(bot)
    assert slack.ephemerals("dave")[-1].plain.startswith("You may not undo what was done with CH-1")
    await slack.click("bob", "#ops", told.ts, "Undo")
    await quiet(bot)
    assert (await bot.ticket()).status == "open"
    [_, _, *answers] = [message for message in slack.thread("#ops", ts) if message.bot_id or message.ts == ts]
    assert [message.plain for message in answers] == [
        "<@U0FRANK> *CH-1 resolved* by @bob after less than a minute: failed over\n_undone by @bob_"
    ]
    assert answers[0].buttons == []


async def test_the_button_of_an_answer_that_one_person_sees(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "alice", "assign CH-1 @carol")
    await slack.click_ephemeral("alice", "Undo")
    await quiet(bot)
    assert await assignees(bot) == ["bob"]
    assert slack.ephemerals("alice")[-1].plain == "CH-1 was assigned to @carol by @alice: undone by @alice."
    assert slack.dms("carol")[-1].plain.startswith("*CH-1* Redis is down: assigned to @carol by @alice, undone by")


async def test_who_was_waited_for_reads_that_it_is_undone(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "wait CH-1 on @dave the key")
    await slash(bot, "bob", "undo")
    [told] = said(slack.dms("dave"))
    assert told == "*CH-1* Redis is down: set to wait on @dave by @bob, undone by @bob."


async def test_what_was_changed_since_is_not_undone(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await report(bot, "bob", "resolve failed over", thread_ts=ts)
    told = slack.thread("#ops", ts)[-1]
    await slash(bot, "alice", "reopen CH-1 still down")
    await slack.click("bob", "#ops", told.ts, "Undo")
    await quiet(bot)
    assert slack.ephemerals("bob")[-1].plain.startswith(
        "CH-1 was resolved by @bob, and that cannot be undone any more: reopened by @alice <!date^"
    )
    assert (await bot.ticket()).version == 2


async def test_another_change_does_not_stand_in_the_way(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await report(bot, "bob", "start", thread_ts=ts)
    told = slack.thread("#ops", ts)[-1]
    await slash(bot, "bob", "priority CH-1 low")
    await slack.click("bob", "#ops", told.ts, "Undo")
    await quiet(bot)
    ticket = await bot.ticket()
    assert (ticket.status, ticket.priority) == ("open", "low")


async def test_alone_it_means_ones_own_last_change(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    assert (await slash(bot, "bob", "undo")).startswith("You have changed no ticket within the last 24 h.")
    await slash(bot, "bob", "ack CH-1")
    await slash(bot, "alice", "priority CH-1 low")
    assert await slash(bot, "bob", "undo") == "CH-1 was acknowledged by @bob: undone by @bob."
    ticket = await bot.ticket()
    assert (ticket.acknowledged_at, ticket.priority) == (None, "low")


async def test_it_is_offered_for_a_day_and_its_button_for_ten_minutes(slack: SlackSandbox, settings: Settings) -> None:
    now = [NOON]
    async with running(slack, settings, clock=lambda: now[0]) as bot:
        await report(bot, "frank", "redis is down")
        await slash(bot, "bob", "ack CH-1")
        now[0] += timedelta(minutes=11)
        await slack.click_ephemeral("bob", "Undo")
        await quiet(bot)
        late = "This button works for 10 minutes. `undo CH-1` works until"
        assert slack.ephemerals("bob")[-1].plain.startswith(late)
        now[0] += timedelta(hours=24)
        too_late = "CH-1 was not changed within the last 24 h: there is nothing to undo."
        assert await slash(bot, "bob", "undo CH-1") == too_late
        assert (await bot.ticket()).acknowledged_at


@pytest.mark.parametrize("engine", DATABASES)
async def test_its_button_goes_after_ten_minutes(slack: SlackSandbox, settings: Settings) -> None:
    clock = Clock(base=NOON)
    async with running(slack, settings, clock=clock) as bot:
        ts = await report(bot, "frank", "redis is down")
        await report(bot, "bob", "status in progress since noon", thread_ts=ts)
        await report(bot, "bob", "priority CH-1 low", thread_ts=ts)
        [_, _, _, told, _, answer] = slack.thread("#ops", ts)
        assert (told.buttons, answer.buttons) == (["Undo"], ["Undo"])
        assert "Undo" not in await slash(bot, "bob", "reminders")
        await go_to(bot, clock, NOON + timedelta(minutes=11))
        now = [slack.message("#ops", one.ts) for one in (told, answer)]
        assert [(one.plain, one.buttons) for one in now] == [(told.plain, []), (answer.plain, [])]


async def test_a_form_opened_before_others_changed_the_same_asks_again(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    card = slack.thread("#ops", ts)[1].ts
    await slack.click("bob", "#ops", card, "Resolve…")
    await slack.until(lambda: slack.modal("bob"))
    await slash(bot, "alice", "status CH-1 in progress")
    assert await slack.submit("bob", {"reason": "failed over"}) == {}
    await quiet(bot)
    asked = slack.ephemerals("bob")[-1]
    assert asked.plain.startswith("CH-1 has changed since this was opened: started by @alice <!date^")
    assert " It is in progress now, with @bob. <http" in asked.plain
    assert asked.plain.endswith("|See the report>. Nothing was done; is it still to be done?")
    assert (await bot.ticket()).status == "in_progress"
    await slack.click_ephemeral("bob", "Resolve anyway")
    await quiet(bot)
    assert (await bot.ticket()).resolution == "failed over"


async def test_what_others_changed_besides_does_not_hold_a_form_up(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slack.click("bob", "#ops", slack.thread("#ops", ts)[1].ts, "Resolve…")
    await slack.until(lambda: slack.modal("bob"))
    await slash(bot, "alice", "priority CH-1 low")
    assert await slack.submit("bob", {"reason": "failed over"}) == {}
    await quiet(bot)
    assert (await bot.ticket()).status == "resolved"
