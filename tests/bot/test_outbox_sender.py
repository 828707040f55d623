"""What is said reaches Slack paced, in order and once, whatever Slack answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import delete, select, update

from bot.elected import Role
from bot.messages import Message
from bot.sandbox.slack import SlackSandbox
from bot.sandbox.slack.faults import When
from bot.settings import Settings
from bot.slack.client import open_client
from bot.slack.outbox import Outbox
from handlers.jobs.undeliverable import undeliverable
from storage import outbox
from storage.database import Database, Tx
from storage.outbox import Outgoing, Receipt
from tests.team import settings_for
from tests.waiting import until

BOOKED = 0.9  # of an interval: calls are spaced when they start, a busy machine shifts their arrival


@dataclass
class Mouth:
    """The outbox of a database, and the sender that empties it into the sandbox."""

    db: Database
    slack: SlackSandbox
    path: Path
    dead: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def sending(self, *, holder: str = "first", **settings: Any) -> AsyncIterator[None]:
        given = settings_for(self.slack, self.path, **settings)
        role = Role(self.db, "outbox", holder=holder, seconds=60)
        async with open_client(given) as client:
            sender = Outbox(
                self.db, client, given, role=role, on_undeliverable=self.on_undeliverable, jitter=lambda: 0.0
            )
            task = asyncio.create_task(sender.run())
            try:
                yield
            finally:
                sender.stop()
                await task

    async def on_undeliverable(self, tx: Tx, row: Outgoing, error: str) -> None:
        self.dead.append(f"{row.key}: {error}")
        await undeliverable(tx, row, error, now=datetime.now(UTC))

    async def put(self, *rows: Outgoing) -> None:
        async with self.db.write() as tx:
            for row in rows:
                await outbox.add(tx, row)

    async def is_empty(self) -> bool:
        async with self.db.read() as tx:
            return not {"waiting", "sending"} & (await outbox.backlog(tx)).keys()

    async def has_failed(self) -> bool:
        async with self.db.read() as tx:
            return all(row.error for row in await tx.exec(select(Outgoing)))

    async def emptied(self) -> None:
        await until(self.is_empty)

    def row(self, key: str, *, to: str = "#ops", **given: Any) -> Outgoing:
        """A post, unless it is something else; `to` is a channel, or a person's name."""
        where = self.slack.channel(to).id if to.startswith("#") else self.slack.user(to).id
        now = datetime.now(UTC)
        values: dict[str, Any] = {
            "workspace_id": self.slack.workspace_id,
            "key": key,
            "kind": "post",
            "lane": key,
            "channel_id": where,
            "payload": Message(text=key).model_dump_json(),
            "due_at": now,
            "created_at": now,
        }
        return Outgoing(**(values | given))

    def edit(self, number: int, *, of: str) -> Outgoing:
        return self.row(f"{of} edit {number}", kind="edit", lane=f"edit:{of}", anchor=of)

    def texts(self, channel: str = "#ops") -> list[str]:
        return [message.text for message in self.slack.messages(channel) if message.bot_id]

    def times(self, method: str, channel: str) -> list[float]:
        where = self.slack.channel(channel).id
        return [call.at for call in self.slack.calls(method) if call.args["channel"] == where]


@pytest.fixture
def mouth(db: Database, slack: SlackSandbox, tmp_path: Path) -> Mouth:
    return Mouth(db, slack, tmp_path)


def test_the_default_pace_is_what_slack_allows() -> None:
    assert Settings(_env_file=None).post_interval_seconds == 1.0


async def test_a_channel_gets_one_post_an_interval_and_others_meanwhile(mouth: Mouth) -> None:
    async with mouth.sending(post_interval_seconds=0.5):
        await mouth.put(*(mouth.row(f"{to} {n}", to=to) for n in range(4) for to in ("#ops", "#payments")))
        await mouth.emptied()
    ops, payments = mouth.times("chat.postMessage", "#ops"), mouth.times("chat.postMessage", "#payments")
    assert all(later - sooner >= 0.5 * BOOKED for times in (ops, payments) for sooner, later in pairwise(times))
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
    async with mouth.sending(edit_interval_seconds=1.0):
        await mouth.put(mouth.row("card"))
        await mouth.emptied()
        for number in range(50):
            async with mouth.db.write() as tx:
                await outbox.edit(tx, mouth.edit(number, of="card"))
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
    assert mouth.times("chat.postMessage", "#payments")[0] - refused < 0.5


async def test_a_limit_on_reactions_does_not_hold_up_posts(mouth: Mouth) -> None:
    said = [await mouth.slack.say("bob", "#ops", str(number)) for number in range(200)]
    mouth.slack.fail(method="reactions.add", status=429, retry_after=30, times=len(said))
    async with mouth.sending():
        await mouth.put(*(mouth.row(f"eyes {ts}", kind="react", target_ts=ts, payload="eyes") for ts in said))
        await mouth.put(mouth.row("card"))
        await mouth.slack.until(lambda: mouth.texts() == ["card"], timeout=5)


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
        await mouth.emptied()
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
        await mouth.emptied()
    assert mouth.texts() == ["card edit 1"]


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


async def test_an_ephemeral_without_an_answer_is_repeated_once_then_sent_directly(mouth: Mouth) -> None:
    mouth.slack.fail(method="chat.postEphemeral", status=500, times=2)
    async with mouth.sending():
        await mouth.put(mouth.row("psst", kind="whisper", user_id=mouth.slack.user("bob").id))
        await mouth.slack.until(lambda: mouth.slack.dms("bob"))
    assert len(mouth.slack.calls("chat.postEphemeral")) == 2
    assert [message.text for message in mouth.slack.dms("bob")] == ["psst"]


async def test_an_ephemeral_whose_answer_got_lost_is_repeated_once(mouth: Mouth) -> None:
    mouth.slack.fail(method="chat.postEphemeral", status=500, when="after")
    async with mouth.sending():
        await mouth.put(mouth.row("psst", kind="whisper", user_id=mouth.slack.user("bob").id))
        await mouth.emptied()
    assert [message.text for message in mouth.slack.ephemerals("bob")] == ["psst", "psst"]
    assert mouth.dead == []


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


@pytest.mark.parametrize(("when", "seen"), [("before", ["card"]), ("after", ["card", "card"])])
async def test_what_may_not_be_looked_up_is_repeated_once(mouth: Mouth, when: When, seen: list[str]) -> None:
    mouth.slack.scopes.discard("channels:history")
    mouth.slack.fail(method="chat.postMessage", status=500, when=when)
    async with mouth.sending():
        await mouth.put(mouth.row("card"))
        await mouth.emptied()
    assert mouth.texts() == seen
    assert mouth.dead == []


async def test_what_may_not_be_looked_up_is_given_up_after_that(mouth: Mouth) -> None:
    mouth.slack.scopes.discard("channels:history")
    mouth.slack.fail(method="chat.postMessage", status=500, times=2)
    async with mouth.sending():
        await mouth.put(mouth.row("card"))
        await mouth.emptied()
    assert mouth.dead == ["card: nobody knows whether it arrived"]


@pytest.mark.parametrize("fault", [{"status": 503}, {"error": "token_revoked"}], ids=str)
async def test_an_outage_or_a_token_to_be_renewed_is_waited_out(mouth: Mouth, fault: dict[str, Any]) -> None:
    mouth.slack.fail(method="chat.postMessage", **fault)
    async with mouth.sending(max_attempts=1):
        await mouth.put(mouth.row("card"))
        await mouth.slack.until(lambda: mouth.texts() == ["card"], timeout=15)
    assert mouth.dead == []


async def test_without_a_network_it_waits(mouth: Mouth) -> None:
    async with mouth.sending(max_attempts=1, slack_api_url="http://127.0.0.1:9/api/"):
        await mouth.put(mouth.row("card"))
        await until(mouth.has_failed)
    assert mouth.dead == []
    assert not await mouth.is_empty()
