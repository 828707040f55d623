"""Many writers on one database: nobody is told "database is locked", and what fails was never there."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError, StatementError
from sqlmodel import func, select, text

from storage import settings_kv
from storage.database import Database, open_database, wake
from storage.inbox import Delivery
from storage.settings_kv import Setting
from tests.storage.test_inbox import event

WRITERS, EACH = 8, 25
ON_A_FILE = pytest.mark.parametrize("db", ["sqlite"], indirect=True)


async def count(db: Database, writer: str) -> None:
    """Read, then write what was read: the pattern that fails with "locked" when a transaction begins as a reader."""
    for _ in range(EACH):
        async with db.write() as tx:
            number = int(await settings_kv.get(tx, "", "count") or 0)
            await settings_kv.put(tx, "", "count", str(number + 1), workspace_id="T1", set_by=writer)


async def test_writers_of_two_processes_wait_for_one_another(db: Database) -> None:
    async with open_database(db.where) as other:
        await asyncio.gather(*(count(db if number % 2 else other, f"w{number}") for number in range(WRITERS)))
    async with db.read() as tx:
        assert await settings_kv.get(tx, "", "count") == str(WRITERS * EACH)


async def test_a_transaction_that_fails_leaves_nothing_and_wakes_nobody(db: Database) -> None:
    async def fail() -> None:
        async with db.write() as tx:
            await settings_kv.put(tx, "", "k", "v", workspace_id="T1")
            wake(tx, "news")
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert not db.signal("news").is_set()
    async with db.read() as tx:
        assert (await tx.exec(select(func.count()).select_from(Setting))).one() == 0


@pytest.mark.parametrize("rounds", range(12))
async def test_a_writer_that_is_cancelled_leaves_all_or_nothing_and_the_next_one_writes(
    db: Database, rounds: int
) -> None:
    """Cancelled at each moment in turn, the commit on its thread included."""

    async def both() -> None:
        async with db.write() as tx:
            for key in ("one", "other"):
                await settings_kv.put(tx, "", key, "v", workspace_id="T1")

    writing = asyncio.create_task(both())
    for _ in range(rounds):
        await asyncio.sleep(0)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    async with db.write() as tx:
        await settings_kv.put(tx, "", "next", "v", workspace_id="T1")
    async with db.read() as tx:
        kept = set((await tx.exec(select(Setting.key))).all())
    assert kept in ({"next"}, {"one", "other", "next"})


async def test_a_signal_follows_the_commit(db: Database) -> None:
    async with db.write() as tx:
        wake(tx, "news")
        assert not db.signal("news").is_set()
    assert db.signal("news").is_set()


async def test_a_reader_sees_one_moment_while_others_write(db: Database) -> None:
    async with db.read() as before:
        assert await settings_kv.get(before, "", "k") is None
        async with db.write() as tx:
            await settings_kv.put(tx, "", "k", "v", workspace_id="T1")
        assert await settings_kv.get(before, "", "k") is None
    async with db.read() as after:
        assert await settings_kv.get(after, "", "k") == "v"


@ON_A_FILE
async def test_what_is_committed_survives_a_power_cut(db: Database) -> None:
    async with db.write() as tx:
        modes = [(await tx.exec(text(f"PRAGMA {name}"))).scalar_one() for name in ("journal_mode", "synchronous")]
    assert modes == ["wal", 2]  # 2 is FULL


@ON_A_FILE
async def test_what_counts_for_seconds_need_not_and_the_next_one_does_again(db: Database) -> None:
    async def safety() -> int:
        return int((await tx.exec(text("PRAGMA synchronous"))).scalar_one())  # type: ignore[call-overload]

    async with db.write(is_lasting=False) as tx:
        await settings_kv.put(tx, "", "k", "v", workspace_id="T1")
        assert await safety() == 1  # NORMAL
    async with db.write() as tx:
        assert await safety() == 2
        assert await settings_kv.get(tx, "", "k") == "v"


async def test_a_broken_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    path.write_bytes(b"no database" * 1000)
    async with open_database(path) as database:
        assert await database.check() != "ok"


@ON_A_FILE
async def test_a_full_disk_is_an_error_and_is_over_once_there_is_room(db: Database) -> None:
    async def fill() -> None:
        async with db.write() as tx:
            await settings_kv.put(tx, "", "big", "x" * 1_000_000, workspace_id="T1")

    async with db.write() as tx:
        await tx.exec(text("PRAGMA max_page_count = 1"))
    with pytest.raises(OperationalError, match="disk is full"):
        await fill()
    async with db.write() as tx:
        await tx.exec(text("PRAGMA max_page_count = 1000000"))
    await fill()


@pytest.mark.parametrize("moment", ["2026-03-02T13:00:00+01:00", "2026-03-02T12:00:00+00:00"])
async def test_times_are_kept_in_utc(db: Database, moment: str) -> None:
    async with db.write() as tx:
        tx.add(event("Ev1", at=datetime.fromisoformat(moment)))
    async with db.read() as tx:
        kept = (await tx.exec(text("SELECT CAST(received_at AS text) FROM deliveries"))).scalar_one()
        assert kept.removesuffix(".000000") == "2026-03-02 12:00:00"
        assert (await tx.exec(select(Delivery.received_at))).one() == datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_a_time_without_a_zone_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="needs a zone"):
        async with db.write() as tx:
            tx.add(event("Ev1", at=datetime.fromisoformat("2026-03-02T12:00:00")))
