"""The record can only be added to; what was changed behind its back is named, what was forgotten leaves it whole."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from storage import append_only, audit, seals, trail, workspace
from storage.audit import AuditEvent, AuditPayload
from storage.database import Database, StorageError
from storage.seals import AuditSeal
from storage.trail import Verdict
from tests.storage.queue.steps import NOON

EVERYTHING_HOLDS = 6


async def adopt(db: Database) -> None:
    async with db.write() as tx:
        await workspace.adopt(tx, "T1")


async def record(db: Database, *numbers: int, actor: str = "person:7", workspace_id: str = "T1", **more: Any) -> None:
    """One event for each number, each in a transaction of its own."""
    for number in numbers:
        async with db.write() as tx:
            event = AuditEvent(
                workspace_id=workspace_id,
                at=NOON + timedelta(seconds=number),
                actor=actor,
                surface="slash",
                action="status",
                object_kind="ticket",
                object_id=str(number),
                correlation_id=f"c{number}",
            )
            audit.record(tx, event, before={"status": "open"}, after={"status": "closed", "reason": "ü"} | more)


async def verified(db: Database, *, noted: str = "") -> Verdict:
    async with db.read() as tx:
        return await trail.verify(tx, noted=noted)


async def tamper(db: Database, *statements: str) -> None:
    """What somebody with the database's password does, who takes its lock off first."""
    async with db.write() as tx:
        connection = await tx.connection()
        await connection.run_sync(append_only.unguard_receipts)  # by the same function
        await connection.run_sync(append_only.unguard)
        for statement in statements:
            await connection.execute(text(statement))


@pytest.fixture
async def chain(db: Database) -> Database:
    """Six sealed events."""
    await adopt(db)
    await record(db, *range(1, EVERYTHING_HOLDS + 1))
    assert await seals.seal(db) == EVERYTHING_HOLDS
    return db


async def test_what_was_recorded_is_read_back(db: Database) -> None:
    await record(db, 1, who="@bob")
    async with db.read() as tx:
        [event] = await audit.of(tx, "ticket", "1")
    assert (event.before, event.after["who"], event.after["reason"]) == ({"status": "open"}, "@bob", "ü")


async def test_seals_are_numbered_without_a_gap_and_what_is_not_sealed_yet_is_counted(chain: Database) -> None:
    await record(chain, 7, 8)
    found = await verified(chain)
    assert (found.sealed, found.unsealed, found.broken) == (EVERYTHING_HOLDS, 2, None)
    assert await seals.seal(chain) == 2
    assert await seals.seal(chain) == 0
    async with chain.read() as tx:
        numbers = list(await tx.exec(select(AuditSeal.sequence).order_by(col(AuditSeal.id))))
        newest = await seals.head(tx)
    assert numbers == list(range(1, 9))
    assert newest
    assert await verified(chain, noted=found.head) == Verdict(sealed=8, head=newest.hash)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET actor = 'person:8' WHERE id = 3",
        "UPDATE audit_events SET workspace_id = 'T2'",
        "UPDATE audit_payloads SET text = '{}'",
        "UPDATE audit_seals SET hash = ''",
        "DELETE FROM audit_events",
        "DELETE FROM audit_seals WHERE sequence = 6",
    ],
)
async def test_the_database_refuses_to_change_the_record(chain: Database, statement: str) -> None:
    with pytest.raises(StorageError, match="is append-only"):
        async with chain.write() as tx:
            await (await tx.connection()).execute(text(statement))
    assert (await verified(chain)).sealed == EVERYTHING_HOLDS


async def test_rows_made_before_the_workspace_was_known_are_sealed_once_it_is(db: Database) -> None:
    await record(db, 1, 2, workspace_id=workspace.UNKNOWN)
    assert await seals.seal(db) == 0
    await adopt(db)
    assert await seals.seal(db) == 2
    assert (await verified(db)).sealed == 2


# What is done to the six events, the sequence that is named, and a word of why.
DEEDS = {
    "changed": (["UPDATE audit_events SET actor = 'person:8' WHERE id = 3"], 3, "not as it was"),
    "changed words": (["UPDATE audit_payloads SET text = '{}' WHERE id = 4"], 4, "words of its event 4 are not"),
    "words removed": (["DELETE FROM audit_payloads WHERE id = 4"], 4, "nobody had them forgotten"),
    "removed": (["DELETE FROM audit_events WHERE id = 2"], 2, "event 2 is gone"),
    "removed with its seal": (
        ["DELETE FROM audit_events WHERE id = 2", "DELETE FROM audit_seals WHERE sequence = 2"],
        2,
        "seal is gone",
    ),
    "removed and closed up": (
        [
            "DELETE FROM audit_events WHERE id = 5",
            "DELETE FROM audit_seals WHERE sequence = 5",
            "UPDATE audit_seals SET sequence = 5 WHERE sequence = 6",
        ],
        5,
        "not the one that was sealed",
    ),
    "swapped": (
        [
            "UPDATE audit_seals SET event_id = 0 WHERE sequence = 2",
            "UPDATE audit_seals SET event_id = 2 WHERE sequence = 4",
            "UPDATE audit_seals SET event_id = 4 WHERE sequence = 2",
        ],
        2,
        "not the one that was sealed",
    ),
    "put between": (
        [
            "INSERT INTO audit_events (id, workspace_id, at, actor, surface, action, object_kind, object_id, "
            "correlation_id, digest) SELECT 0, workspace_id, at, actor, surface, action, object_kind, object_id, "
            "correlation_id, '' FROM audit_events WHERE id = 1"
        ],
        7,
        "event 0 was never sealed",
    ),
}


@pytest.mark.parametrize("deed", sorted(DEEDS))
async def test_what_was_done_behind_its_back_is_named(chain: Database, deed: str) -> None:
    statements, sequence, why = DEEDS[deed]
    await tamper(chain, *statements)
    broken = (await verified(chain)).broken
    assert broken
    assert broken.sequence == sequence
    assert why in broken.why


async def test_a_tail_that_was_cut_off_is_found_by_a_head_that_was_noted(chain: Database) -> None:
    noted = (await verified(chain)).head
    await tamper(chain, "DELETE FROM audit_events WHERE id > 4", "DELETE FROM audit_seals WHERE sequence > 4")
    assert (await verified(chain)).broken is None, "four events that are whole"
    broken = (await verified(chain, noted=noted)).broken
    assert broken
    assert broken.sequence == 5
    assert "head noted earlier" in broken.why


async def test_what_was_forgotten_on_the_record_leaves_the_chain_whole(chain: Database) -> None:
    head = (await verified(chain)).head
    await record(chain, 7, actor="person:8", who="U0BOB")
    await record(chain, 8, actor="person:8")
    async with chain.write() as tx:
        gone = await audit.forget(tx, 7, names=["U0BOB"])
        on_record = AuditEvent(
            workspace_id="T1",
            at=NOON,
            actor="operator:root",
            surface="cli",
            action=audit.FORGET,
            object_kind="person",
            object_id="7",
        )
        audit.record(tx, on_record, after={"reason": "they asked", "events": gone})
    assert gone == [1, 2, 3, 4, 5, 6, 7]
    await seals.seal(chain)
    found = await verified(chain, noted=head)
    assert (found.sealed, found.forgotten, found.broken) == (9, 7, None)
    async with chain.read() as tx:
        assert len(list(await tx.exec(select(AuditPayload)))) == 2
        [event] = await audit.of(tx, "ticket", "1")
    assert (event.actor, event.before, event.after) == ("person:7", {}, {})


async def test_a_forged_word_that_something_was_forgotten_is_not_believed(chain: Database) -> None:
    async with chain.write() as tx:
        on_record = AuditEvent(
            workspace_id="T1", at=NOON, actor="system", surface="cli", action=audit.FORGET, object_kind="person",
            object_id="7",
        )  # fmt: skip
        audit.record(tx, on_record, after={"reason": "they asked", "events": []})
    forged = '{"after": {"events": [4]}, "before": {}}'.replace(":", "\\:")
    await tamper(
        chain,
        "DELETE FROM audit_payloads WHERE id = 4",
        f"UPDATE audit_payloads SET text = '{forged}' WHERE id = 7",
    )
    broken = (await verified(chain)).broken
    assert broken
    assert "nobody had them forgotten" in broken.why


async def test_many_who_write_while_it_is_sealed_leave_no_gap(db: Database) -> None:
    await adopt(db)
    writers = [asyncio.create_task(record(db, *range(first, first + 10))) for first in range(0, 60, 10)]
    sealed = 0
    while not all(writer.done() for writer in writers):
        sealed += sum(await asyncio.gather(seals.seal(db), seals.seal(db)))
    await asyncio.gather(*writers)
    assert sealed + await seals.seal(db) == 60
    found = await verified(db)
    assert (found.sealed, found.unsealed, found.broken) == (60, 0, None)


async def test_a_sealing_that_is_ended_in_the_middle_is_made_good_by_the_next(chain: Database) -> None:
    await record(chain, *range(7, 20))
    task = asyncio.create_task(seals.seal(chain, at_once=2))
    chain.on_transaction = lambda kind, _: kind == "write" and task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert (await verified(chain)).unsealed > 0
    await seals.seal(chain)
    found = await verified(chain)
    assert (found.sealed, found.unsealed, found.broken) == (19, 0, None)


async def test_the_record_is_handed_on_from_a_moment_on_and_by_object(chain: Database) -> None:
    await record(chain, 7)
    async with chain.read() as tx:
        late = [one async for one in trail.entries(tx, since=NOON + timedelta(seconds=6))]
        third = [one async for one in trail.entries(tx, about=("ticket", "3"))]
    assert [(one.sequence, one.event.object_id) for one in late] == [(6, "6"), (None, "7")]
    assert [one.said for one in third] == [{"before": {"status": "open"}, "after": {"status": "closed", "reason": "ü"}}]
