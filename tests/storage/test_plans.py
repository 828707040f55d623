"""What the sender asks several times a second finds its rows by an index, however many were sent before."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from storage import outbox, sending
from storage.database import Database
from storage.outbox import Outgoing
from storage.receipts import Receipt
from storage.sending import Sent
from tests.storage.plans import generic_plans, plan, prepare_from_the_first, statements
from tests.storage.test_outbox import NOON, post

NUMBERS = range(4_000)  # of the messages that were sent
LATER = NOON + timedelta(hours=1)
_SCAN = re.compile(r"Scan(?: using \w+)? on (?:outbox|receipts)\b[^\n]*\n?([^\n]*)")


def sent_messages() -> list[dict[str, Any]]:
    """Rows of messages that have left; as each is like the other, only one is made as a message."""
    like = post("", state="sent", finished_at=NOON, first_sent_at=NOON).model_dump(exclude={"id"})
    own = ({"key": f"k{n}", "anchor": f"a{n}", "lane": f"thread:{n}", "correlation_id": f"c{n}"} for n in NUMBERS)
    return [like | row for row in own]


def receipts() -> list[dict[str, Any]]:
    like = Receipt(workspace_id="T1", key="", kind="post", channel_id="C1", at=NOON).model_dump(exclude={"id"})
    return [like | {"key": f"k{n}", "ts": f"{n}.0", "correlation_id": f"c{n}"} for n in NUMBERS]


@pytest.fixture(params=["counted", "not counted yet"])
async def full(db: Database, request: pytest.FixtureRequest) -> Database:
    """Many messages that were sent, and a few that wait."""
    async with db.write() as tx:
        connection = await tx.connection()
        await connection.execute(insert(Outgoing), sent_messages())
        await connection.execute(insert(Receipt), receipts())
        await outbox.add_all(tx, [post(f"new{number}", lane=f"thread:{number % 20}") for number in range(30)])
        if request.param == "counted":
            await tx.exec(text("ANALYZE"))
    return db


async def work(db: Database) -> None:
    """Everything that happens to a message."""
    async with db.write() as tx:
        await outbox.edit(tx, post("again", kind="edit", lane="edit:k7", anchor="k7"))
        await outbox.publish(tx, post("home", kind=outbox.PUBLISH, lane="home:U1"))
        await outbox.receipt(tx, "k7")
        await outbox.posted_at(tx, "C1", "7.0")
        await outbox.exists_for(tx, "k7")
        await outbox.last_words(tx, "k7")
        await sending.take_over(tx, term=1, at=NOON)
        rows = [row for row, _ in await sending.due(tx, now=LATER, resting=["whisper"], limit=10)]
        assert len(rows) == 10, "SQLite finds them, whether the rows were counted or not"
        await sending.causes(tx, rows)
        await sending.claim(tx, rows, term=1, now=LATER)
        await sending.next_due(tx, after=LATER)
        await sending.sent(tx, [(rows[0], Sent("C1", "new.0"))], term=1, now=LATER)
        await sending.again(tx, rows[1], at=LATER, error="busy", is_uncertain=True)
        await sending.bury(tx, rows[2], now=LATER, error="gone")


def walks_through(said: str) -> bool:
    """Whether a plan reads a whole table, or all of one of its indexes."""
    on_postgres = any("Cond" not in condition for condition in _SCAN.findall(said))
    return on_postgres or any(f"SCAN {name}" in said for name in ("outbox", "earlier", "later", "receipts"))


async def test_no_statement_walks_through_what_was_sent(full: Database) -> None:
    async with full.write() as tx:
        engine = (await tx.connection()).engine.sync_engine
    with statements(engine) as seen:
        await work(full)
    asked = [(statement, given) for statement, given in seen if statement.startswith(("SELECT", "UPDATE"))]
    assert len(asked) > 15
    async with full.write() as tx:
        for statement, given in asked:
            said = await plan(tx, statement, given)
            assert not walks_through(said), f"{statement}\n{said}"


@pytest.mark.parametrize("db", ["postgres"], indirect=True)
async def test_nor_does_one_that_postgres_plans_for_any_parameters(full: Database) -> None:
    await prepare_from_the_first(full)
    await work(full)
    async with full.write() as tx:
        planned = await generic_plans(tx)
    assert len(planned) > 15
    for statement, said in planned:
        assert not walks_through(said), f"{statement}\n{said}"
