"""Slack limits, fails, forgets and repeats; each report still becomes one ticket with one card."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.sandbox.slack import SlackSandbox
from storage.audit import AuditEvent
from storage.gaps import Gap
from storage.tickets import Ticket
from tests.team import Bot, quiet, report, said, select_all


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    """A Slack that loses patience sooner than the real one."""
    async with SlackSandbox.start(redeliver_after=0.5) as sandbox:
        yield sandbox


async def names(bot: Bot) -> list[str]:
    return [ticket.name for ticket in await select_all(bot, Ticket)]


async def test_a_message_deleted_before_it_was_read_makes_no_ticket(slack: SlackSandbox, bot: Bot) -> None:
    slack.hold_events()
    ts = await slack.say("frank", "#ops", "@chargehand redis is down")
    await slack.delete("frank", "#ops", ts)
    slack.release_events(backwards=True)
    await quiet(bot)
    assert await names(bot) == []
    events = await select_all(bot, AuditEvent)
    assert [(event.action, event.after) for event in events] == [("cancelled", {"why": "deleted"})]
    assert said(slack.messages("#ops")) == []


async def test_a_report_deleted_before_its_card_keeps_its_ticket(slack: SlackSandbox, bot: Bot) -> None:
    slack.fail(method="chat.postMessage", status=429, retry_after=1, channel="#ops")
    ts = await slack.say("frank", "#ops", "@chargehand redis is down")
    await slack.until(lambda: slack.calls("chat.postMessage"))
    await slack.delete("frank", "#ops", ts)
    await quiet(bot)
    assert await names(bot) == ["CH-1"]
    assert any("CH-1" in text for text in said(slack.dms("frank")))


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (lambda slack: slack.archive("#ops"), "it is archived"),
        (lambda slack: slack.kick_bot("#ops"), "I am not a member of it: `/invite @chargehand`"),
    ],
    ids=["archived", "put out"],
)
async def test_a_channel_that_is_closed_to_the_bot_leaves_the_ticket_and_says_so(
    slack: SlackSandbox, bot: Bot, happens: Any, why: str
) -> None:
    slack.hold_events()
    await slack.say("frank", "#ops", "@chargehand redis is down")
    happens(slack)
    slack.release_events()
    await quiet(bot)
    assert await names(bot) == ["CH-1"]
    [told] = said(slack.dms("frank"))
    assert told == (
        f"*CH-1* Redis is down is tracked, but its card cannot be posted in <#{slack.channel('#ops').id}>: {why}."
        " `/chargehand show CH-1` shows it."
    )
    rests, assigned = said(slack.dms("alice"))
    assert "What is set for it rests until somebody" in rests
    assert assigned.startswith("*CH-1* Redis is down (high) is assigned to @bob.")


async def test_a_renamed_channel_stays_the_same_channel(slack: SlackSandbox, bot: Bot) -> None:
    first = await report(bot, "frank", "redis is down")
    slack.rename("#ops", "operations")
    await quiet(bot)
    second = await report(bot, "frank", "kafka is down", channel="#operations")
    assert [(await bot.ticket(number)).channel_name for number in (1, 2)] == ["operations"] * 2
    assert [len(slack.thread("#operations", ts)) for ts in (first, second)] == [2, 2]


async def test_a_closed_direct_message_is_opened_again(slack: SlackSandbox, bot: Bot) -> None:
    slack.close_dm("bob")
    slack.close_dm("alice")
    await report(bot, "frank", "redis is down")
    assert [len(said(slack.dms(name))) for name in ("bob", "alice")] == [1, 1]


@pytest.mark.parametrize(
    "fault",
    [
        {"method": "*", "status": 429, "retry_after": 1, "times": 6},
        {"method": "chat.postMessage", "status": 429, "retry_after": 1, "times": 3},
        {"method": "chat.postMessage", "status": 500, "when": "after", "times": 3},
        {"method": "chat.postMessage", "status": 502, "times": 3},
        {"method": "users.info", "status": 500},
        {"method": "conversations.info", "status": 429, "retry_after": 1},
        {"method": "chat.getPermalink", "status": 500, "times": 9},
        {"method": "reactions.add", "status": 500, "when": "after", "times": 2},
    ],
    ids=lambda fault: " ".join(str(part) for part in fault.values()),
)
async def test_a_failing_call_costs_time_and_nothing_else(slack: SlackSandbox, bot: Bot, fault: dict[str, Any]) -> None:
    slack.fail(**fault)
    ts = await report(bot, "frank", "redis is down")
    assert await names(bot) == ["CH-1"]
    assert len(said(slack.thread("#ops", ts))) == 1
    assert [len(said(slack.dms(name))) for name in ("bob", "alice", "frank")] == [1, 1, 0]
    assert list(slack.reactions("#ops", ts)) == ["large_blue_circle"]


async def test_a_missing_scope_turns_off_what_needs_it_and_nothing_else(slack: SlackSandbox, bot: Bot) -> None:
    slack.scopes.discard("reactions:write")
    ts = await report(bot, "frank", "redis is down")
    assert len(said(slack.thread("#ops", ts))) == 1
    assert slack.reactions("#ops", ts) == {}
    assert said(slack.dms("frank")) == []


async def test_one_message_that_comes_as_many_events_is_one_ticket(slack: SlackSandbox, bot: Bot) -> None:
    slack.duplicate_events = True
    slack.hold_events()
    ts = await slack.say("frank", "#ops", "@chargehand redis is down")
    slack.release_events(backwards=True)
    await quiet(bot)
    assert slack.redeliver() >= 4
    await quiet(bot)
    assert await names(bot) == ["CH-1"]
    assert len(said(slack.thread("#ops", ts))) == 1
    assert [len(said(slack.dms(name))) for name in ("bob", "alice")] == [1, 1]


async def test_an_acknowledgement_that_gets_lost_changes_nothing(slack: SlackSandbox, bot: Bot) -> None:
    slack.hold_acks = True
    ts = await slack.say("frank", "#ops", "@chargehand redis is down")
    await slack.until(lambda: any(envelope.attempt for envelope in slack.envelopes))
    slack.hold_acks = False
    await quiet(bot)
    assert await names(bot) == ["CH-1"]
    assert len(said(slack.thread("#ops", ts))) == 1


async def test_events_that_nobody_listens_to_are_acknowledged(slack: SlackSandbox, bot: Bot) -> None:
    ts = await slack.say("bob", "#ops", "lunch?")
    await slack.react("alice", "#ops", ts, "pizza")
    await slack.unreact("alice", "#ops", ts, "pizza")
    await slack.open_home("alice")
    slack.archive("#payments")
    await quiet(bot)
    kinds = {envelope.payload["event"]["type"] for envelope in slack.envelopes}
    assert kinds >= {"message", "reaction_added", "reaction_removed", "app_home_opened", "channel_archive"}
    assert all(envelope.acked_at for envelope in slack.envelopes)
    assert await names(bot) == []


async def test_a_socket_dropped_in_mid_burst_loses_and_doubles_nothing(slack: SlackSandbox, bot: Bot) -> None:
    said_at = [await slack.say("frank", "#ops", f"@chargehand redis node {number} is down") for number in range(10)]
    await slack.drop_sockets()
    said_at += [await slack.say("frank", "#ops", f"@chargehand kafka node {number} is down") for number in range(10)]
    await quiet(bot)
    assert sorted(await names(bot)) == sorted(f"CH-{number}" for number in range(1, 21))
    assert [len(said(slack.thread("#ops", ts))) for ts in said_at] == [1] * 20


async def test_a_refused_socket_is_tried_again(slack: SlackSandbox, bot: Bot) -> None:
    slack.refuse_sockets(1)
    await slack.drop_sockets()
    await report(bot, "frank", "redis is down")
    assert slack.refusals_left == 0
    assert await names(bot) == ["CH-1"]
    assert await select_all(bot, Gap) == []


@pytest.mark.settings(ping_interval_seconds=0.2)
async def test_a_silent_socket_is_replaced(slack: SlackSandbox, bot: Bot) -> None:
    opened = len(slack.calls("apps.connections.open"))
    slack.mute_sockets()
    await slack.say("frank", "#ops", "@chargehand redis is down")
    await slack.until(lambda: len(slack.calls("apps.connections.open")) > opened)
    slack.mute_sockets(muted=False)
    await quiet(bot)
    assert await names(bot) == ["CH-1"]


async def test_an_answer_that_cannot_be_posted_comes_as_a_direct_message(slack: SlackSandbox, bot: Bot) -> None:
    await report(bot, "frank", "redis is down")
    slack.fail(method="chat.postMessage", error="not_in_channel", channel="#ops", times=1)
    await report(bot, "bob", "claim CH-1")
    assert slack.dms("bob")[-1].plain == "@bob has *CH-1* Redis is down."
