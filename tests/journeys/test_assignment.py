"""Who gets a ticket: the responder of its team with the fewest open ones, and the card says why."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
from storage import people
from storage.audit import AuditEvent
from tests.team import (
    DATABASES,
    Bot,
    add_team,
    assignees,
    audit_of,
    last_change,
    quiet,
    report,
    running,
    said,
    select_all,
    settings_for,
    slash,
)

pytestmark = pytest.mark.parametrize("engine", DATABASES)


async def test_fewest_open_tickets_first(slack: SlackSandbox, bot: Bot) -> None:
    for number, text in enumerate(("redis is down", "redis is slow", "kafka is stuck"), start=1):
        await report(bot, "frank", text)
        assert await assignees(bot, number) == [("bob", "carol", "bob")[number - 1]]
    await report(bot, "frank", "kafka lost its leader")
    assert (await bot.ticket(4)).assign_reason == "fewest open: 1; @bob has 2"


async def test_a_resolved_ticket_weighs_nothing(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "resolve CH-1 failed over")
    await report(bot, "frank", "kafka is stuck")
    assert await assignees(bot, 2) == ["carol"]  # both have none, bob was last
    await report(bot, "frank", "redis is slow")
    assert await assignees(bot, 3) == ["bob"]


async def test_the_reporter_never_gets_it_and_the_card_says_so(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "bob", "redis is down")
    assert await assignees(bot) == ["carol"]
    assert "Why this person: fewest open: 0; @bob reported it" in slack.thread("#ops", ts)[1].plain


async def test_a_manager_never_gets_it_and_is_told_that_nobody_has_it(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "dave", "checkout looks odd", channel="#payments")
    assert await assignees(bot) == []
    card = slack.thread("#payments", ts)[1].plain
    assert "Unassigned: nobody of the team can take it; @dave reported it" in card
    [told] = [message for message in slack.dms("erin") if message.bot_id]
    assert "*unassigned*: nobody of the team can take it; @dave reported it." in told.plain
    assert told.buttons == ["Claim", "Assign…"]


async def test_a_manager_who_reports_it_knows_already(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "alice", "redis is down, payments failing for everyone")
    assert (await bot.ticket()).priority == "critical"
    assert said(slack.dms("alice")) == []
    assert len(said(slack.dms("bob"))) == 1


async def test_a_quiet_ticket_does_not_disturb_the_manager(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "typo in the kafka documentation, not urgent")
    assert (await bot.ticket()).priority in {"low", "medium"}
    assert said(slack.dms("alice")) == []


async def test_who_was_deactivated_gets_nothing(slack: SlackSandbox, bot: Bot) -> None:
    slack.deactivate("bob")
    await quiet(bot)
    await report(bot, "frank", "redis is down")
    assert await assignees(bot) == ["carol"]


async def test_who_turns_out_to_be_gone_is_replaced(slack: SlackSandbox, tmp_path: Path) -> None:
    settings = settings_for(slack, tmp_path)
    async with running(slack, settings) as bot:
        async with bot.ctx.db.write() as tx:
            await add_team(
                tx, slack, "Platform", channel="ops", keywords=["redis"], manager="alice", responders=["zed", "carol"]
            )
        ts = await report(bot, "frank", "redis is down")
        assert await assignees(bot) == ["carol"]
        assert last_change(slack.thread("#ops", ts)[1].plain) == "@zed is deactivated, so it was assigned again"
        assert len(said(slack.dms("carol"))) == 1
        assert len(said(slack.dms("alice"))) == 1
        recorded = [event.after for event in await select_all(bot, AuditEvent) if event.action == "deactivated"]
        assert recorded == [{"is_active": False}]


async def test_a_ticket_of_a_private_channel_goes_to_its_members_only(slack: SlackSandbox, bot: Bot) -> None:
    slack.invite_bot("#secret")
    await slash(bot, "frank", "list")  # frank is known, and is no member
    for number, text in enumerate(("redis key leaked", "redis password leaked"), start=1):
        await report(bot, "alice", text, channel="#secret")
        assert await assignees(bot, number) == ["bob"]
    ticket = await bot.ticket()
    assert ticket.assign_reason == "fewest open: 0; @carol is not in the channel"


async def test_fifty_reports_at_once_are_spread_evenly(slack: SlackSandbox, settings: Settings) -> None:
    async with running(slack, settings) as bot:
        await asyncio.gather(*(slack.say("frank", "#ops", f"@chargehand redis fails on host {n}") for n in range(50)))
        await quiet(bot, timeout=40)
        who = [(await assignees(bot, number))[0] for number in range(1, 51)]
    assert Counter(who) == {"bob": 25, "carol": 25}


async def test_who_is_gone_leaves_it_to_those_who_have_it_too(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    slack.fail(method="chat.postMessage", error="user_disabled", channel="@dave")
    await slash(bot, "alice", "assign CH-1 @bob @carol @dave")
    assert await assignees(bot) == ["bob", "carol"]
    assert [len(said(slack.dms(who))) for who in ("bob", "carol")] == [1, 1]
    [event] = [event for event in await audit_of(bot, await bot.ticket()) if event.action == "unassign"]
    assert len(event.before["assignees"]) - len(event.after["assignees"]) == 1


async def test_a_guest_gets_nothing_automatically(slack: SlackSandbox, bot: Bot) -> None:
    async with bot.ctx.db.write() as tx:
        (await people.the(tx, slack.workspace_id, slack.user("bob").id)).is_outsider = True
    await report(bot, "frank", "redis is down")
    assert await assignees(bot) == ["carol"]
    assert (await bot.ticket()).assign_reason == "fewest open: 0; @bob is a guest"


async def test_without_a_manager_the_admins_hear_that_nobody_has_it(slack: SlackSandbox, bot: Bot) -> None:
    await slash(bot, "frank", "list")  # frank is known from now on
    async with bot.ctx.db.write() as tx:
        (await people.the(tx, slack.workspace_id, slack.user("erin").id)).is_active = False
        (await people.the(tx, slack.workspace_id, slack.user("frank").id)).is_admin = True
    await report(bot, "dave", "checkout looks odd", channel="#payments")
    assert "*unassigned*" in said(slack.dms("frank"))[-1]


async def test_a_finished_ticket_is_not_handed_to_another_team(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "alice", "resolve CH-1 failed over")
    assert (await slash(bot, "alice", "move CH-1 Payments")).startswith("CH-1 is resolved; `reopen CH-1 …`")
    assert said(slack.dms("dave")) == []
