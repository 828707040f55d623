"""Slack's limits are kept: per channel, per message and per workspace, also when another process goes on sending."""

import pytest

from bot.home import Home
from bot.settings import Settings
from bot.slack.pace import EDITS, EPHEMERALS, HOMES, REFRESHES, WORKSPACE
from storage import outbox
from storage.limits import Rate
from storage.outbox import PUBLISH, REFRESH, Outgoing
from tests.bot.mouth import Mouth
from tests.waiting import until


def test_the_default_pace_is_what_slack_allows() -> None:
    settings = Settings(_env_file=None)
    assert (settings.post_interval_seconds, settings.edits_per_minute) == (1.0, EDITS.calls)


async def test_a_channel_gets_one_post_an_interval_and_others_meanwhile(mouth: Mouth) -> None:
    began = mouth.slack.world.now()
    async with mouth.sending(post_interval_seconds=0.5):
        await mouth.put(*(mouth.row(f"{to} {n}", to=to) for n in range(4) for to in ("#ops", "#payments")))
        await mouth.emptied()
    ops, payments = mouth.times("chat.postMessage", "#ops"), mouth.times("chat.postMessage", "#payments")
    # Calls are spaced when they start; a busy machine shifts their arrival, which it cannot bring forward.
    assert all(arrived - began >= 0.5 * n for times in (ops, payments) for n, arrived in enumerate(times))
    assert payments[0] < ops[1]
    assert mouth.texts() == ["#ops 0", "#ops 1", "#ops 2", "#ops 3"]


async def test_edits_and_reactions_take_no_turn_of_a_post(mouth: Mouth) -> None:
    ts = await mouth.slack.say("bob", "#ops", "hello")
    async with mouth.sending(post_interval_seconds=30):
        await mouth.put(mouth.row("card"))
        await mouth.emptied()
        eyes = mouth.row("eyes", kind="react", target_ts=ts, payload="eyes")
        await mouth.put(mouth.edit(1, of="card"), eyes)
        await mouth.emptied()
    assert mouth.texts() == ["card edit 1"]
    assert mouth.slack.reactions("#ops", ts) == {"eyes": ["chargehand"]}


async def test_fifty_edits_of_a_card_are_at_most_two_calls(mouth: Mouth) -> None:
    mouth.pass_time(0)
    async with mouth.sending(edit_interval_seconds=1.0):
        await mouth.put(mouth.row("card"))
        await mouth.emptied()
        for number in range(50):
            async with mouth.db.write() as tx:
                await outbox.edit(tx, mouth.edit(number, of="card"))
        mouth.pass_time(1)
        await mouth.emptied()
    assert mouth.texts() == ["card edit 49"]
    assert 1 <= len(mouth.slack.calls("chat.update")) <= 2


async def test_slacks_patience_is_kept_and_the_thread_stays_in_order(mouth: Mouth) -> None:
    root = await mouth.slack.say("bob", "#ops", "hello")
    mouth.slack.fail(method="chat.postMessage", status=429, retry_after=1, channel="#ops")
    async with mouth.sending():
        await mouth.put(*(mouth.row(key, lane="thread", thread_ts=root) for key in ("first", "second", "third")))
        await mouth.put(mouth.row("elsewhere", to="#payments"))
        await mouth.emptied()
    assert [message.text for message in mouth.slack.thread("#ops", root)[1:]] == ["first", "second", "third"]
    refused, again, *_ = mouth.times("chat.postMessage", "#ops")
    assert again - refused >= 1.0
    assert mouth.times("chat.postMessage", "#payments")[0] < again


@pytest.mark.parametrize(("rate", "most"), [(WORKSPACE["edit"], 50), (EPHEMERALS, 100)])
def test_in_any_minute_the_workspace_gets_no_more_than_slack_allows(rate: Rate, most: int) -> None:
    assert rate.burst + 60 / rate.time_for(1).total_seconds() <= most


def home(mouth: Mouth, key: str, *, kind: str = PUBLISH) -> Outgoing:
    payload = Home(greeting=f"Good morning, {key}").model_dump_json()
    return mouth.row(key, to="bob", kind=kind, lane=f"home:{key}", payload=payload)


async def test_a_hundred_home_tabs_open_at_once_and_no_more_within_the_minute(mouth: Mouth) -> None:
    mouth.pass_time(0)
    async with mouth.sending():
        await mouth.put(*(home(mouth, f"home {number}") for number in range(HOMES + 2)))
        await mouth.left_with(waiting=2)
    async with mouth.sending(holder="second"):
        mouth.pass_time(59)
        await mouth.put(mouth.row("card"))
        await mouth.left_with(waiting=2)
        mouth.pass_time(1)
        await mouth.emptied()
    assert len(mouth.slack.calls("views.publish")) == HOMES + 2 == 102


async def test_who_opens_a_home_tab_does_not_wait_for_those_that_only_follow(mouth: Mouth) -> None:
    mouth.pass_time(0)
    async with mouth.sending():
        await mouth.put(*(home(mouth, f"open since eight {n}", kind=REFRESH) for n in range(REFRESHES.burst + 2)))
        await mouth.left_with(waiting=2)
        async with mouth.db.write() as tx:
            await outbox.publish(tx, home(mouth, f"open since eight {REFRESHES.burst}"))
            await outbox.publish(tx, home(mouth, "opened now"))
        await mouth.left_with(waiting=1)
        mouth.pass_time(REFRESHES.time_for(1).total_seconds())
        await mouth.emptied()
    assert len(mouth.slack.calls("views.publish")) == REFRESHES.burst + 3


@pytest.mark.parametrize("a_minute", [WORKSPACE["edit"].calls, 600])
async def test_edits_of_all_messages_share_the_limit_whoever_sends_them(mouth: Mouth, a_minute: int) -> None:
    mouth.pass_time(0)
    cards = [f"card {number}" for number in range(WORKSPACE["edit"].burst + 3)]
    async with mouth.sending(edits_per_minute=a_minute):
        await mouth.put(*(mouth.row(card) for card in cards))
        await mouth.emptied()
        await mouth.put(*(mouth.edit(1, of=card) for card in cards))
        await mouth.left_with(waiting=3)
    async with mouth.sending(holder="second", edits_per_minute=a_minute):
        await mouth.put(mouth.row("news", to="#payments"))
        await mouth.left_with(waiting=3)
        mouth.pass_time(60 / a_minute)
        await mouth.left_with(waiting=2)
    assert len(mouth.slack.calls("chat.update")) == len(cards) - 2


async def test_the_next_sender_keeps_the_pace_of_the_last_one(mouth: Mouth) -> None:
    mouth.pass_time(0)
    ts = await mouth.slack.say("bob", "#ops", "hello")
    async with mouth.sending(post_interval_seconds=1.0):
        await mouth.put(mouth.row("first"))
        await mouth.emptied()
    async with mouth.sending(holder="second", post_interval_seconds=1.0):
        await mouth.put(mouth.row("second"), mouth.row("eyes", kind="react", target_ts=ts, payload="eyes"))
        await mouth.left_with(waiting=1)
        assert mouth.texts() == ["first"]
        mouth.pass_time(1)
        await mouth.emptied()
    assert mouth.texts() == ["first", "second"]


async def test_the_next_sender_knows_what_slack_refuses(mouth: Mouth) -> None:
    mouth.pass_time(0)
    ts = await mouth.slack.say("bob", "#ops", "hello")
    eyes = [mouth.row(name, kind="react", lane=name, target_ts=ts, payload=name) for name in ("eyes", "bulb")]
    mouth.slack.fail(method="reactions.add", status=429, retry_after=30)
    async with mouth.sending():
        await mouth.put(eyes[0])
        await until(mouth.has_failed)
    async with mouth.sending(holder="second"):
        await mouth.put(eyes[1], mouth.row("card"))
        await mouth.left_with(waiting=2)
        assert (mouth.texts(), len(mouth.slack.calls("reactions.add"))) == (["card"], 1)
        mouth.pass_time(31)
        await mouth.emptied()
    assert mouth.slack.reactions("#ops", ts) == {"eyes": ["chargehand"], "bulb": ["chargehand"]}
