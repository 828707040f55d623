"""What is to be said is stored once, leaves in order, is coalesced, and is proven by a receipt."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import outbox, sending
from storage.database import Database
from storage.outbox import Outgoing
from storage.sending import Sent
from tests.storage.queue.steps import prune

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOON = NOON + timedelta(seconds=5)
SERIAL = itertools.count(1)


def post(key: str, **given: Any) -> Outgoing:
    values: dict[str, Any] = {
        "workspace_id": "T1",
        "key": key,
        "kind": "post",
        "lane": "thread:1",
        "channel_id": "C1",
        "payload": key,
        "due_at": NOON,
        "created_at": NOON,
    }
    return Outgoing(**(values | given))


def edit(number: int, *, of: str = "card") -> Outgoing:
    return post(f"{of}:edit:{number}", kind="edit", lane=f"edit:{of}", anchor=of, payload=f"{of} {number}")


async def add(db: Database, *rows: Outgoing) -> list[bool]:
    async with db.write() as tx:
        return [await outbox.add(tx, row) for row in rows]


async def claim(db: Database, *, now: datetime = NOON, resting: tuple[str, ...] = (), term: int = 1) -> list[Outgoing]:
    async with db.write() as tx:
        rows = [row for row, _ in await sending.due(tx, now=now, resting=resting, limit=100)]
        await sending.claim(tx, rows, term=term, now=now)
        return rows


async def sent(db: Database, *rows: Outgoing, term: int = 1) -> None:
    async with db.write() as tx:
        await sending.sent(tx, [(row, Sent(row.channel_id, f"{row.id}.0")) for row in rows], term=term, now=NOON)


async def due(db: Database, *, now: datetime = NOON, resting: tuple[str, ...] = ()) -> list[str]:
    async with db.read() as tx:
        return [row.key for row, _ in await sending.due(tx, now=now, resting=resting, limit=100)]


async def test_one_key_is_sent_once_even_after_it_was_sent(db: Database) -> None:
    assert await add(db, post("a"), post("a")) == [True, False]
    await sent(db, *await claim(db))
    assert await add(db, post("a")) == [False]
    assert await due(db) == []


async def test_rows_of_one_lane_leave_in_order_and_other_lanes_meanwhile(db: Database) -> None:
    await add(db, post("first"), post("second"), post("elsewhere", lane="thread:2"))
    first, elsewhere = await claim(db)
    assert [first.key, elsewhere.key] == ["first", "elsewhere"]
    assert await due(db) == []
    await sent(db, first)
    assert await due(db) == ["second"]


async def test_a_row_that_waits_for_another_attempt_holds_its_lane(db: Database) -> None:
    await add(db, post("first"), post("second"))
    [first] = await claim(db)
    async with db.write() as tx:
        await sending.again(tx, first, at=SOON, error="http_500", is_uncertain=True)
    assert await due(db) == []
    assert await due(db, now=SOON) == ["first"]


async def test_an_edit_waits_for_the_message_it_edits(db: Database) -> None:
    await add(db, post("card"))
    [card] = await claim(db)
    async with db.write() as tx:
        await outbox.edit(tx, edit(1))
    assert await due(db) == []
    await sent(db, card)
    async with db.read() as tx:
        [(row, receipt)] = await sending.due(tx, now=NOON, resting=(), limit=9)
    assert receipt is not None
    assert (row.key, receipt.ts) == ("card:edit:1", f"{card.id}.0")


async def test_an_edit_that_something_else_overtakes_is_left_as_it_is(db: Database) -> None:
    await add(db, post("card"))
    await sent(db, *await claim(db))
    async with db.write() as tx:
        await outbox.edit(tx, edit(1))
        await outbox.add(tx, post("working", kind="replace", lane="edit:card"))
        await outbox.edit(tx, edit(2))
    assert [row.payload for row in await claim_all(db)] == ["card 1", "working", "card 2"]


async def claim_all(db: Database) -> list[Outgoing]:
    """What leaves, in its order."""
    left: list[Outgoing] = []
    while rows := await claim(db):
        await sent(db, *rows)
        left += rows
    return left


async def test_posts_to_a_resting_channel_wait_and_edits_there_do_not(db: Database) -> None:
    await add(db, post("card"))
    await sent(db, *await claim(db))
    await add(db, post("next"), edit(1))
    assert await due(db, resting=("C1",)) == ["card:edit:1"]
    assert await due(db) == ["next", "card:edit:1"]


async def test_what_a_vanished_sender_left_is_uncertain_and_costs_no_attempt(db: Database) -> None:
    await add(db, post("a"), post("b", kind="whisper", lane="w"))
    left = await claim(db, term=1)
    async with db.write() as tx:
        assert await sending.take_over(tx, term=2, at=SOON) == 2
    assert await due(db) == [], "it may be on its way still"
    again = await claim(db, now=SOON, term=2)
    assert [(row.is_uncertain, row.attempts) for row in again] == [(True, 1), (True, 2)]
    await sent(db, *left)  # the former sender wakes up: its term is void
    async with db.read() as tx:
        assert await outbox.backlog(tx) == {"sending": 2}
        assert await outbox.receipt(tx, "a") is None


async def test_patience_costs_no_attempt(db: Database) -> None:
    await add(db, post("a"))
    [row] = await claim(db)
    async with db.write() as tx:
        await sending.put_off(tx, row, until=SOON, error="ratelimited")
    assert await due(db) == []
    [row] = await claim(db, now=SOON)
    assert (row.attempts, row.is_uncertain) == (1, False)


async def test_what_hangs_on_a_message_that_cannot_be_delivered_is_buried_with_it(db: Database) -> None:
    await add(db, post("card"), edit(1), post("elsewhere", lane="thread:2"))
    card, _ = await claim(db)
    async with db.write() as tx:
        assert await sending.bury(tx, card, now=NOON, error="is_archived")
        assert not await sending.bury(tx, card, now=NOON, error="is_archived")
        assert await outbox.backlog(tx) == {"dead": 2, "sending": 1}


async def test_receipts_outlive_the_rows_they_prove(db: Database) -> None:
    await add(db, post("card"))
    await sent(db, *await claim(db))
    assert await prune(db, "sent messages", before=SOON) == 1
    async with db.read() as tx:
        proof = await outbox.receipt(tx, "card")
    assert proof is not None
    assert proof.channel_id == "C1"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.sampled_from(["edit", "send", "land"]), max_size=30))
async def test_of_any_edits_the_last_content_wins_with_few_calls(db: Database, moves: list[str]) -> None:
    """`send` claims what is due, `land` gives it its receipt; edits come in between, in any order."""
    name = f"card{next(SERIAL)}"  # the database is shared by all examples
    await add(db, post(name, lane=name))
    shown, calls, edits, rounds = "", 0, 0, 0
    flying: list[Outgoing] = []
    for move in [*moves, "send", "land", "send", "land", "send", "land"]:
        if move == "edit":
            edits += 1
            async with db.write() as tx:
                await outbox.edit(tx, edit(edits, of=name))
        elif move == "send":
            rounds += 1
            flying += await claim(db)
        else:
            calls += len(flying)
            shown = flying[-1].payload if flying else shown
            await sent(db, *flying)
            flying = []
    assert shown == (f"{name} {edits}" if edits else name)
    assert calls <= min(edits + 1, rounds)
