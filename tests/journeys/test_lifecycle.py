"""A ticket's whole life by mention alone: seen, begun, waiting, given back, resolved and reopened."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.slack import SlackSandbox
from bot.settings import Settings
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

FRIDAY = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("engine", DATABASES)
async def test_from_seen_to_resolved(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    steps = [
        ("bob", "ack", "CH-1 is acknowledged by @bob."),
        ("bob", "unack", "CH-1 is not acknowledged any more."),
        ("bob", "start", "CH-1 is in progress, started by @bob."),
        ("bob", "wait on @dave the new <certificate>", "CH-1 waits on @dave: the new &lt;certificate&gt;"),
        ("bob", "unwait", "CH-1 waits no more."),
        ("bob", "unstart", "CH-1 is open, put back to open by @bob."),
        ("bob", "priority critical", "CH-1: high → critical."),
        ("bob", "priority low it is the test system", "*CH-1 set to low by @bob*: it is the test system"),
        ("bob", "release I am on another incident", "*CH-1 given back* by @bob: I am on another incident"),
        ("carol", "resolve failed over", "<@U0FRANK> *CH-1 resolved* by @carol after less than a minute: failed over"),
    ]
    for who, line, answer in steps:
        await report(bot, who, line, thread_ts=ts)
        assert said(slack.thread("#ops", ts))[-1] == answer
    assert await assignees(bot) == ["carol"]
    assert said(slack.dms("dave")) == [
        f"*CH-1* Redis is down waits for you: the new &lt;certificate&gt;. See {link_of(slack, ts)}."
    ]
    ticket = await bot.ticket()
    by_hand = [event.action for event in await audit_of(bot, ticket) if event.surface == "mention"]
    assert by_hand == [
        "report", "ack", "unack", "status", "wait", "unwait", "status", "priority", "priority", "assign", "release",
        "status",
    ]  # fmt: skip
    assert ticket.version == 10


def link_of(slack: SlackSandbox, ts: str) -> str:
    """How the report's permalink reads."""
    return slack.dms("dave")[0].plain.split(" See ")[1].removesuffix(".")


async def test_flags_on_the_card(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "wait CH-1 on @dave the <vendor>")
    assert "Waiting on @dave since" in slack.thread("#ops", ts)[1].plain
    for number in range(2):
        await slash(bot, "bob", f"resolve CH-1 failed over {number}")
        await slash(bot, "bob", f"reopen CH-1 down again {number}")
    shown = slack.thread("#ops", ts)[1].plain
    assert "Reopened 2 times" in shown
    assert "Waiting" not in shown


@pytest.mark.parametrize(
    ("who", "line", "answer"),
    [
        ("bob", "priority CH-1 high", "CH-1 is critical: say why it is less, as in `priority CH-1 high …`."),
        ("frank", "ack CH-1", "You may not acknowledge CH-1: that is for assignees, managers and admins. Ask @alice."),
        ("alice", "release CH-1 too much", "CH-1 is not yours, so you cannot give it back. `show CH-1` says whose."),
        ("alice", "unassign CH-1 @carol", "CH-1 is not with @carol. `show CH-1` says whose."),
        ("bob", "unwait CH-1", "CH-1 does not wait for anything."),
        ("bob", "wait CH-1 on @dave @carol the key", "A ticket waits for one person at a time."),
        ("bob", "release CH-1 no", "A reason is missing: it goes on record. Usage: `release CH-1 &lt;reason&gt;`"),
        ("dave", "undo CH-1", "You may not undo what was done with CH-1 (it was set to critical by @bob): that is"),
    ],
)
async def test_what_may_not_be(slack: SlackSandbox, bot: Bot, who: str, line: str, answer: str) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "priority CH-1 critical")
    assert (await slash(bot, who, line)).startswith(answer)
    assert (await bot.ticket()).version == 1


async def test_an_impossible_way_says_who_set_the_status_and_when(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "bob", "resolve CH-1 failed over")
    answer = await slash(bot, "bob", "start CH-1")
    assert answer.startswith("CH-1 is resolved (by @bob, <!date^")
    assert answer.endswith("); from there it can become `closed`, `open`.")


async def test_the_releaser_does_not_get_it_again(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "alice", "unassign CH-1 @bob")
    assert await assignees(bot) == []
    await slash(bot, "carol", "claim CH-1")
    await slash(bot, "carol", "start CH-1")
    await slash(bot, "carol", "release CH-1 not my area")
    ticket = await bot.ticket()
    assert await assignees(bot) == ["bob"]
    assert (ticket.status, ticket.acknowledged_at) == ("open", None)
    assert ticket.assign_reason == "fewest open: 0; @carol gave it back before"
    assert slack.dms("bob")[-1].plain.startswith("*CH-1* Redis is down is yours")


async def test_who_may_claim_a_ticket_is_offered_to_claim_and_resolve_it(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    await slash(bot, "alice", "unassign CH-1 @bob")
    offered = (
        "You may not resolve CH-1 while nobody has it: that is for assignees, managers and admins. You may claim it."
    )
    assert await slash(bot, "carol", "resolve CH-1 failed over") == offered
    assert (await bot.ticket()).status == "open"
    await slack.click_ephemeral("carol", "Claim and resolve")
    await quiet(bot)
    assert ((await bot.ticket()).resolution, await assignees(bot)) == ("failed over", ["carol"])


async def test_the_same_is_offered_in_place_of_the_form(slack: SlackSandbox, bot: Bot) -> None:
    ts = await report(bot, "frank", "redis is down")
    await slash(bot, "alice", "unassign CH-1 @bob")
    await slack.click("carol", "#ops", slack.thread("#ops", ts)[1].ts, "Resolve…")
    await slack.until(lambda: slack.ephemerals("carol"))
    await slack.click_ephemeral("carol", "Claim and resolve…")
    await slack.until(lambda: slack.modal("carol"))
    assert await slack.submit("carol", {"quick": "User error"}) == {}
    await quiet(bot)
    assert ((await bot.ticket()).resolution, await assignees(bot)) == ("User error", ["carol"])


async def test_a_comment_from_elsewhere(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    answer = await slash(bot, "dave", "comment CH-1 the replica is fine", channel="#payments")
    assert answer == "Kept as a comment on CH-1; `show CH-1` shows the last ones."
    assert "• the replica is fine" in await slash(bot, "frank", "show CH-1")


async def test_the_time_it_took_leaves_out_the_time_it_rested(slack: SlackSandbox, settings: Settings) -> None:
    now = [FRIDAY]
    async with running(slack, settings, clock=lambda: now[0]) as bot:
        ts = await report(bot, "frank", "redis is down")
        for later, line in ((5, "resolve failed over"), (48, "reopen down again"), (18, "resolve new node")):
            now[0] += timedelta(hours=later, minutes=12)
            await report(bot, "bob", line, thread_ts=ts)
        await quiet(bot)
        assert said(slack.thread("#ops", ts))[1:] == [
            "<@U0FRANK> *CH-1 resolved* by @bob after 5 h 12 min (2 h of business time): failed over",
            "*CH-1 reopened* by @bob: down again",
            "<@U0FRANK> *CH-1 resolved* by @bob after 23 h 24 min (8 h 36 min of business time): new node",
        ]


@pytest.mark.parametrize("engine", DATABASES)
@pytest.mark.parametrize(("days", "heard"), [(13, 1), (15, 0)])
async def test_the_reporter_is_heard_for_a_fortnight_after_the_end(
    slack: SlackSandbox, settings: Settings, days: int, heard: int
) -> None:
    now = [datetime(2026, 3, 4, 12, tzinfo=UTC)]
    async with running(slack, settings, clock=lambda: now[0]) as bot:
        ts = await report(bot, "frank", "redis is down")
        await slash(bot, "bob", "resolve CH-1 failed over")
        now[0] += timedelta(days=days)
        before = len(slack.dms("bob"))
        for who, words in (("carol", "nice"), ("frank", "it fails again"), ("frank", "and again")):
            await report(bot, who, words, thread_ts=ts)
        told = slack.dms("bob")[before:]
        assert len(told) == heard
        assert slack.thread("#ops", ts)[1].buttons == ["Reopen…", "Why", "History"]
        for message in told:
            text = "@frank, who reported *CH-1* Redis is down, wrote after it was resolved: “it fails again”. See <"
            assert message.plain.startswith(text)
            await slack.click("bob", "@chargehand", message.ts, "Reopen…")
            await slack.until(lambda: slack.modal("bob"))
