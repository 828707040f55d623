"""What fails within a transaction takes only its own part with it; a process that dies takes all of it."""

from datetime import UTC, datetime

import pytest
from sqlmodel import col, select

from storage import audit, settings_kv
from storage.audit import AuditEvent
from storage.database import Database, Tx
from storage.parts import part

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class WrongError(Exception):
    """Something went wrong in the middle."""


async def note(tx: Tx, name: str, *, is_wrong: bool = False) -> None:
    """A row, and its record, which is written at the end of the transaction."""
    await settings_kv.put(tx, "U1", name, "on", workspace_id="T1")
    about = {"workspace_id": "T1", "at": NOW, "actor": "system", "surface": "system", "object_kind": "x"}
    audit.record(tx, AuditEvent(action=name, object_id="1", **about))
    if is_wrong:
        raise WrongError


async def kept(db: Database) -> tuple[list[str], list[str]]:
    async with db.read() as tx:
        recorded = await tx.exec(select(AuditEvent.action).order_by(col(AuditEvent.id)))
        return sorted(await settings_kv.keys(tx, "U1", "")), list(recorded)


async def two_of_three(tx: Tx) -> None:
    async with part(tx):
        await note(tx, "first")
    with pytest.raises(WrongError):
        async with part(tx):
            await note(tx, "second", is_wrong=True)
    async with part(tx):
        await note(tx, "third")


async def begin(db: Database) -> None:
    """As one that is killed before the end."""
    async with db.write() as tx:
        await two_of_three(tx)
        raise WrongError


async def test_a_part_that_fails_leaves_the_others(db: Database) -> None:
    async with db.write() as tx:
        await two_of_three(tx)
    assert await kept(db) == (["first", "third"], ["first", "third"])


async def test_who_dies_in_the_middle_has_done_nothing_and_does_all_of_it_again(db: Database) -> None:
    with pytest.raises(WrongError):
        await begin(db)
    assert await kept(db) == ([], [])
    async with db.write() as tx:
        await two_of_three(tx)
    assert await kept(db) == (["first", "third"], ["first", "third"])


async def read_again(tx: Tx) -> None:
    async with part(tx):
        await note(tx, "once")
        await tx.flush()
        tx.expunge_all()
        assert list(await tx.exec(select(settings_kv.Setting)))
        raise WrongError


async def test_a_row_read_within_a_part_that_failed_is_forgotten(db: Database) -> None:
    """Its number goes to the next one, which must not meet it."""
    async with db.write() as tx:
        with pytest.raises(WrongError):
            await read_again(tx)
        await note(tx, "once")
        await tx.flush()
