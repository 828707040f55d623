"""What is said reaches Slack paced, in order and once, whatever Slack answers."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import delete, update

from bot.elected import Role
from bot.sandbox.slack.faults import When
from bot.slack.client import open_client
from bot.slack.outbox import Outbox
from storage import leases, outbox, settings_kv
from storage.outbox import Outgoing, Receipt
from tests.bot.mouth import Mouth
from tests.colleagues import clock_in
from tests.team import settings_for
from tests.waiting import until


async def test_a_limit_on_reactions_does_not_hold_up_posts(mouth: Mouth) -> None:
    said = [await mouth.slack.say("bob", "#ops", str(number)) for number in range(200)]
    mouth.slack.fail(method="reactions.add", status=429, retry_after=30, times=len(said))
    async with mouth.sending():
        await mouth.put(*(mouth.row(f"eyes {ts}", kind="react", target_ts=ts, payload="eyes") for ts in said))
        await mouth.put(mouth.row("card"))
        await mouth.slack.until(lambda: mouth.texts() == ["card"], timeout=30)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"status": 502}, {"error": "internal_error"}, {"hang": True}], ids=str
)
async def test_a_post_without_an_answer_is_looked_up_and_never_doubled(
    mouth: Mouth, fault: dict[str, Any], when: When
) -> None:
    root = await mouth.slack.say("bob", "#ops", "hello")
    mouth.slack.fail(method="chat.postMessage", when=when, times=3, **fault)
    async with mouth.sending(call_timeout_seconds=0.5):
        await mouth.put(mouth.row("top"), mouth.row("reply", thread_ts=root), mouth.row("direct", to="dave"))
        await mouth.emptied_at_once()
    assert mouth.texts() == ["top"]
    assert [message.text for message in mouth.slack.thread("#ops", root)[1:]] == ["reply"]
    assert [message.text for message in mouth.slack.dms("dave")] == ["direct"]
    assert len(mouth.slack.calls("chat.postMessage")) == (3 if when == "after" else 6)


async def test_an_edit_follows_a_post_that_was_found_again(mouth: Mouth) -> None:
    mouth.slack.fail(method="chat.postMessage", status=500, when="after")
    async with mouth.sending():
        await mouth.put(mouth.row("card"))
        await mouth.slack.until(mouth.texts)
        async with mouth.db.write() as tx:
            await outbox.edit(tx, mouth.edit(1, of="card"))
        await mouth.emptied_at_once()
    assert mouth.texts() == ["card edit 1"]


async def test_what_waits_for_a_message_does_not_hold_it_back(mouth: Mouth) -> None:
    async with mouth.sending():
        early = [mouth.row(f"{number}. reply", lane="thread", anchor="card") for number in (1, 2)]
        await mouth.put(*early, mouth.row("card", lane="thread"), mouth.row("3. reply", lane="thread", anchor="card"))
        await mouth.emptied()
    [card] = [message for message in mouth.slack.messages("#ops") if message.text == "card"]
    below = [message.text for message in mouth.slack.thread("#ops", card.ts)[1:]]
    assert below == ["1. reply", "2. reply", "3. reply"]


async def test_what_a_vanished_sender_said_is_found(mouth: Mouth) -> None:
    async with mouth.sending():
        await mouth.put(mouth.row("card"))
        await mouth.emptied()
    async with mouth.db.write() as tx:  # as if the process had ended between Slack's answer and its receipt
        await tx.exec(update(Outgoing).values(state="sending"))
        await tx.exec(delete(Receipt))
    async with mouth.sending(holder="second"):
        await mouth.emptied()
    assert mouth.texts() == ["card"]
    assert len(mouth.slack.calls("chat.postMessage")) == 1


@pytest.mark.parametrize("when", ["before", "after"])
async def test_what_may_be_on_its_way_still_is_looked_up_only_after_a_while(mouth: Mouth, when: When) -> None:
    mouth.pass_time(0)
    mouth.slack.fail(method="chat.postMessage", status=500, when=when)
    async with mouth.sending(effect_settle_s=5.0):
        await mouth.put(mouth.row("card"))
        await until(mouth.has_failed)
        mouth.pass_time(4.9)
        await mouth.put(mouth.row("elsewhere", to="#payments"))
        await mouth.left_with(waiting=1)
        assert mouth.slack.calls("conversations.history") == []
        mouth.pass_time(0.1)
        await mouth.emptied()
    assert mouth.texts() == ["card"]


async def test_what_a_vanished_sender_may_have_on_its_way_is_looked_up_only_after_a_while(mouth: Mouth) -> None:
    mouth.pass_time(0)
    await mouth.put(mouth.row("card", state="sending", attempts=1, term=7, first_sent_at=mouth.now()))
    async with mouth.sending(holder="second", effect_settle_s=5.0):
        mouth.pass_time(4.9)
        await mouth.put(mouth.row("elsewhere", to="#payments"))
        await mouth.left_with(waiting=1)
        assert mouth.slack.calls("conversations.history") == []
        mouth.pass_time(5)
        await mouth.emptied()
    assert mouth.texts() == ["card"]


async def test_who_stood_still_before_a_call_does_not_make_it(mouth: Mouth) -> None:
    """It was stopped between the commit and the call, and another process may have made the call meanwhile."""
    mouth.pass_time(0)
    mouth.db.on_transaction = lambda *_: mouth.pass_time(120)
    async with mouth.sending():
        await mouth.put(mouth.row("card"))
        await until(mouth.has_failed)
        assert mouth.slack.calls("chat.postMessage") == []
        mouth.db.on_transaction = lambda *_: None
        await mouth.emptied()
    assert mouth.texts() == ["card"]


async def test_an_ephemeral_without_an_answer_is_repeated_once_then_sent_directly(mouth: Mouth) -> None:
    mouth.slack.fail(method="chat.postEphemeral", status=500, times=2)
    async with mouth.sending():
        await mouth.put(mouth.row("psst", kind="whisper", user_id=mouth.slack.user("bob").id))
        await mouth.emptied_at_once()
    assert len(mouth.slack.calls("chat.postEphemeral")) == 2
    assert [message.text for message in mouth.slack.dms("bob")] == ["psst"]


async def test_an_ephemeral_whose_answer_got_lost_is_repeated_once(mouth: Mouth) -> None:
    mouth.slack.fail(method="chat.postEphemeral", status=500, when="after")
    async with mouth.sending():
        await mouth.put(mouth.row("psst", kind="whisper", user_id=mouth.slack.user("bob").id))
        await mouth.emptied_at_once()
    assert [message.text for message in mouth.slack.ephemerals("bob")] == ["psst", "psst"]
    assert mouth.dead == []


async def test_a_reaction_on_a_message_that_is_gone_is_fine(mouth: Mouth) -> None:
    ts = await mouth.slack.say("bob", "#ops", "hello")
    await mouth.slack.delete("bob", "#ops", ts)
    async with mouth.sending():
        await mouth.put(*(mouth.row(kind, kind=kind, target_ts=ts, payload="eyes") for kind in ("react", "unreact")))
        await mouth.emptied()
    assert (mouth.dead, await mouth.backlog()) == ([], {"sent": 2})


async def test_a_reaction_that_is_there_already_is_fine(mouth: Mouth) -> None:
    ts = await mouth.slack.say("bob", "#ops", "hello")
    async with mouth.sending():
        kinds = [("react", "1"), ("react", "2"), ("unreact", "3"), ("unreact", "4")]
        rows = (mouth.row(key, kind=kind, lane="r", target_ts=ts, payload="eyes") for kind, key in kinds)
        await mouth.put(*rows)
        await mouth.emptied()
    assert mouth.dead == []
    assert mouth.slack.reactions("#ops", ts) == {}


async def test_an_answer_whose_address_has_expired_is_whispered(mouth: Mouth) -> None:
    async with mouth.sending():
        expired = f"{mouth.slack.url}/actions/R999"
        await mouth.put(mouth.row("answer", kind="respond", reply_url=expired, user_id=mouth.slack.user("bob").id))
        await mouth.slack.until(lambda: mouth.slack.ephemerals("bob"))
    assert [message.text for message in mouth.slack.ephemerals("bob")] == ["answer"]


async def test_what_nobody_can_deliver_is_buried_and_holds_up_nothing(mouth: Mouth) -> None:
    async with mouth.sending():
        await mouth.put(mouth.row("lost", to="#old-ops", lane="l"), mouth.row("next", lane="l"))
        await mouth.emptied()
    assert mouth.dead == ["lost: is_archived"]
    assert mouth.texts() == ["next"]


async def test_one_bad_row_does_not_stop_the_sender(mouth: Mouth) -> None:
    async with mouth.sending():
        await mouth.put(mouth.row("bad", payload="{}", lane="l"), mouth.row("next", lane="l"))
        await mouth.emptied()
    assert mouth.dead == ["bad: bug: ValidationError"]
    assert mouth.texts() == ["next"]


async def test_a_second_process_sends_nothing_while_the_first_does(mouth: Mouth) -> None:
    await clock_in(mouth.db, "first")
    async with mouth.sending(), open_client(settings_for(mouth.slack, mouth.path)) as client:
        await mouth.put(mouth.row("first"))
        await mouth.emptied()
        role = Role(mouth.db, "outbox", holder="second", seconds=60)
        assert not await role.hold()
        idle = Outbox(
            mouth.db, client, settings_for(mouth.slack, mouth.path), role=role, on_undeliverable=mouth.on_undeliverable
        )
        waiting = asyncio.create_task(idle.run())
        await mouth.put(*(mouth.row(f"{number}") for number in range(10)))
        await mouth.emptied()
        idle.stop()
        await waiting
    assert len(mouth.slack.calls("chat.postMessage")) == 11


async def test_who_lost_the_role_while_it_stood_still_sends_nothing(mouth: Mouth) -> None:
    """Its clock says that it has the role; the database knows better. What it took now, nobody would ever send."""
    async with mouth.sending() as role:
        await mouth.put(mouth.row("first"))
        await mouth.emptied()
        await clock_in(mouth.db, "second")
        now = datetime.now(UTC)
        async with mouth.db.write() as tx:
            await leases.hold(tx, "outbox", holder="second", now=now, seconds=60, is_dead=lambda _: True)
            await outbox.add(tx, mouth.row("second"))

        async def knows() -> bool:
            return not role.is_held

        await until(knows)
    async with mouth.db.read() as tx:
        assert await outbox.backlog(tx) == {"sent": 1, "waiting": 1}
    assert mouth.texts() == ["first"]


@pytest.mark.parametrize(("when", "seen"), [("before", []), ("after", ["card"])])
async def test_what_may_not_be_looked_up_is_a_dead_letter_and_not_repeated(
    mouth: Mouth, when: When, seen: list[str]
) -> None:
    mouth.slack.scopes.discard("channels:history")
    mouth.slack.fail(method="chat.postMessage", status=500, when=when)
    async with mouth.sending():
        await mouth.put(mouth.row("card", user_id=mouth.slack.user("bob").id))
        await mouth.emptied_at_once()
    assert mouth.texts() == seen
    assert mouth.slack.dms("bob") == []
    [dead] = mouth.dead
    assert dead.startswith("card: uncertain: it may have been sent, and cannot be looked up (missing_scope")


@pytest.mark.parametrize("fault", [{"status": 503}, {"error": "token_revoked"}], ids=str)
async def test_an_outage_or_a_token_to_be_renewed_is_waited_out(mouth: Mouth, fault: dict[str, Any]) -> None:
    mouth.slack.fail(method="chat.postMessage", **fault)
    async with mouth.sending(max_attempts=1):
        await mouth.put(mouth.row("card"))
        await mouth.emptied_at_once()
    assert mouth.texts() == ["card"]
    assert mouth.dead == []


async def test_without_a_network_it_waits(mouth: Mouth) -> None:
    async with mouth.sending(max_attempts=1, slack_api_url="http://127.0.0.1:9/api/"):
        await mouth.put(mouth.row("card"))
        await until(mouth.has_failed)
    assert mouth.dead == []
    assert not await mouth.is_empty()


async def test_what_may_have_been_said_before_a_restore_is_looked_up(mouth: Mouth) -> None:
    """What comes of work that was unfinished at the backup; the rest needs no such care."""
    doubted, sure = (mouth.row(key, correlation_id=f"of {key}") for key in ("doubted", "sure"))
    async with mouth.sending():
        await mouth.put(doubted, sure)
        await mouth.emptied()
    async with mouth.db.write() as tx:
        for table in (Outgoing, Receipt):
            await tx.exec(delete(table))
        an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        await settings_kv.put(tx, "", "doubt:of doubted", an_hour_ago, workspace_id="T1")
        await settings_kv.put(tx, "", "doubt:of another", an_hour_ago, workspace_id="T1")
    another = mouth.row("another", correlation_id="of another")
    async with mouth.sending(holder="second"):
        await mouth.put(mouth.row("doubted", correlation_id="of doubted"))
        await mouth.put(mouth.row("sure", correlation_id="of sure"), another)
        await mouth.emptied()
    assert sorted(mouth.texts()) == ["another", "doubted", "sure", "sure"]
